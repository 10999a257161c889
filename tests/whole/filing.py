"""What one worker does in a chat app, over the players: files a tip, subscribes to bulletins."""

from dataclasses import dataclass, field

from handlers.folding import fold
from handlers.screens import Rendered
from tests.telegram_house import TelegramPlayer
from tests.zalo_house import ZaloPlayer

LABELS = {"wages": "Nợ lương", "unsafe": "Mất an toàn"}
"""Of the categories here, what is typed where there are no buttons."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker tells; `place` is typed, and the first of several such places is meant."""

    category: str
    place: str
    story: str = field(repr=False)
    photo: bytes | None = field(default=None, repr=False)


async def file_in_telegram(player: TelegramPlayer, told: Told) -> Rendered:
    """A tip, with buttons."""
    await player.bring("look")
    for name in ("report", told.category, "danger_no"):
        await player.press(name)
    shown = await player.type(told.place)
    if "place0" in [each.name for each in shown.choices]:
        await player.press("place0")
    shown = await player.type(told.story)
    if "skip_all" in [each.name for each in shown.choices]:
        await player.press("skip_all")
    if told.photo is not None:
        await player.person.photo(told.photo)
        await player.answered()
    return await player.press("send")


async def file_on_zalo(player: ZaloPlayer, told: Told) -> Rendered:
    """A tip, typed."""
    await player.bring("look")
    for words in ("Báo tin", LABELS[told.category], "Không"):
        await player.type(words)
    shown = await player.type(told.place)
    if len(shown.choices) > 1:
        await player.type("1")
    shown = await player.type(told.story)
    if "bo qua het" in fold(shown.text):
        await player.type("Bỏ qua hết")
    if told.photo is not None:
        await player.person.photo(told.photo)
        await player.answered()
    return await player.type("Gửi")


async def subscribe_in_telegram(player: TelegramPlayer) -> Rendered:
    """All topics of the whole country, after a command."""
    await player.type("/bantin")
    await player.press("all_topics")
    return await player.press("whole_country")


async def subscribe_on_zalo(player: ZaloPlayer) -> Rendered:
    """The same, typed."""
    for words in ("/bantin", "Tất cả chủ đề"):
        await player.type(words)
    return await player.type("Chỉ tin chung cả nước")
