"""What people send as files: kept here, served over HTTP, addressed by events."""

from dataclasses import dataclass, field

from aiohttp import web

_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}


@dataclass(slots=True, eq=False)
class File:
    """A file at its path; with `redirect_to`, its address only points elsewhere.

    `fetches` counts how often it was asked for.
    """

    path: str
    data: bytes = field(repr=False)
    content_type: str
    redirect_to: str | None = None
    fetches: int = 0

    def answer(self) -> web.Response:
        """What a GET gets."""
        self.fetches += 1
        if self.redirect_to is not None:
            return web.Response(status=302, headers={"Location": self.redirect_to})
        return web.Response(body=self.data, content_type=self.content_type)


@dataclass(slots=True, eq=False)
class Shelf:
    """All files. `url` is the server's address."""

    url: str = ""
    files: dict[str, File] = field(default_factory=dict)

    def keep(
        self,
        data: bytes,
        name: str,
        *,
        content_type: str | None = None,
        redirect_to: str | None = None,
    ) -> str:
        """Keep a file under a name; returns its address."""
        kind = content_type or sniffed(data)
        self.files[name] = File(name, data, kind, redirect_to)
        return f"{self.url}/media/{name}"


def sniffed(data: bytes) -> str:
    """A picture's type by its first bytes."""
    for start, kind in _KINDS.items():
        if data.startswith(start):
            return kind
    return "application/octet-stream"
