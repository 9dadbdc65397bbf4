"""The deck as a page in the browser, drawn by the real engine and redrawn at every save.

view.py has what the page shows, live.py updates it when files change, server.py serves it, static.py writes it as
files; the page itself is in assets/. Needs `studydeck[anki]`.
"""

from studydeck.preview.live import Live, watch
from studydeck.preview.server import Saved, Server, address_in_network, qr_code
from studydeck.preview.static import write_page
from studydeck.preview.view import View

__all__ = [
    "Live",
    "Saved",
    "Server",
    "View",
    "address_in_network",
    "qr_code",
    "watch",
    "write_page",
]
