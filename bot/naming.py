"""What a file is called where somebody keeps it: a name of ours, never the one it came with."""

_NAMES = {
    "image/jpeg": "anh.jpg",
    "image/png": "anh.png",
    "application/pdf": "tep.pdf",
    "video/mp4": "video.mp4",
    "video/webm": "video.webm",
}


def name_of(mime: str) -> str:
    """The neutral name of a clean file. A type that the cleaner never makes is a KeyError."""
    return _NAMES[mime]


def is_known(mime: str) -> bool:
    """Whether the cleaner makes files of that type; nothing else is ever handed out."""
    return mime in _NAMES
