"""The real Anki engine: a learner's collection to import packages into. Needs `studydeck[anki]`.

The only room that knows `anki`; nothing imports it until a command asks for the engine.
"""
