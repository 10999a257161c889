"""Text and buttons as Telegram takes them: HTML into entities, lengths, keyboards.

Lengths are counted in UTF-16 units, as entities are; the documents say "characters", and the
stricter reading fits both.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram.refusals import Refusal, bad
from tests.fakes.telegram.world import Json

MOST_TEXT = 4096
MOST_CAPTION = 1024
_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TOKEN = re.compile(r"<(/?)([^\s>]*)([^>]*)(>?)|&(#x[0-9a-fA-F]+|#\d+|[a-z]+);|[^<&]+|&", re.DOTALL)
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b)"
    r"|(?P<url>\bhttps?://[^\s<>\"]+)"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31}\b)"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
)


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def found(text: str) -> list[Json]:
    """The entities that Telegram sees by itself: commands, addresses, mentions, hashtags."""
    return [
        {
            "type": match.lastgroup,
            "offset": units(text[: match.start()]),
            "length": units(match.group()),
        }
        for match in _FOUND.finditer(text)
    ]


def written(text: str, most: int, mode: str | None, entities: Any, field: str) -> Json:
    """The fields of a message for a text or caption. Raises Refusal: bad HTML, too long."""
    if mode is not None and mode.lower() != "html":
        raise bad("unsupported parse_mode")
    if mode is not None:
        text, listed = html(text)
    else:
        listed = list(entities or [])
    text, listed = _trimmed(text, listed)
    if units(text) > most:
        raise bad("message caption is too long" if field == "caption" else "message is too long")
    listed = sorted(listed + found(text), key=lambda one: (one["offset"], -one["length"]))
    name = "caption_entities" if field == "caption" else "entities"
    return ({field: text} if text else {}) | ({name: listed[:100]} if listed else {})


def html(source: str) -> tuple[str, list[Json]]:
    """The text and the entities of Telegram's HTML. Raises Refusal as its parser does."""
    text = ""
    entities: list[Json] = []
    opened: list[tuple[str, int, Json]] = []
    for match in _TOKEN.finditer(source):
        closing, tag, rest, end, named = match.groups()
        at = len(source[: match.start()].encode())
        if named is not None:
            text += _character(named, match.group())
        elif tag is None:
            text += match.group()
        elif closing and not end:
            raise _unparsable(f"Unclosed end tag at byte offset {at}")
        elif closing:
            text_before, entity = _close(opened, tag.lower(), at)
            if length := units(text) - text_before:
                entities.append(entity | {"offset": text_before, "length": length})
        else:
            if not rest and not end:
                raise _unparsable(f"Unclosed start tag at byte offset {at}")
            entity = _open(tag.lower(), rest, at)
            if not end:
                raise _unparsable(f'Unclosed start tag "{tag}" at byte offset {at}')
            opened.append((tag.lower(), units(text), entity))
    if opened:
        tag = opened[-1][0]
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{tag}"')
    return text, entities


def keyboard(markup: Any) -> Json | None:
    """The inline keyboard of a message, checked; None for any other reply markup."""
    if not isinstance(markup, dict) or "inline_keyboard" not in markup:
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("object expected as reply markup")
    if sum(len(row) for row in rows) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        _check(button)
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def reply_keyboard(markup: Any) -> Json | None:
    """A keyboard in place of the letters, or its removal; None for anything else."""
    if not isinstance(markup, dict):
        return None
    kinds = ("keyboard", "remove_keyboard", "force_reply")
    return markup if any(kind in markup for kind in kinds) else None


def _check(button: Any) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not button["text"].strip() or len(button) < 2:
        raise bad("text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button:
        address = urlsplit(str(button["url"]))
        if address.scheme not in ("http", "https", "tg") or (
            address.scheme != "tg" and "." not in (address.hostname or "")
        ):
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def _unparsable(what: str) -> Refusal:
    return bad(f"can't parse entities: {what}")


def _character(named: str, as_written: str) -> str:
    if named.startswith("#"):
        number = int(f"0{named[1:]}", 16) if named[1] == "x" else int(named[1:])
        return chr(number) if 0 < number < 0x110000 else as_written
    return _NAMED.get(named, as_written)


def _open(tag: str, rest: str, at: int) -> Json:
    if tag not in _TAGS or (tag == "span" and "tg-spoiler" not in rest):
        raise _unparsable(f'Unsupported start tag "{tag}" at byte offset {at}')
    entity: Json = {"type": _TAGS[tag]}
    if tag == "a" and (link := _HREF.search(rest)):
        entity["url"] = next(group for group in link.groups() if group is not None)
    if tag == "blockquote" and "expandable" in rest:
        entity["type"] = "expandable_blockquote"
    return entity


def _close(opened: list[tuple[str, int, Json]], tag: str, at: int) -> tuple[int, Json]:
    if not opened:
        raise _unparsable(f"Unexpected end tag at byte offset {at}")
    expected, begun, entity = opened.pop()
    if tag not in ("", expected):
        raise _unparsable(
            f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{tag}>"'
        )
    return begun, entity


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Cut white space off both ends, and the entities with it."""
    shorter = text.lstrip()
    cut = units(text) - units(shorter)
    shorter = shorter.rstrip()
    end = units(shorter)
    kept = []
    for entity in entities:
        first = max(entity["offset"] - cut, 0)
        last = min(entity["offset"] - cut + entity["length"], end)
        if last > first:
            kept.append(entity | {"offset": first, "length": last - first})
    return shorter, kept
