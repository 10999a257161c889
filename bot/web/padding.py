"""Answers of one size: whoever watches the line cannot tell one page of the talk from another."""

from base64 import b64encode

from aiohttp import web

from storage.chance import random_bytes

STEP_BYTES = 16 * 1024
EVENT_BYTES = 256
_OPEN, _CLOSE = b"<!--", b"-->"


def padded(html: str) -> bytes:
    """`html` with a comment behind it, so that it is a multiple of 16 KiB long."""
    body = html.encode()
    room = -(len(body) + len(_OPEN + _CLOSE)) % STEP_BYTES
    # Drawn by chance: should somebody compress it after all, it does not melt away.
    filling = b64encode(random_bytes(room))[:room]
    return body + _OPEN + filling + _CLOSE


def padded_text(text: str) -> bytes:
    """The same for a file that somebody keeps: blanks behind its last line."""
    body = text.encode()
    return body + b" " * (-len(body) % STEP_BYTES)


def padded_event(event: str) -> bytes:
    """One event of a stream (or only a sign of life, if it is empty), always 256 bytes long."""
    body = event.encode() + b":"
    return body.ljust(EVENT_BYTES - 2, b".") + b"\n\n"


def leave_as_it_is(response: web.StreamResponse) -> None:
    """Whoever passes this on shall not compress it: its length would tell what stands in it.

    nginx and Caddy do not touch what names an encoding or forbids to be transformed, and no browser
    minds. What is compressed together with a secret can also be guessed at (BREACH).
    """
    response.headers["Content-Encoding"] = "identity"
    kept = response.headers.get("Cache-Control", "no-store")
    response.headers["Cache-Control"] = f"{kept}, no-transform"
