"""The first week at work: seven short messages, one a day, each with its articles and its days."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from handlers import laws
from handlers.languages import Language


@dataclass(frozen=True, slots=True)
class Cite:
    """An article, or several of them, of a document by its number."""

    document: str
    article: str

    def named(self, language: Language) -> str:
        """As people read it: "Điều 13, 17 Bộ luật Lao động 45/2019/QH14"."""
        document = laws.load()[self.document]
        name = f"{document.name(language)} {document.number}"
        if language is Language.VI:
            return f"Điều {self.article} {name}"
        return f"{name}, art. {self.article}"


@dataclass(frozen=True, slots=True)
class Told:
    """A message in one language."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Part:
    """One message; `number` is its day, from 1, whatever other days hold."""

    number: int
    id: str
    cites: tuple[Cite, ...]
    checked_on: date
    expires_on: date
    vi: Told
    en: Told

    def told(self, language: Language) -> Told:
        """The message in `language`."""
        return self.vi if language is Language.VI else self.en

    def law(self, language: Language) -> str:
        """What it rests on, in one line."""
        return "; ".join(each.named(language) for each in self.cites)

    def holds(self, today: date, replaced: Collection[str] = ()) -> bool:
        """Whether it may be shown today; `replaced` are numbers of documents that do not count."""
        return today <= self.expires_on and not {each.document for each in self.cites} & {*replaced}


@cache
def load() -> tuple[Part, ...]:
    """All seven, by number."""
    text = resources.files(__name__).joinpath("week.toml").read_text("utf-8")
    parts = tomllib.loads(text)["parts"]
    return tuple(_part(number, each) for number, each in enumerate(parts, start=1))


def current(today: date, replaced: Collection[str] = ()) -> tuple[Part, ...]:
    """Those that may be shown today."""
    return tuple(part for part in load() if part.holds(today, replaced))


def following(number: int, today: date, replaced: Collection[str] = ()) -> Part | None:
    """The first one from `number` on that may be shown today; None where that was all."""
    return next((each for each in current(today, replaced) if each.number >= number), None)


def _part(number: int, tree: Mapping[str, Any]) -> Part:
    return Part(
        number=number,
        id=tree["id"],
        cites=tuple(Cite(each["document"], each["article"]) for each in tree["cites"]),
        checked_on=tree["checked_on"],
        expires_on=tree["expires_on"],
        vi=Told(**tree["vi"]),
        en=Told(**tree["en"]),
    )
