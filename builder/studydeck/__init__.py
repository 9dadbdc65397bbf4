"""studydeck: question-answer pairs in YAML, compiled into Anki decks that can be regenerated safely."""

__version__ = "0.1.0"
#: The project's address, as in pyproject.toml; the names of its schemas, action and hooks start with it.
REPOSITORY = "https://github.com/studydeck/studydeck"
