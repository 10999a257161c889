"""The desk as an app on a phone's home screen: its manifest and its picture."""

import json

from aiohttp import web

from bot.web.rendering import RENDERER

MANIFEST = "/desk/app.webmanifest"
_SIZES = (192, 512)
_PAPER, _ACCENT = "#f6f7f5", "#0b5d4e"


def add_routes(app: web.Application) -> None:
    """GET /desk/app.webmanifest: the same for everybody; a browser asks for it without cookies."""
    app.router.add_get(MANIFEST, _manifest)


async def _manifest(request: web.Request) -> web.Response:
    assets = request.app[RENDERER].assets.values()
    told = {
        "id": "/desk",
        "name": "Tiếng Thợ: bàn tiếp nhận",
        "short_name": "Bàn tiếp nhận",
        "lang": "vi",
        "start_url": "/desk",
        "scope": "/desk",
        "display": "standalone",
        "background_color": _PAPER,
        "theme_color": _ACCENT,
        "icons": [
            {
                "src": asset.address,
                "sizes": f"{size}x{size}",
                "type": asset.kind,
                "purpose": "any maskable",
            }
            for size in _SIZES
            for asset in assets
            if asset.address.startswith(f"/static/desk-{size}.")
        ],
    }
    return web.Response(
        text=json.dumps(told, ensure_ascii=False),
        content_type="application/manifest+json",
        headers={"Cache-Control": "no-cache"},
    )
