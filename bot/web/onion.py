"""The same pages as an onion service: what tells Tor Browser of it, and what differs there."""

from urllib.parse import urlsplit

from aiohttp import web

from bot.web.parts import PARTS


def is_secure(request: web.Request) -> bool:
    """Whether the browser reaches us by HTTPS, so that cookies are `__Host-` and Secure.

    An onion service is mostly http: Tor encrypts to its very address, but not every browser takes
    a Secure cookie there. Then the cookie is a plain one, and for that host alone.
    """
    parts = request.app[PARTS]
    return parts.secure and not (parts.onion.startswith("http:") and _is_visited(request))


def address_of(request: web.Request) -> str:
    """This page at the onion service; empty where there is none, or the visitor is there.

    Tor Browser listens only to what comes by HTTPS.
    """
    parts = request.app[PARTS]
    if not parts.onion or not parts.secure or _is_visited(request):
        return ""
    shown = request.rel_url if request.method in {"GET", "HEAD"} else "/"
    return f"{parts.onion}{shown}"


def tell(request: web.Request, response: web.StreamResponse) -> None:
    """Let Tor Browser offer the onion service."""
    if address := address_of(request):
        response.headers["Onion-Location"] = address


def _is_visited(request: web.Request) -> bool:
    onion = request.app[PARTS].onion
    return bool(onion) and request.host.partition(":")[0].lower() == urlsplit(onion).hostname
