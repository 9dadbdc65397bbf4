"""Exits with 0 if this Python has studydeck as an editable install of the current folder; see Makefile."""

import json
import os
import sys
from importlib.metadata import PackageNotFoundError, distribution
from urllib.parse import urlsplit
from urllib.request import url2pathname

try:
    origin = json.loads(distribution("studydeck").read_text("direct_url.json") or "{}")
except PackageNotFoundError:
    sys.exit(1)
folder = url2pathname(urlsplit(origin.get("url", "")).path)
editable = origin.get("dir_info", {}).get("editable", False)
sys.exit(not (editable and os.path.realpath(folder) == os.path.realpath(".")))
