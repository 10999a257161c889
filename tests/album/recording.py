"""A plugin of pytest: what is shown while tests run is kept, in both languages, for the album.

A screen or a page is kept only where it shows a text that was not shown before.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.web.rendering import Renderer
from handlers.languages import Language
from handlers.screens import Rendered, Say, Screen
from handlers.texts import Texts

FOLDER = Path(".album")
_render_screen = Texts.render
_render_page = Renderer.render
_say = Texts.say
_seen: set[str] = set()
_said: set[str] = set()


def pytest_configure() -> None:
    """From now on everything that is rendered passes here."""
    FOLDER.mkdir(exist_ok=True)
    Texts.say = _alone  # type: ignore[method-assign, assignment]
    Texts.render = _screen  # type: ignore[method-assign, assignment]
    Renderer.render = _page  # type: ignore[method-assign, assignment]


def keys_of(said: Say) -> Iterator[str]:
    """The keys of a saying and of those within it."""
    yield said.key
    for _, value in said.fields:
        if isinstance(value, Say):
            yield from keys_of(value)


def _screen(texts: Texts, screen: Screen) -> Rendered:
    sayings = [*screen.says]
    sayings += [each.label for each in (*screen.choices, *screen.ways)]
    sayings += [each.word for each in (*screen.choices, *screen.ways) if each.word]
    told = {
        language.value: _as_lines(_render_screen(_texts(language), screen)) for language in Language
    }
    _keep("screen", "", (key for said in sayings for key in keys_of(said)), told)
    return _render_screen(texts, screen)


def _alone(texts: Texts, said: Say) -> str:
    """A text that a chat or a command puts together by itself: its words alone."""
    if said.key not in _said | _seen and said.key != "raw":
        _said.add(said.key)
        told = {language.value: [_say(_texts(language), said)] for language in Language}
        _write({"kind": "said", "template": "", "keys": [said.key], "told": told})
    return _say(texts, said)


def _as_lines(rendered: Rendered) -> list[str]:
    buttons = (f"[{each.label}]" for each in (*rendered.choices, *rendered.ways))
    return [*(line.text for line in rendered.lines), "  ".join(buttons)]


def _page(
    renderer: Renderer, template: str, t: Callable[..., str], values: Mapping[str, Any]
) -> str:
    keys, told = set[str](), {}
    for language in Language:

        def noted(key: str, language: Language = language, **fields: str | int | Say) -> str:
            keys.add(key)
            return _texts(language).get(key, **fields)

        told[language.value] = _render_page(renderer, template, noted, values)
    if not template.endswith(".xml"):
        _keep("page", template, keys, told)
    return _render_page(renderer, template, t, values)


def _keep(kind: str, template: str, keys: Iterable[str], told: Mapping[str, Any]) -> None:
    every = {key for key in keys if key != "raw"}
    if every <= _seen:
        return
    _seen.update(every)
    _write({"kind": kind, "template": template, "keys": sorted(every), "told": told})


def _write(kept: Mapping[str, Any]) -> None:
    with (FOLDER / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(kept, ensure_ascii=False) + "\n")


@cache
def _texts(language: Language) -> Texts:
    return Texts.load(language)
