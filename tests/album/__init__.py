"""An album of everything that people are told, in its place: for eyes, not for a machine.

`pytest -p tests.album.recording …` keeps what is shown while tests run; `python -m tests.album
FOLDER` makes pictures of it, as few as show every text, and lists the texts that nobody was shown.
"""
