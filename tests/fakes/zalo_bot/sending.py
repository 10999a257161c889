"""Methods that write into a chat. What stands there is never edited or taken away."""

from typing import Any

from tests.fakes.zalo_bot.call import MOST_CHARACTERS, Call, units
from tests.fakes.zalo_bot.refusals import bad
from tests.fakes.zalo_bot.world import GROUP, Json

PARSE_MODES = ("markdown", "html")
STYLES = frozenset(
    "b i u s f_13 f_15 f_18 f_20 c_050a19 c_15a85f c_f7b503 c_f27806 c_db342e lst_1 lst_2 "
    "ind_1 ind_2 ind_3 ind_4 ind_5".split()
)


async def send_message(call: Call) -> Json:
    """`sendMessage`."""
    chat_id, text = call.required("chat_id"), call.required("text")
    _require_length("text", text)
    mode = call.text("parse_mode") or None
    if mode is not None and mode not in PARSE_MODES:
        raise bad("The parse_mode must be markdown or html")
    styles = [] if mode else _styles(call, units(text))
    return call.write(call.talk(chat_id), text, parse_mode=mode, styles=styles)


async def send_photo(call: Call) -> Json:
    """`sendPhoto`, by a public address only; what is uploaded counts as nothing."""
    chat_id, url = call.required("chat_id"), call.required("photo")
    caption = call.text("caption")
    _require_length("caption", caption)
    talk = call.talk(chat_id)
    call.require_room(talk)
    picture = await call.gallery.take(call.outside, url, chat_id, call.world.habits)
    answer = call.write(talk, caption, kind="photo", photo=url)
    picture.post = answer["result"]["message_id"]
    call.gallery.pictures.append(picture)
    return answer


async def send_sticker(call: Call) -> Json:
    """`sendSticker`."""
    chat_id = call.required("chat_id")
    call.required("sticker")
    return call.write(call.talk(chat_id), "", kind="sticker")


async def send_voice(call: Call) -> Json:
    """`sendVoice`; into a group it goes well and arrives nowhere."""
    chat_id, url = call.required("chat_id"), call.required("voice_url")
    if not url.startswith(("http://", "https://")) or not url.endswith(".aac"):
        raise bad("The voice_url must be a URL that ends with .aac")
    talk = call.talk(chat_id)
    if talk.kind == GROUP:
        return {"result": {"message_id": call.world.code("post"), "date": call.world.now_ms()}}
    return call.write(talk, "", kind="voice")


async def send_chat_action(call: Call) -> Json:
    """`sendChatAction`: good, and nothing more to say."""
    chat_id, action = call.required("chat_id"), call.required("action")
    if action != "typing":
        raise bad("The action is invalid")
    call.talk(chat_id)
    return {}


def _require_length(name: str, text: str) -> None:
    if units(text) > MOST_CHARACTERS:
        raise bad(f"The {name} must be between 1 and {MOST_CHARACTERS} characters")


def _styles(call: Call, length: int) -> list[Json]:
    """The styles of a text so long in UTF-16 units. Raises Refusal for one outside of it."""
    styles = call.json("text_styles") or []
    if not isinstance(styles, list) or not all(_fits(style, length) for style in styles):
        raise bad("The text_styles are invalid")
    return styles


def _fits(style: Any, length: int) -> bool:
    if not isinstance(style, dict):
        return False
    start, size, names = style.get("start"), style.get("len"), style.get("st")
    if not isinstance(start, int) or not isinstance(size, int) or not isinstance(names, list):
        return False
    return 0 <= start < start + size <= length and bool(names) and set(names) <= STYLES
