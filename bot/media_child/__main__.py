"""Starts the child: loads the decoder of one kind, closes the fence, and only then reads the file.

What is printed is bare pixels or the name of a refusal. Dying is an answer too: whatever is raised
here means that the file could not be read.
"""

import sys
from importlib import import_module
from pathlib import Path

# The module that decodes a kind, and the family whose limits hold for it.
_BY_KIND = {"PDF": ("pages", "pages"), "VIDEO": ("film", "film"), "HEIC": ("picture", "heic")}


def main(words: list[str]) -> None:
    """`probe` tells how strong the sandbox is, `can KIND` whether a decoder loads; `KIND LIMIT…`
    cleans, each limit a number.
    """
    # Isolated Python does not look into the folder it was started from.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from bot.media_child import fence  # noqa: PLC0415 - found only now

    kind = words[-1] if words[0] == "can" else words[0]
    module, family = _BY_KIND.get(kind, ("picture", "picture"))
    decoder = import_module(f"bot.media_child.{module}")
    # All is imported before the fence closes: behind it no file can be opened any more.
    decoder.prepare(kind)
    namespaces = fence.close(family)
    if words == ["probe"]:
        answer = b"namespaces" if namespaces else b"limits only"
    elif words[0] == "can":
        answer = kind.encode()
    else:
        answer = decoder.clean(sys.stdin.buffer.read(), kind, *(int(word) for word in words[1:]))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
