"""studydeck: question-answer pairs in YAML, compiled into Anki decks that can be regenerated without fear."""

__version__ = "0.1.0"
