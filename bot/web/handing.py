"""Hands a clean file to a browser: under a name of ours, and so that nothing in it can act."""

import re
from http import HTTPStatus

from aiohttp import web

from bot.naming import name_of

# No script, no request of its own, no frame of ours: whatever the file may be after all.
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
_ALONE = f"sandbox; {_POLICY}"
# What a browser shows by itself asks us for it once more, and from nowhere it would get none.
_SHOWN = f"sandbox allow-same-origin; {_POLICY}"
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


def hand(request: web.Request, data: bytes, mime: str) -> web.Response:
    """`data` as an answer: a PDF to be kept, pictures and videos to be looked at. A player that
    asks for a piece of a video gets that piece: some play nothing otherwise.
    """
    way = "attachment" if mime == "application/pdf" else "inline"
    headers = {
        "Content-Disposition": f'{way}; filename="{name_of(mime)}"',
        "Content-Security-Policy": _SHOWN if way == "inline" else _ALONE,
        "Accept-Ranges": "bytes",
    }
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None:
        return web.Response(body=data, content_type=mime, headers=headers)
    first = int(asked[1])
    last = min(int(asked[2]) if asked[2] else len(data) - 1, len(data) - 1)
    if first > last:
        headers = {"Content-Range": f"bytes */{len(data)}"}
        return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    piece = data[first : last + 1]
    status = HTTPStatus.PARTIAL_CONTENT
    return web.Response(status=status, body=piece, content_type=mime, headers=headers)


def is_continued(request: web.Request) -> bool:
    """Whether a player asks for more of what it has begun to play."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    return asked is not None and int(asked[1]) > 0
