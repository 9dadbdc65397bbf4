"""studydeck: question-answer pairs in YAML, compiled into Anki decks that can be regenerated without fear."""

__version__ = "0.1.0"
#: Where the project lives, as in pyproject.toml: its schemas, its action and its hooks are named by it.
REPOSITORY = "https://github.com/studydeck/studydeck"
