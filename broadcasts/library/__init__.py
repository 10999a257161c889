"""The library: checked texts that a unit may send as they stand, one file each beside this one.

Every sentence was checked against its source on the day that the text names. Who changes a text
checks it anew, changes both languages, and writes the new day.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from handlers.bulletins import REMINDER, Citation, Content, Plan, Topic, Wording


@cache
def load() -> Mapping[str, Content]:
    """All texts that units may send, by their ids; `library` of each is its id, and none has a
    plan yet.
    """
    found = {key: text for key, text in _every().items() if key != REMINDER}
    return MappingProxyType(found)


def reminder(plan: Plan) -> Content:
    """The weekly reminder of the bell, which no unit sends: it goes out by itself."""
    return replace(_every()[REMINDER], plan=plan)


def is_reminder(content: Content) -> bool:
    """Whether this is that reminder, whenever it is sent: word for word, for the whole country."""
    return content == reminder(content.plan)


def is_unedited(content: Content) -> bool:
    """Whether this is a text of the library word for word, with its citations and its days; for
    whom, when and how urgently it is sent is free.
    """
    checked = load().get(content.library)
    if checked is None:
        return False
    sent = replace(checked, scope=content.scope, plan=content.plan, urgency=content.urgency)
    return content == sent


def honest(content: Content) -> Content:
    """`content` as it may be kept: what was changed does not call itself a text of the library."""
    return content if is_unedited(content) else replace(content, library="")


@cache
def _every() -> Mapping[str, Content]:
    files = resources.files(__name__).iterdir()
    found = [_read(each.read_text("utf-8")) for each in files if each.name.endswith(".toml")]
    return {each.library: each for each in sorted(found, key=lambda content: content.library)}


def _read(text: str) -> Content:
    tree = tomllib.loads(text)
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
