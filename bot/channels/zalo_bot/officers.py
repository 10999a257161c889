"""Officers who are rung over a bot: a card without content, claimed with a number in their chat.

Who may do what is looked up at every message, by the fingerprint of the chat. What rang is kept
volatile; a tip that was claimed elsewhere meanwhile says so when it is chosen.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.acting import act
from bot.answers import Answers
from bot.channels import Outcome, TryLater
from bot.channels.zalo_bot.reading import Did, Kept, Pictured
from bot.channels.zalo_bot.sights import Whose
from bot.channels.zalo_bot.talk import OfficersAnswer, Workers
from bot.logs import Event as Log
from bot.logs import note
from bot.numbers import chat as numbers_chat
from handlers.folding import clean
from handlers.languages import Language
from handlers.moderators import cards, chat, pings
from handlers.moderators.actions import Claim
from handlers.moderators.pings import Rang
from handlers.screens import Say, Screen, say
from handlers.texts import Texts
from handlers.tips import Status
from handlers.worker import words
from handlers.worker.step import is_story
from storage import alarms, audit, cases
from storage.alarms import Path
from storage.audit import Act
from storage.database import Database
from storage.pings import Ping
from storage.staff import Member
from storage.volatile import Full, Volatile

KEPT_SECONDS = 24 * 3600
TRIES_AN_HOUR = 10
# The mail room comes again by itself, and meanwhile others are to be rung.
_RING_SECONDS = 5.0
_KIND, _SEEN, _TRIES = "pings", "officer's message", "alarm codes"


@dataclass(frozen=True, slots=True)
class House:
    """What officers are joined to; `desk_url` is the page they sign in to, perhaps empty."""

    database: Database
    volatile: Volatile
    texts: Texts = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    desk_url: str = ""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What an officer typed, and where the answer goes."""

    what: Did
    typed: str = field(repr=False)
    answers: Answers

    @property
    def address(self) -> str:
        return self.what.address


class Officers:
    """The officers' door of one bot, before that of the workers."""

    def __init__(self, workers: Workers, channel: str, house: House) -> None:
        """`workers` has the same chats: whose choices were shown last is asked there."""
        self._workers = workers
        self._channel = channel
        self._house = house

    async def take(self, what: Did | Pictured | Kept, answers: Answers) -> bool:
        """Whether it was an officer's, who is answered by `answers`; the caller is alone in the
        chat. Raises Unreachable where the update comes again.
        """
        if not isinstance(what, Did):
            return False
        heard = _Heard(what, clean(what.event.words), answers)
        code = pings.code_in(heard.typed)
        if code is not None:
            return await self._once(heard, lambda: self._link(heard, code))
        async with self._house.database.read() as tx:
            officer = await alarms.officer_of(tx, Path.ZALO, self._name(heard.address))
        if officer is not None and pings.asks_for_numbers(heard.typed):
            return await self._once(heard, lambda: self._tell_numbers(heard, officer))
        return officer is not None and await self._heard(heard, officer.id)

    async def ring(self, address: str, tip: bytes, nickname: str, *, danger: bool) -> Outcome:
        """A new tip: its name, whether it is urgent, and what can be typed."""
        told = cards.ping(nickname, danger=danger)
        return await self._rings(address, [Rang(tip.hex(), nickname)], told)

    async def ring_for_several(self, address: str, rung: Sequence[Ping]) -> Outcome:
        """Several new tips in one message: how many, and each with its number."""
        urgent = sum(each.danger for each in rung)
        told = cards.ping_of_several(len(rung), urgent)
        return await self._rings(
            address, [Rang(each.tip.hex(), each.nickname) for each in rung], told
        )

    async def tell(self, address: str, shown: Screen) -> Outcome:
        """What is about no single tip; numbers mean what they meant before."""
        return await self._workers.show(address, self._answer(shown), patience=_RING_SECONDS)

    async def _rings(self, address: str, rung: Sequence[Rang], shown: Screen) -> Outcome:
        async with self._workers.alone(address):
            waiting = await self._waiting(address)
            for each in rung:
                waiting = pings.with_one_more(waiting, each)
            if await self._keep(address, waiting):
                shown = pings.screen(waiting, shown.says)
            await self._workers.sights.lost(address, Whose.RINGS)
        return await self._workers.show(address, self._answer(shown), patience=_RING_SECONDS)

    async def _heard(self, heard: _Heard, officer: bytes) -> bool:
        """Whether an officer's words were for this door."""
        shown = pings.listed(waiting := await self._waiting(heard.address))
        if pings.asks_for_list(heard.typed):
            return await self._once(heard, lambda: self._list(heard, officer))
        last = await self._workers.sights.last(heard.address)
        if last is Whose.TALK or (last is None and not waiting):
            # The worker's talk spoke last: what is typed is an answer to it.
            return False
        chosen = words.chosen(heard.typed, shown, self._house.texts)
        if chosen is None and not await self._is_for_rings(heard, last):
            return False
        if chosen is None or await self._may_mean_others(heard, shown):
            return await self._once(heard, lambda: self._show(heard, shown))
        rang = pings.claimed(chosen.name, waiting)
        return await self._once(heard, lambda: self._choose(heard, officer, rang))

    async def _is_for_rings(self, heard: _Heard, last: Whose | None) -> bool:
        """Whether what is none of the choices was meant as one: a number, or a few words just after
        a ring. A command or a story begins a talk, and in the middle of one words go on with it.
        """
        if words.is_number(heard.typed):
            return True
        if last is not Whose.RINGS or is_story(heard.typed):
            return False
        is_command = words.command(heard.typed) or words.plain_command(heard.typed)
        return not is_command and not await self._workers.is_in_talk(heard.address)

    async def _may_mean_others(self, heard: _Heard, shown: Screen) -> bool:
        """Whether it was typed before these choices were seen; a whole label means itself."""
        if words.labelled(heard.typed, shown, self._house.texts) is not None:
            return False
        return heard.answers.is_on_its_way(heard.address) or (
            await self._workers.sights.are_unseen(heard.address, Whose.RINGS, heard.what.date)
        )

    async def _choose(self, heard: _Heard, officer: bytes, rang: Rang | None) -> None:
        """Claim a tip that rang; None is the way to the page."""
        waiting = await self._waiting(heard.address)
        if rang is None:
            await self._show(heard, pings.screen(waiting, self._page()))
            return
        async with self._house.database.write() as tx:
            tip = bytes.fromhex(rang.tip)
            turn = await act(tx, officer, tip, Claim(), self._house.clock())
        says = turn.says if turn is not None else chat.said("no_right").says
        waiting = pings.without(waiting, rang)
        await self._keep(heard.address, waiting)
        told = (say("desk.chat.about", name=rang.name), *says, *self._page())
        await self._show(heard, pings.screen(waiting, told) if waiting else Screen(told))

    async def _link(self, heard: _Heard, code: str) -> None:
        now, address = self._house.clock(), self._name(heard.address)
        member = None
        if await self._may_try(heard.address):
            async with self._house.database.write() as tx:
                member = await alarms.link(tx, code, Path.ZALO, address, now)
                if member is not None:
                    await audit.write(tx, Act.LINKED, staff=member.id, minute=now, note="alarm")
        # Who has tried too often learns nothing, not even that.
        told = chat.said("alarm_linked", name=member.name) if member else chat.said("code_wrong")
        heard.answers.give(heard.address, self._answer(told))

    async def _list(self, heard: _Heard, officer: bytes) -> None:
        """What rang and still waits for somebody."""
        async with self._house.database.read() as tx:
            found = await cases.cards(tx, officer, self._house.clock())
        free = {
            each.tip.hex()
            for each in found
            if each.holder is None and each.status is not Status.CLOSED and not each.under
        }
        waiting = tuple(each for each in await self._waiting(heard.address) if each.tip in free)
        await self._keep(heard.address, waiting)
        await self._show(heard, pings.listed(waiting))

    async def _tell_numbers(self, heard: _Heard, officer: Member) -> None:
        """The numbers of their unit in a few lines: a picture would need an address of its own."""
        house = self._house
        found = await numbers_chat.find(house.database, officer, "", house.clock())
        told = house.texts.get("desk.numbers.chat_no")
        if found is not None:
            told = numbers_chat.summary(house.database, found, house.texts)
        page = (say("desk.numbers.chat_page", url=house.desk_url),) if house.desk_url else ()
        heard.answers.give(heard.address, self._answer(Screen((say("raw", text=told), *page))))

    def _page(self) -> tuple[Say, ...]:
        url = self._house.desk_url
        return (say("desk.chat.page", url=url),) if url else (say("desk.chat.page_unknown"),)

    async def _show(self, heard: _Heard, shown: Screen) -> None:
        """From now on a number means one of these."""
        await self._workers.sights.lost(heard.address, Whose.RINGS)
        heard.answers.give(heard.address, self._answer(shown))

    def _answer(self, shown: Screen) -> OfficersAnswer:
        return OfficersAnswer(self._house.texts.render(shown), Language.VI, 0)

    async def _once(self, heard: _Heard, work: Callable[[], Awaitable[None]]) -> bool:
        """Do it unless this message was here before; what failed may come again."""
        seen = f"{self._channel}|{heard.address}|{heard.what.number}"
        if await self._is_first(seen):
            try:
                await work()
            except BaseException:
                await self._house.volatile.drop(_SEEN, seen)
                raise
        return True

    async def _is_first(self, seen: str) -> bool:
        try:
            return await self._house.volatile.add(_SEEN, seen, seconds=KEPT_SECONDS)
        except Full:
            note(Log.STORE_FULL)
            return True

    async def _may_try(self, address: str) -> bool:
        """Nobody guesses codes here."""
        name = self._name(address)
        try:
            return await self._house.volatile.count(_TRIES, name, seconds=3600) <= TRIES_AN_HOUR
        except Full:
            return False

    async def _waiting(self, address: str) -> tuple[Rang, ...]:
        kept = await self._house.volatile.get(_KIND, self._name(address))
        return tuple(Rang(tip, name) for tip, name in json.loads(kept)) if kept else ()

    async def _keep(self, address: str, waiting: tuple[Rang, ...]) -> bool:
        """Whether there was room: where there is none it rings without choices."""
        told = json.dumps([[each.tip, each.name] for each in waiting]).encode()
        try:
            await self._house.volatile.put(_KIND, self._name(address), told, seconds=KEPT_SECONDS)
        except Full:
            return False
        return True

    def _name(self, address: str) -> str:
        """The chat as the house calls it, by which an alarm is found."""
        return f"{self._channel}|{address}"


class Ringer:
    """Rings over whichever bot an officer's chat belongs to."""

    def __init__(self, bots: Mapping[str, Officers]) -> None:
        """The officers' doors by the channels of their bots; it may change."""
        self._bots = bots

    async def ring(self, address: str, tip: bytes, nickname: str, danger: bool) -> Outcome:
        """Ring once, at "channel|chat"."""
        officers, own = self._at(address)
        if officers is None:
            return TryLater(60)
        return await officers.ring(own, tip, nickname, danger=danger)

    async def ring_for_several(self, address: str, rung: Sequence[Ping]) -> Outcome:
        """The same for several tips at once."""
        officers, own = self._at(address)
        if officers is None:
            return TryLater(60)
        return await officers.ring_for_several(own, rung)

    async def tell(self, address: str, shown: Screen) -> Outcome:
        """Tell something of the desk, at "channel|chat"."""
        officers, own = self._at(address)
        return await officers.tell(own, shown) if officers is not None else TryLater(60)

    def _at(self, address: str) -> tuple[Officers | None, str]:
        channel, _, own = address.partition("|")
        return self._bots.get(channel), own
