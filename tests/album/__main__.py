"""Makes the album: `python -m tests.album FOLDER`, after tests ran with `tests.album.recording`."""

import asyncio
import json
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, Route

from bot.web.rendering import Renderer
from handlers.languages import Language
from handlers.texts import Texts
from tests.album.recording import FOLDER
from tests.browser.crowd import chromium

_PER_SHEET, _SAID, _WIDE, _PHONE = 12, 60, 1280, 390
_LOOK = """body{font:15px/1.4 sans-serif;margin:12px;background:#eee;columns:4;column-gap:12px}
div{background:#fff;padding:8px;margin:0 0 12px;break-inside:avoid;white-space:pre-wrap}
b{color:#06c;font-weight:400}i{color:#999;font-size:12px}"""


def fewest(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Few of the records that together show every text that any of them shows."""
    chosen, left = list[dict[str, Any]](), {key for each in records for key in each["keys"]}
    while left:
        best = max(records, key=lambda each: len(left.intersection(each["keys"])))
        chosen.append(best)
        left -= set(best["keys"])
    return chosen


def _recorded() -> list[dict[str, Any]]:
    lines = (line for path in sorted(FOLDER.glob("*.jsonl")) for line in path.open())
    return [json.loads(line) for line in lines]


def _sheet(screens: Sequence[dict[str, Any]], language: Language) -> str:
    cards = (
        "".join(f"{escape(line)}\n\n" for line in each["told"][language.value]) for each in screens
    )
    return f"<!doctype html><meta charset=utf-8><style>{_LOOK}</style>" + "".join(
        f"<div>{card}</div>" for card in cards
    )


async def _static(route: Route) -> None:
    asset = Renderer().assets.get(urlsplit(route.request.url).path)
    if asset is None:
        await route.fulfill(status=404, body="")
    else:
        await route.fulfill(body=asset.content, content_type=asset.kind)


async def _show(page: Page, html: str, file: Path) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(body=html, content_type="text/html; charset=utf-8")

    await page.route("http://album.test/", answer)
    await page.goto("http://album.test/")
    await page.screenshot(path=file, full_page=True)
    await page.unroute("http://album.test/")


async def main(folder: Path) -> None:
    """Write the pictures and the list of texts that were not shown."""
    folder.mkdir(parents=True, exist_ok=True)
    records = _recorded()
    chosen = fewest([each for each in records if each["kind"] != "said"])
    shown = {key for each in chosen for key in each["keys"]}
    alone = {each["keys"][0]: each for each in records if each["kind"] == "said"}
    said = [each for key, each in sorted(alone.items()) if key not in shown]
    screens = [each for each in chosen if each["kind"] == "screen"]
    pages = [each for each in chosen if each["kind"] == "page"]
    async with chromium() as browser:
        for language in Language:
            context = await browser.new_context(viewport={"width": _WIDE, "height": 900})
            page = await context.new_page()
            for what, cards, many in (("screens", screens, _PER_SHEET), ("said", said, _SAID)):
                for at in range(0, len(cards), many):
                    name = f"{what}-{language}-{at // many:03}.png"
                    await _show(page, _sheet(cards[at : at + many], language), folder / name)
            await page.route("**/static/**", _static)
            for number, each in enumerate(pages):
                width = _WIDE if each["template"].startswith(("desk", "studio")) else _PHONE
                await page.set_viewport_size({"width": width, "height": 800})
                told = each["template"].replace("/", "-").removesuffix(".html")
                name = f"page-{number:03}-{told}-{language}.png"
                await _show(page, each["told"][language.value], folder / name)
    shown |= alone.keys()
    unseen = sorted(set(Texts.load(Language.VI).by_key) - shown)
    (folder / "unseen.txt").write_text("\n".join(unseen) + "\n", encoding="utf-8")
    print(
        f"{len(screens)} screens, {len(pages)} pages, {len(shown)} texts; not shown:", len(unseen)
    )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
