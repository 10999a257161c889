"""The cleaner's child: a file comes in by stdin, nothing but its pixels and sound goes out.

A program of its own, one process for one file, started by `bot/media/children.py`. It imports
nothing else of the house; the decoders (Pillow, libheif, PDFium, FFmpeg) are imported nowhere else.
"""
