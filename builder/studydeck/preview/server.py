"""Serves the page: to this computer only, or to the local network under an unguessable path.

No path from a browser is looked up on disk: only a handful of names and the deck's media are served. All that a browser
may write are the parts of a picture, from this computer, and from a page whose address has the key.
"""

from __future__ import annotations

import io
import ipaddress
import json
import math
import mimetypes
import re
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from studydeck.files import read_bytes
from studydeck.patterns import pattern
from studydeck.preview.live import Live

ASSETS = Path(__file__).parent / "assets"
PAGE = {each: each for each in ("preview.css", "preview.js", "parts.js")} | {"": "index.html"}
#: AnkiDroid opens downloads of this type whatever their name (its manifest's intent filters); iOS goes by the name.
PACKAGE_TYPE = "application/apkg"
#: What the page may load, and nothing from anywhere else: a stranger's style may ask for more.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; media-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'self'; "
    "form-action 'none'"
)
_PAGE_HEADER = f"{PAGE_POLICY}; frame-ancestors 'self'"  # which only a header may say
_MEDIA_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # a stranger's picture can't run anything
_HEARTBEAT = 15.0
#: Seconds in which a connection must send its request, and for which a browser may stop reading the answer.
_PATIENCE, _STALL = 5.0, 60.0
#: The most connections whose request isn't read yet, and the most that are being answered.
_MOST_WAITING, _MOST_SERVED = 128, 64
#: The most bytes of a request, which may have cookies of other local servers; and bytes to send at once.
_LARGEST_HEAD, _PIECE = 65_536, 65_536
#: The most bytes of what is saved: parts by the hundred, with long names.
_LARGEST_BODY = 262_144
_RANGE = pattern(r"bytes=(?:(\d+)-(\d*)|-(\d+))")


def address_in_network() -> str | None:
    """This computer's address in the local network, or None if it isn't in one. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that no host has (RFC 5737): the system picks a route
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") or address == "0.0.0.0" else address  # noqa: S104


def qr_code(address: str) -> tuple[str, Mapping[str, str]]:
    """A QR code of `address` as text for a terminal, and as values for the page."""
    import segno

    code = segno.make(address, micro=False)
    text = io.StringIO()
    code.terminal(text, compact=True)
    return text.getvalue(), {"address": address, "code": code.svg_data_uri(scale=6)}


def _asked_for(span: re.Match[str], size: int) -> tuple[int, int]:
    """The start and end of a requested range; audio players request ranges (RFC 9110, 14.1.2)."""
    if span[3]:
        return max(size - int(span[3]), 0), size
    return int(span[1]), min(int(span[2] or size) + 1, size)


class Saved(NamedTuple):
    """What a page asks to save: a note's parts as they were when the page showed them, and as they are drawn now.

    A part is its id, its name, its shape, and its numbers in per cent.
    """

    note: str
    before: Sequence[tuple[str, str, str, tuple[float, ...]]]
    parts: Sequence[tuple[str, str, str, tuple[float, ...]]]


def read_saved(body: bytes) -> Saved:
    """The body of a request to save parts. Raises ValueError with a sentence."""
    try:
        values = json.loads(body)
        before, parts = ([_part_in(each) for each in values[key]] for key in ("before", "parts"))
        return Saved(_text_in(values["note"]), before, parts)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise ValueError("the request to save isn't valid; reload the page") from None


def _part_in(value: Any) -> tuple[str, str, str, tuple[float, ...]]:
    name, shape = _text_in(value["name"]).strip(), _text_in(value["shape"])
    if not all(type(each) in (int, float) and math.isfinite(each) for each in value["at"]):
        raise ValueError(value)
    return _text_in(value["id"]), name, shape, tuple(map(float, value["at"]))


def _text_in(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # JSON may have half a character
    return value


class _Connections:
    """The open connections. Clients that may not see the deck can't block those that may.

    A connection must send a permitted request soon. If too many haven't yet, the oldest one from the address with the
    most of them is closed. Closing a connection ends the reading in its thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[socket.socket, tuple[str, float]] = {}
        self._served: dict[socket.socket, None] = {}

    def enter(self, connection: socket.socket, address: str) -> None:
        """Counts a new connection."""
        with self._lock:
            self._waiting[connection] = address, time.monotonic()
            if len(self._waiting) > _MOST_WAITING:
                ((greedy, _),) = Counter(each for each, _ in self._waiting.values()).most_common(1)
                self._close(next(each for each, (other, _) in self._waiting.items() if other == greedy))

    def let_in(self, connection: socket.socket) -> None:
        """Protects a connection that sent a permitted request from being closed for others."""
        with self._lock:
            if self._waiting.pop(connection, None):
                self._served[connection] = None
            if len(self._served) > _MOST_SERVED:
                self._close(next(iter(self._served)))

    def leave(self, connection: socket.socket) -> None:
        """Forgets a connection that is about to be closed."""
        with self._lock:
            self._waiting.pop(connection, None)
            self._served.pop(connection, None)

    def close_late(self) -> None:
        """Closes the connections that took too long to send a request."""
        with self._lock:
            late = time.monotonic() - _PATIENCE
            for connection in [each for each, (_, since) in self._waiting.items() if since < late]:
                self._close(connection)

    def _close(self, connection: socket.socket) -> None:
        self._waiting.pop(connection, None)
        self._served.pop(connection, None)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def hosts_of(host: str, port: int) -> frozenset[str]:
    """The Host headers that browsers may send to the server at `host` and `port`; they omit HTTP's default port."""
    names = ("127.0.0.1", "localhost") if host == "127.0.0.1" else (host,)
    return frozenset(f"{name}:{port}" for name in names) | frozenset(names if port == 80 else ())


class Server(ThreadingHTTPServer):
    """An HTTP server for one page on `host` and `port` (0 is any free one); `secret` adds a random path of 128 bits.

    `package` builds the deck's package and returns its path, or raises ValueError with a sentence. `save` writes parts
    into the deck's files, or does the same; it is called for requests that have the `key`, which is new at each start.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        host: str,
        port: int,
        live: Live,
        package: Callable[[], Path],
        save: Callable[[Saved], None] | None = None,
        *,
        secret: bool,
    ) -> None:
        self.live = live
        self.package = package
        self.save = save
        self.key = secrets.token_urlsafe(16)
        self.connections = _Connections()
        super().__init__((host, port), _Handler)
        self.root = f"/{secrets.token_urlsafe(16)}/" if secret else "/"
        self.hosts = hosts_of(host, self.server_port)

    @property
    def address(self) -> str:
        """The page's URL."""
        return f"http://{self.server_address[0]!s}:{self.server_port}{self.root}"

    @property
    def address_with_key(self) -> str:
        """The page's URL for the deck's author, whose page may save; without `save`, its URL."""
        return f"{self.address}?key={self.key}" if self.save else self.address

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.enter(request, client_address[0])
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.leave(request)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Called twice a second, and after each new connection."""
        self.connections.close_late()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignores errors: a browser that closes its connection isn't one."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one request; connections aren't kept alive, since idle ones would have to be limited, too."""

    server: Server
    timeout = _STALL
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "studydeck", ""

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(io.BytesIO(self._head()))

    def _head(self) -> bytes:
        """The request up to its final empty line; nothing if it is too long or incomplete."""
        head = bytearray()
        while len(head) < _LARGEST_HEAD and (more := self.connection.recv(4096)):
            head += more
            if head.find(b"\r\n\r\n", max(0, len(head) - len(more) - 3)) >= 0:
                return bytes(head)
        return b""

    def handle(self) -> None:
        self.handle_one_request()

    def do_HEAD(self) -> None:
        self._answer_request(with_body=False)

    def do_GET(self) -> None:
        self._answer_request(with_body=True)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Quiet: the terminal is for the deck's problems."""

    def do_POST(self) -> None:
        body = self._body()
        name = self._name()
        if name is None:
            return
        if body is None:
            self._text(413, "There is too much to save.")
        elif not self.server.save or name != "parts":
            self._text(405, "Nothing can be saved here.")
        elif not self._is_the_authors():
            self._text(403, "Only the page that this preview opened can save; open the address that it printed.")
        else:
            self.server.connections.let_in(self.connection)
            try:
                self.server.save(read_saved(body))
                self._text(200, "Saved.")
            except ValueError as error:
                self._text(409, f"{error}.")

    def _is_the_authors(self) -> bool:
        """Whether a request comes from this computer, and from the page that was opened with the key."""
        return (
            ipaddress.ip_address(self.client_address[0]).is_loopback
            and self.headers.get("Origin") == f"http://{self.headers['Host']}"
            and self.headers.get_content_type() == "application/json"
            and secrets.compare_digest(self.headers.get("X-Studydeck-Key", "").encode(), self.server.key.encode())
        )

    def _body(self) -> bytes | None:
        """The body of the request, as long as its head says; None if that is too long, or nothing."""
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,7}", length) or int(length) > _LARGEST_BODY:
            return None
        body = self.rfile.read()
        while len(body) < int(length) and (more := self.connection.recv(_PIECE)):
            body += more
        return body[: int(length)]

    def _name(self) -> str | None:
        """What is asked for, below the server's root; None if the request was refused."""
        # Another web page may resolve to our address (DNS rebinding), but can't send our host name.
        if self.headers.get("Host") not in self.server.hosts:
            self._text(403, "Unknown host name.")
            return None
        path = urlsplit(self.path).path
        if not path.startswith(self.server.root):
            self._text(404, "Not found.")
            return None
        name = unquote(path.removeprefix(self.server.root))
        # Nor may it send requests in the background: a package is a build. Old browsers don't send this header.
        if name and self.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            self._text(403, "Requests from other pages aren't allowed.")
            return None
        return name

    def _answer_request(self, with_body: bool) -> None:
        name = self._name()
        if name is None:
            return
        self.server.connections.let_in(self.connection)
        if name in PAGE:
            kind = mimetypes.guess_type(PAGE[name])[0] or "text/plain"
            self._bytes((ASSETS / PAGE[name]).read_bytes(), f"{kind}; charset=utf-8", _PAGE_HEADER)
        elif name == "events" and with_body:
            self._events()
        elif name == "package.apkg":
            self._package(with_body)
        elif name.startswith("media/") and (file := self.server.live.view.media.get(name.removeprefix("media/"))):
            self._media(file)
        else:
            self._text(404, "Not found.")

    def _events(self) -> None:
        """Server-sent events: the state, and every change of it, until the page is closed."""
        self.send_response(200)
        self._headers("text/event-stream; charset=utf-8", _PAGE_HEADER)
        self.end_headers()
        with suppress(OSError):
            for state in self.server.live.updates(_HEARTBEAT):
                self.wfile.write(f"data: {state}\n\n".encode() if state else b": still here\n\n")
                self.wfile.flush()

    def _package(self, with_body: bool) -> None:
        if not with_body:
            self._text(405, "Use GET to download the package.")
            return
        try:
            path = self.server.package()
        except ValueError as error:
            self._text(409, f"{error}.")
            return
        plain = path.name.encode("ascii", "replace").decode().replace('"', "")
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(path.name)}"
        self._bytes(read_bytes(path), PACKAGE_TYPE, _MEDIA_POLICY, Content_Disposition=named)

    def _media(self, path: Path) -> None:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        try:
            data = read_bytes(path)
        except OSError:
            self._text(404, "The file no longer exists.")
            return
        span = _RANGE.fullmatch(self.headers.get("Range", ""))
        if not span:
            self._bytes(data, kind, _MEDIA_POLICY, Accept_Ranges="bytes")
            return
        start, end = _asked_for(span, len(data))
        if start >= end:
            self._text(416, "The range is past the end of the file.")
        else:
            self._bytes(data[start:end], kind, _MEDIA_POLICY, 206, Content_Range=f"bytes {start}-{end - 1}/{len(data)}")

    def _text(self, status: int, sentence: str) -> None:
        self._bytes(f"{sentence}\n".encode(), "text/plain; charset=utf-8", _MEDIA_POLICY, status)

    def _bytes(self, data: bytes, kind: str, policy: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self._headers(kind, policy)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            for start in range(0, len(data), _PIECE):  # the time limit is per piece
                self.wfile.write(data[start : start + _PIECE])

    def _headers(self, kind: str, policy: str) -> None:
        self.send_header("Connection", "close")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
