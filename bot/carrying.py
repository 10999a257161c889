"""Carries out the effects of a turn: one storage call each, all of them in one transaction."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from bot import subscribing
from bot.flood import Flood
from bot.logs import Event as Log
from bot.logs import note
from handlers import clocks
from handlers.clocks import Deadlines
from handlers.effects import (
    AddPicture,
    AddWords,
    AllowPolice,
    AskAbove,
    BeginWeek,
    CloseTip,
    CountQuiz,
    DeleteTip,
    DropPictures,
    Effect,
    EndWeek,
    FileTip,
    ForgetChat,
    HideTip,
    PauseSubscription,
    SayWho,
    SendUp,
    ShowFiles,
    Subscribe,
    TakeBackWho,
    TellHere,
    TellNoMore,
    Unsubscribe,
)
from handlers.events import Picture
from handlers.states import Key
from handlers.turn import Facts
from storage import mutes, out_of_scope, quiz_tallies, rising, tips, units
from storage.database import Database, Tx
from storage.reopening import Again
from storage.tips import AlreadyFiled, OldPepper, PictureData
from storage.volatile import Away, Full, Volatile

MOST_FILES_BYTES = 128 * 1024 * 1024
"""All files of all drafts: what is left of the store is for words, which need little and come from
everybody.
"""

_PICTURE = "picture"
# Beside a silent video waits the same with its sound, until it is sent or dropped.
_SOUND = ".sound"
_FLEETING = (CountQuiz, DropPictures, ForgetChat, ShowFiles)


class Overtaken(Exception):
    """Something changed between looking and doing; nothing was done."""


class PictureGone(Exception):
    """A file of the draft is not in the volatile store any more; nothing was done."""


@dataclass(frozen=True, slots=True)
class _Load:
    """What the effects of a turn need besides themselves, and the tips that they filed."""

    pictures: dict[str, PictureData] = field(repr=False)
    aside: bool
    filed: list[bytes] = field(default_factory=list, repr=False)


class Carrier:
    """Effects of the worker's talk."""

    def __init__(self, database: Database, volatile: Volatile, flood: Flood) -> None:
        """Joined by `bot/app.py`."""
        self._database = database
        self._volatile = volatile
        self._flood = flood

    async def carry_out(self, chat: str, effects: Sequence[Effect], facts: Facts) -> None:
        """All lasting effects in one transaction, then the volatile ones. Raises Overtaken."""
        lasting = [each for each in effects if not isinstance(each, _FLEETING)]
        if lasting:
            load = await self._load(chat, lasting)
            async with self._database.write() as tx:
                for effect in lasting:
                    if not await self._do(tx, chat, effect, load, facts):
                        raise Overtaken
            for tip in load.filed:
                note(Log.TIP_FILED)
                await self._remember(tip, chat, lasting)
        for each in effects:
            if isinstance(each, DropPictures):
                # What was done stays done; pictures that cannot be dropped now end by themselves.
                with suppress(Away):
                    await self.drop_pictures(chat, each.pictures)
            if isinstance(each, CountQuiz):
                # A round that cannot be counted is no matter for whoever played it.
                with suppress(Away, Full):
                    await quiz_tallies.count(self._volatile, each.quiz, each.answers)

    async def keep_picture(
        self, chat: str, name: str, clean: PictureData, loud: bytes, seconds: float
    ) -> None:
        """Keep a clean file for a draft; `loud` is the same with its sound, where it had one.
        Raises Full, and then keeps nothing.
        """
        kept = await self._volatile.total(_PICTURE)
        if kept + len(clean.data) + len(loud) > MOST_FILES_BYTES:
            raise Full
        for key, data in ((name, clean.data), (name + _SOUND, loud)):
            if not data:
                continue
            value = clean.mime.encode() + b"\n" + data
            try:
                await self._volatile.put(_PICTURE, f"{chat}|{key}", value, seconds=seconds)
            except Full:
                await self._volatile.drop(_PICTURE, f"{chat}|{name}")
                raise

    async def touch_pictures(self, chat: str, pictures: Sequence[Picture], seconds: float) -> None:
        """The files of a draft live as long as the draft."""
        for name in _names(pictures):
            await self._volatile.touch(_PICTURE, f"{chat}|{name}", seconds)

    async def drop_pictures(self, chat: str, pictures: Sequence[Picture]) -> None:
        """Forget files, with sound and without."""
        for name in _names(pictures):
            await self._volatile.drop(_PICTURE, f"{chat}|{name}")

    async def _load(self, chat: str, effects: Sequence[Effect]) -> _Load:
        """What is looked up before the transaction."""
        units = [each.unit for each in effects if isinstance(each, FileTip)]
        aside = [await self._flood.sets_aside(chat, unit) for unit in units]
        return _Load(await self._pictures(chat, effects), any(aside))

    async def _remember(self, tip: bytes, chat: str, effects: Sequence[Effect]) -> None:
        """For an hour the source of the tip can be muted; a page has none that would last."""
        mutable = any(isinstance(each, FileTip) and each.mutable for each in effects)
        if mutable and chat.partition("|")[0] not in subscribing.READ_ON_A_PAGE:
            # What was done stays done, and a store that is away cannot mute.
            with suppress(Away):
                await mutes.remember(self._volatile, tip, chat)

    async def _pictures(self, chat: str, effects: Sequence[Effect]) -> dict[str, PictureData]:
        wanted = [
            picture
            for effect in effects
            for picture in (
                effect.pictures
                if isinstance(effect, FileTip)
                else (effect.picture,)
                if isinstance(effect, AddPicture)
                else ()
            )
        ]
        loaded = {}
        for picture in wanted:
            chosen = picture.name + (_SOUND if picture.with_sound else "")
            value = await self._volatile.get(_PICTURE, f"{chat}|{chosen}")
            if value is None:
                raise PictureGone
            mime, _, data = value.partition(b"\n")
            loaded[picture.name] = PictureData(mime.decode(), data)
        return loaded

    async def _do(  # noqa: PLR0912 - one case an effect
        self, tx: Tx, chat: str, effect: Effect, load: _Load, facts: Facts
    ) -> bool:
        match effect:
            case FileTip():
                return await _file(tx, effect, load, facts)
            case AddWords(key, words):
                return await tips.add_words(tx, key, words, await _again(tx, facts))
            case AddPicture(key, picture):
                file = load.pictures[picture.name]
                return await tips.add_picture(tx, key, file, await _again(tx, facts))
            case SayWho(key, words):
                return await tips.say_who(tx, key, words)
            case TakeBackWho(key):
                return await tips.take_back_who(tx, key)
            case CloseTip(key):
                return await tips.close(tx, key, facts.now)
            case DeleteTip(key):
                await tips.remove(tx, key, day=facts.today)
                return True
            case HideTip(key, excluded, unit):
                return await _hide(tx, key, excluded, unit, facts)
            case AskAbove():
                return await _ask_above(tx, effect, facts)
            case SendUp(key, unit):
                return await _send_up(tx, key, unit, facts)
            case AllowPolice(key, allowed):
                return await tips.allow_police(tx, key, allowed=allowed)
            case TellHere() | TellNoMore():
                return await _tell(tx, effect, chat, facts)
            case Subscribe() | Unsubscribe() | PauseSubscription() | BeginWeek() | EndWeek():
                try:
                    await subscribing.carry_out(tx, chat, effect, facts.today)
                except subscribing.NoRoom:
                    return False
                return True
            case CountQuiz() | DropPictures() | ForgetChat() | ShowFiles():
                return True
            case _:
                assert_never(effect)


def _names(pictures: Sequence[Picture]) -> list[str]:
    """What the files of a draft are called in the volatile store."""
    every = [(each.name, f"{each.name}{_SOUND}" if each.loud else "") for each in pictures]
    return [name for names in every for name in names if name]


async def _file(tx: Tx, effect: FileTip, load: _Load, facts: Facts) -> bool:
    shown = [load.pictures[each.name] for each in effect.pictures]
    due = await _due(tx, effect.unit, facts.now, danger=effect.danger)
    try:
        tip = await tips.file(tx, effect, shown, day=facts.today, due=due, aside=load.aside)
    except (AlreadyFiled, OldPepper):
        raise Overtaken from None
    load.filed.append(tip)
    return True


async def _tell(tx: Tx, effect: TellHere | TellNoMore, chat: str, facts: Facts) -> bool:
    if isinstance(effect, TellNoMore):
        return await tips.tell_no_more(tx, effect.key)
    if not facts.room.tells:
        raise ValueError("nobody is told of news there")
    return await tips.tell_here(tx, effect.key, chat)


async def _hide(tx: Tx, key: Key, excluded: frozenset[str], unit: str, facts: Facts) -> bool:
    danger = facts.thread is not None and facts.thread.danger
    due = await _due(tx, unit, facts.now, danger=danger)
    dates = _dates(unit, facts)
    by, (minutes, _) = dates.triage_by, dates.given
    return await tips.hide(tx, key, excluded, unit, due=due, triage_by=by, minutes=minutes)


async def _again(tx: Tx, facts: Facts) -> Again | None:
    """What opens the thread again that was looked up, where it is closed."""
    thread = facts.thread
    if thread is None or thread.reopen_until is None:
        return None
    due = await _due(tx, thread.unit_id, facts.now, danger=thread.danger)
    dates = _dates(thread.unit_id, facts)
    return Again(facts.today, dates, due)


async def _ask_above(tx: Tx, effect: AskAbove, facts: Facts) -> bool:
    danger = facts.thread is not None and facts.thread.danger
    due = await _due(tx, effect.unit, facts.now, danger=danger)
    return await out_of_scope.appeal(
        tx, effect.key, effect.unit, today=facts.today, dates=effect.dates, due=due
    )


async def _send_up(tx: Tx, key: Key, unit: str, facts: Facts) -> bool:
    danger = facts.thread is not None and facts.thread.danger
    due = await _due(tx, unit, facts.now, danger=danger)
    return await rising.send_up(tx, key, unit, now=facts.now, today=facts.today, due=due)


def _dates(unit: str, facts: Facts) -> Deadlines:
    thread, found = facts.thread, facts.tree.get(unit)
    return clocks.deadlines(
        facts.now,
        facts.today,
        danger=thread is not None and thread.danger,
        clocks=found.clocks if found is not None else clocks.DEFAULT,
        category=thread.category if thread is not None else None,
    )


async def _due(tx: Tx, unit: str, now: datetime, *, danger: bool) -> datetime:
    at_once = await units.shows_at_once(tx, unit)
    return clocks.card_leaves_at(now, danger=danger, at_once=at_once)
