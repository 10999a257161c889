"""Puts a talk into bytes and back, for the volatile store: JSON tagged with its classes."""

import base64
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from handlers import events, languages, places, states, subscriptions, tips

_CLASSES: Mapping[str, Any] = {
    name: value
    for module in (states, events, places, languages, subscriptions, tips)
    for name, value in vars(module).items()
    if isinstance(value, type) and (is_dataclass(value) or issubclass(value, Enum))
}


def pack(talk: states.Talk) -> bytes:
    """The talk as bytes."""
    return json.dumps(_plain(talk), ensure_ascii=False, separators=(",", ":")).encode()


def unpack(packed: bytes) -> states.Talk:
    """The talk that `pack` made these bytes of."""
    talk = _made(json.loads(packed))
    if not isinstance(talk, states.Talk):
        raise TypeError("not a talk")
    return talk


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return {"enum": [type(value).__name__, value.value]}
        case None | bool() | int() | str():
            return value
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case date():
            return {"date": value.isoformat()}
        case tuple():
            return [_plain(each) for each in value]
        case frozenset():
            return {"set": [_plain(each) for each in sorted(value)]}
        case _:
            inside = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
            return {"class": type(value).__name__, "with": inside}


def _made(value: Any) -> Any:
    match value:
        case {"enum": [name, inside]}:
            return _CLASSES[name](inside)
        case {"bytes": encoded}:
            return base64.b64decode(encoded)
        case {"date": told}:
            return date.fromisoformat(told)
        case {"set": inside}:
            return frozenset(_made(each) for each in inside)
        case {"class": name, "with": inside}:
            return _CLASSES[name](**{key: _made(each) for key, each in inside.items()})
        case list():
            return tuple(_made(each) for each in value)
        case _:
            return value
