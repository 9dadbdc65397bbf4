"""Prints CHANGELOG.md's part on one version: python .ci/notes.py 1.2.3."""

import re
import sys
from pathlib import Path

version = sys.argv[1]
parts = re.split(r"^## ", Path("CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
found = [part for part in parts if part.partition("\n")[0].replace("[", "").replace("]", "").split()[0] == version]
if len(found) != 1:
    sys.exit(f"CHANGELOG.md has {len(found)} parts on {version}, and must have one.")
head, _, notes = found[0].partition("\n")
if not re.search(r"\d{4}-\d{2}-\d{2}", head):
    sys.exit(f"CHANGELOG.md has no date for {version}: write ## [{version}] - 2026-01-31")
if not notes.strip():
    sys.exit(f"CHANGELOG.md says nothing about {version}.")
sys.stdout.buffer.write(f"{notes.strip()}\n".encode())
