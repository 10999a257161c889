"""The library: checked texts that a unit may send as they stand, one file each beside this one.

Every sentence was checked against its source on the day that the text names. Who changes a text
checks it anew, changes both languages, and writes the new day.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from math import ceil
from types import MappingProxyType
from typing import Any

from handlers.bulletins import REMINDER, Citation, Content, Plan, Topic, Wording, seal_of
from handlers.languages import Language

WORDS_A_MINUTE = 200
"""How fast a tired reader reads: an assumption. Adults read about 238 English words a minute in
silence (Brysbaert 2019); Vietnamese writes each syllable as a word of its own, and reads no slower.
"""

Released = Mapping[str, str]
"""The seals of drafts that an editor compared with the gazette, by the ids of the texts."""
NONE_RELEASED: Released = MappingProxyType({})


class Publish(StrEnum):
    """YES: every fact in it was read where `source` says. CHECK: a draft that nobody sees or sends
    until an editor has compared it with the gazette.
    """

    YES = "yes"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the library as its file has it. `number` is "B01" and so on, in the order of
    reading; `source_url` is where the documents can be looked up; `note` tells the editor what is
    to be compared in a draft.
    """

    content: Content
    number: str
    publish: Publish
    source_url: str
    note: str = ""

    @property
    def id(self) -> str:
        """The name of its file, and what `library` of its content says."""
        return self.content.library

    @property
    def reading_seconds(self) -> int:
        """How long its title, body and action take in the slower language, in whole seconds."""
        return max(reading_seconds(self.content.wording(each)) for each in Language)

    @property
    def seal(self) -> str:
        """The hash of everything that an editor compares: 64 hex digits."""
        return seal_of("", self.content)

    def waits(self, released: Released) -> bool:
        """Whether nobody may use it yet: a draft that was not released in these very words."""
        return self.publish is Publish.CHECK and released.get(self.id) != self.seal


@cache
def texts() -> Mapping[str, Text]:
    """Every text but the reminder of the bell, drafts too, by id, in the order of their numbers."""
    found = (text for text in _every().values() if text.id != REMINDER)
    return MappingProxyType({text.id: text for text in sorted(found, key=lambda each: each.number)})


@cache
def load() -> Mapping[str, Content]:
    """All texts that units may send as they are, by their ids; `library` of each is its id, and
    none has a plan yet. A draft is not among them, not even a released one: see `usable`.
    """
    return MappingProxyType(usable(NONE_RELEASED))


def usable(released: Released) -> dict[str, Content]:
    """The same, with the drafts that somebody released as they are now."""
    return {each.id: each.content for each in texts().values() if not each.waits(released)}


def waiting(released: Released) -> tuple[Text, ...]:
    """The drafts that nobody released, or that changed since, in the order of their numbers."""
    return tuple(each for each in texts().values() if each.waits(released))


def reading_seconds(wording: Wording) -> int:
    """How long title, body and action take at `WORDS_A_MINUTE`, in whole seconds."""
    words = len(f"{wording.title} {wording.body} {wording.action}".split())
    return ceil(words * 60 / WORDS_A_MINUTE)


def reminder(plan: Plan) -> Content:
    """The weekly reminder of the bell, which no unit sends: it goes out by itself."""
    return replace(_every()[REMINDER].content, plan=plan)


def is_reminder(content: Content) -> bool:
    """Whether this is that reminder, whenever it is sent: word for word, for the whole country."""
    return content == reminder(content.plan)


def is_unedited(content: Content, released: Released = NONE_RELEASED) -> bool:
    """Whether this is a text of the library word for word, with its citations and its days; for
    whom, when and how urgently it is sent is free. A draft is one only while it is `released`.
    """
    text = texts().get(content.library)
    if text is None or text.waits(released):
        return False
    checked = text.content
    sent = replace(checked, scope=content.scope, plan=content.plan, urgency=content.urgency)
    return content == sent


def honest(content: Content, released: Released = NONE_RELEASED) -> Content:
    """`content` as it may be kept: what was changed, or rests on a draft, does not call itself a
    text of the library, and so needs the approval that everything else needs.
    """
    return content if is_unedited(content, released) else replace(content, library="")


@cache
def _every() -> Mapping[str, Text]:
    files = resources.files(__name__).iterdir()
    found = [_read(each.read_text("utf-8")) for each in files if each.name.endswith(".toml")]
    return {each.id: each for each in sorted(found, key=lambda text: text.id)}


def _read(text: str) -> Text:
    tree = tomllib.loads(text)
    return Text(
        _content(tree),
        number=tree.get("number", ""),
        publish=Publish(tree.get("publish", "yes")),
        source_url=tree.get("source_url", ""),
        note=tree.get("note", ""),
    )


def _content(tree: Mapping[str, Any]) -> Content:
    return Content(
        topic=Topic(tree["topic"]),
        legal=tree["legal"],
        vi=Wording(**tree["vi"]),
        en=Wording(**tree["en"]),
        citations=tuple(_citation(each) for each in tree.get("citations", ())),
        checked_on=tree.get("checked_on"),
        expires_on=tree.get("expires_on"),
        source=tree["source"],
        library=tree["id"],
    )


def _citation(tree: Mapping[str, Any]) -> Citation:
    return Citation(tree["document"], tree["article"], tree["effective_from"])
