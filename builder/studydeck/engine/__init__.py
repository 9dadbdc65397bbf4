"""The real Anki engine: a learner's collection to import packages into. Needs `studydeck[anki]`.

The only package that imports `anki`; nothing imports it until a command needs the engine.
"""
