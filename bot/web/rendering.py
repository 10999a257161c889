"""Templates into pages, and the files that pages need: all read once, all from the package."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import PurePath
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.web import onion, sessions
from bot.web.padding import leave_as_it_is, padded
from bot.web.parts import PARTS
from handlers.languages import Language

_KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_EMERGENCY_NUMBER = re.compile(r"\b11[1345]\b")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that every page may ask for; its address changes with its content."""

    address: str
    kind: str
    content: bytes = field(repr=False)


class Renderer:
    """Makes pages. What comes from outside is escaped; an unknown name in a template is a bug."""

    def __init__(self) -> None:
        """Read templates and static files from the package."""
        self.assets = {asset.address: asset for asset in _assets().values()}
        self._environment = _environment()

    def render(self, template: str, t: Callable[..., str], values: Mapping[str, Any]) -> str:
        """`template` with `values`; `t` gives the texts of the page's language by their key."""
        return self._environment.get_template(template).render(values, t=t)


RENDERER: web.AppKey[Renderer] = web.AppKey("renderer", Renderer)


def page(
    request: web.Request, template: str, language: Language, *, status: int = 200, **values: Any
) -> web.Response:
    """An HTML answer in `language`, padded; the templates also know `t`, `asset`, `language`,
    `demo`, `neutral` (where the quick exit leads), `onion` (this page as an onion service).
    """
    parts = request.app[PARTS]
    session = sessions.session_of(request)
    told = {
        "csrf": sessions.form_token(session) if session else "",
        "language": language,
        "demo": parts.demo,
        "neutral": parts.neutral,
        "onion": onion.address_of(request),
        "named": "",
    }
    text = request.app[RENDERER].render(template, parts.texts[language].get, told | values)
    response = web.Response(
        body=padded(text), content_type="text/html", charset="utf-8", status=status
    )
    leave_as_it_is(response)
    onion.tell(request, response)
    return response


async def static(request: web.Request) -> web.Response:
    """GET /static/…: a file by its address; it may be kept forever."""
    asset = request.app[RENDERER].assets.get(request.path)
    if asset is None:
        raise web.HTTPNotFound
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    charset = None if asset.kind == "image/png" else "utf-8"
    return web.Response(
        body=asset.content, content_type=asset.kind, charset=charset, headers=headers
    )


@cache
def _environment() -> Environment:
    """The templates, compiled once for all applications of this process: they never change."""
    environment = Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    addresses = {name: asset.address for name, asset in _assets().items()}
    environment.globals["asset"] = addresses.__getitem__
    environment.filters["callable_numbers"] = _callable_numbers
    return environment


@cache
def _assets() -> Mapping[str, Asset]:
    assets = {}
    for source in resources.files("bot.web").joinpath("static").iterdir():
        path = PurePath(source.name)
        if kind := _KINDS.get(path.suffix):
            content = source.read_bytes()
            print_of_content = sha256(content).hexdigest()[:12]
            address = f"/static/{path.stem}.{print_of_content}{path.suffix}"
            assets[source.name] = Asset(address, kind, content)
    return assets


def _callable_numbers(text: str) -> Markup:
    """`text` with the emergency numbers as links that call them."""
    html = _EMERGENCY_NUMBER.sub(r'<a href="tel:\g<0>">\g<0></a>', str(escape(text)))
    return Markup(html)  # noqa: S704 - escaped above; only links to fixed numbers are put in
