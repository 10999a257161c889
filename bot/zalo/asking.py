"""The list of checks with a real bot, those for which somebody takes their phone."""

import io

from PIL import Image
from yarl import URL

from bot.channels.zalo_bot import media
from bot.channels.zalo_bot.client import Failed, Refused
from bot.web.lent import Full
from bot.zalo.door import Behaviour
from bot.zalo.findings import Finding, Mark, explained, unsure, well, wrong
from bot.zalo.visit import Visit
from handlers.events import Unusable
from storage.bots import Mode

MOST_BYTES = 20 * 1024 * 1024
_GREEN = (0, 128, 96)
_OTHERS = ("a file", "a video", "a place", "a contact")


async def text(visit: Visit) -> Finding:
    """5: words arrive."""
    name = "5 a text"
    try:
        came = await visit.message(name, "Send the bot a text.")
    except Failed as error:
        return wrong(f"{name}: {explained(error)}.")
    if isinstance(came, Finding):
        return came
    if "text" not in came.fields:
        return wrong(f"{name}: comes as {came.shape}, without a text.")
    how = f", {'wrapped' if came.wrapped else 'unwrapped'}"
    return well(f"{name}: comes as {came.shape}{how if visit.has_hook else ''}.")


async def photo(visit: Visit, *, words: bool) -> Finding:
    """6: a picture arrives, with or without words, and can be fetched."""
    name = f"6 a photo {'with' if words else 'without'} words"
    return await _sent_file(visit, name, f"Send the bot{name[1:]}.", "image")


async def voice(visit: Visit) -> Finding:
    """7: a voice message arrives."""
    return await _sent_file(visit, "7 a voice message", "Send the bot a voice message.", "voice")


async def others(visit: Visit) -> Finding:
    """8: what the platform says of things that a bot does not get."""
    name, told = "8 other things", list[str]()
    try:
        for what in _OTHERS:
            came = await visit.message(name, f"Send the bot {what}.")
            if not isinstance(came, Finding):
                told.append(f"{what} as {came.shape}")
            elif came.mark is Mark.WRONG:
                told.append(f"{what} not at all")
    except Failed as error:
        return wrong(f"{name}: {explained(error)}.")
    if not told:
        return visit.skipped(name, is_open=visit.source is not None)
    return well(f"{name}: {'; '.join(told)}.")


async def blocked(visit: Visit) -> Finding:
    """11: what comes of a message to somebody who shut the bot out."""
    name = "11 a blocked bot"
    if not visit.chat:
        return visit.skipped(name, is_open=visit.source is not None)
    if not await visit.operator.ask("Block the bot. Done?"):
        return visit.skipped(name, is_open=True)
    failed = await visit.tried(lambda: visit.client.send_message(visit.chat, "Tiếng Thợ"))
    await visit.operator.ask("Let the bot in again. Done?")
    if failed is None:
        return unsure(f"{name}: the message is taken all the same; nobody learns of it.")
    if isinstance(failed, Refused):
        return well(f"{name}: refused ({failed.code}).")
    return unsure(f"{name}: {type(failed).__name__} {failed.code}.")


async def again(visit: Visit, *, late: bool) -> Finding:
    """12b, 13: whether a delivery comes again that was answered badly, or late."""
    name = f"13 an answer after {visit.patience.late:g} s" if late else "12b an answer 500"
    if visit.bot.mode is Mode.POLLING:
        return unsure(f"{name}: updates are polled.")
    door = visit.door
    if door is None or not visit.has_hook:
        return visit.skipped(name)
    # Before the question, for some send before they answer.
    door.clear()
    door.answer_next(Behaviour(200, visit.patience.late) if late else Behaviour(500))
    if not await visit.operator.ask("Send the bot a text, for the webhook. Will you?"):
        door.answer_next(Behaviour())
        return visit.skipped(name, is_open=True)
    first = await door.delivery(visit.patience.message)
    if first is None:
        door.answer_next(Behaviour())
        return wrong(f"{name}: nothing was delivered.")
    visit.chat = visit.chat or first.what.chat
    how = f"delivered {'wrapped' if first.what.wrapped else 'unwrapped'}, with the secret"
    wait = visit.patience.again + visit.patience.late * late
    while (came := await door.delivery(wait)) is not None:
        if came.key == first.key:
            return well(f"{name}: {how}; it comes again.")
    return well(f"{name}: {how}; within {wait:g} s it does not come again.")


async def picture(visit: Visit) -> Finding:
    """Not on the list: a picture that the platform fetches at our public address."""
    name = "16 a picture by our address"
    if not visit.place.public_url:
        return unsure(f"{name}: without TIENGTHO_PUBLIC_URL bulletins go without pictures.")
    door = visit.door
    if door is None:
        return visit.skipped(name)
    if not visit.chat:
        return visit.skipped(name, is_open=True)
    try:
        url = visit.place.public_url + door.lent.lend(_green(), "image/png")
    except Full:
        return unsure(f"{name}: too much is lent.")
    failed = await visit.tried(lambda: visit.client.send_photo(visit.chat, url))
    if isinstance(failed, Refused):
        return wrong(f"{name}: refused ({failed.code}) {failed.description}".rstrip() + ".")
    if failed is not None:
        return wrong(f"{name}: {explained(failed)}.")
    if await visit.operator.ask("Is there a green picture on your phone?") is False:
        return wrong(f"{name}: fetched {door.fetched} times, and not to be seen.")
    if not door.fetched:
        return wrong(f"{name}: taken, but nobody came to fetch it. Does the proxy lead here?")
    return well(f"{name}: fetched {door.fetched} times.")


async def _sent_file(visit: Visit, name: str, wish: str, event: str) -> Finding:
    try:
        came = await visit.message(name, wish, event)
    except Failed as error:
        return wrong(f"{name}: {explained(error)}.")
    if isinstance(came, Finding):
        return came
    if not came.media:
        return wrong(f"{name}: comes as {came.shape}, without an address.")
    field, url = next(iter(came.media.items()))
    host = URL(url).host or "no host"
    got = await media.fetch(
        url, api_url=visit.place.api_url, hosts=visit.place.hosts, most_bytes=MOST_BYTES
    )
    if isinstance(got, Unusable):
        return wrong(
            f"{name}: {came.shape}; {field} at {host} cannot be fetched ({got})."
            " Look at TIENGTHO_ZALO_MEDIA_HOSTS."
        )
    return well(f"{name}: {came.shape}; {field} at {host}, {len(got) // 1024 + 1} KiB.")


def _green() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 180), _GREEN).save(file, "PNG")
    return file.getvalue()
