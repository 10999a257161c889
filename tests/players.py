"""Who plays the talks: the pure core with a world in memory, and the whole house on a database."""

import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import aiohttp
import pyotp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from bs4 import BeautifulSoup
from pydantic import SecretStr
from sqlalchemy import func, select

from bot import app, subscribing
from bot.app import House
from bot.channels import Arrival
from bot.channels.terminal import Terminal
from bot.config import Settings
from bot.inbound import Answer
from bot.moving_up import moving
from bot.web.server import make_application
from handlers.bulletins import Topic
from handlers.events import (
    Brought,
    Chose,
    Ending,
    Event,
    Looked,
    Picture,
    PressedUnder,
    Said,
    Showed,
    Under,
    Unusable,
    Withheld,
)
from handlers.passing import PassReason, PoliceReason, ReleaseReason, ReturnReason
from handlers.replies import Extras, Pick
from handlers.roles import READERS_OF_TIPS, Role
from handlers.screens import Accepts, Button, Line, Rendered
from handlers.states import Key
from handlers.subscriptions import Subscription
from handlers.tips import Author, Kind, Move, Outcome, Status
from handlers.valuable import Valuable
from handlers.worker import words as commands
from storage import (
    cases,
    corrections,
    holding,
    merging,
    notes,
    out_of_scope,
    passing,
    police,
    staff,
    stepping_back,
    stored,
    subscribers,
    telling,
    tips,
    undoing,
    units,
)
from storage import valuable as marking
from storage.cards import Card
from storage.cases import Case, Done, Refusal, Sent
from storage.crypto import hash_password
from storage.out_of_scope import Removed
from storage.outbox import AT_ONCE
from storage.passing import Declined
from storage.stepping_back import Stepped
from storage.tables import tips as tips_table
from storage.telling import News
from storage.tips import PictureData
from tests import clips, demo_house
from tests.clips import photo
from tests.tip_world import file, new_tip
from tests.world import START, Chat, Filed, World

ANOTHER = "Máy dập số 9 kẹp tay một người khác."
"""The story of a tip that somebody else sent about the same thing."""
UNDER = r"pressed under a bulletin (\w+)"
_MOVES = {"asks": Move.ASK, "answers": Move.ANSWER, "closes": Move.CLOSE}
_SORTS = {
    "photo": (Kind.PHOTO, 0),
    "pdf": (Kind.DOCUMENT, 0),
    "video": (Kind.VIDEO, 120_000),
    "silent video": (Kind.VIDEO, 0),
}
_UNUSABLE = {"sticker": Unusable.STICKER, "voice": Unusable.VOICE, "broken file": Unusable.BROKEN}


class Surroundings(Protocol):
    """What a script can do to everything outside the talk, and ask of it. "The tip" is the last."""

    async def tips(self) -> int:
        """How many tips there are."""
        ...

    async def cards(self, unit: str) -> int:
        """How many tips the desk of a unit shows."""
        ...

    async def words(self) -> tuple[str, ...]:
        """What an officer of its unit reads in the tip."""
        ...

    async def files(self) -> tuple[str, ...]:
        """The files that the worker laid into the tip: `photo`, `document`, `loud video` …"""
        ...

    async def read_who(self) -> str | None:
        """The officer who holds the tip reads who the worker is; None where it is not theirs."""
        ...

    async def attach(self, words: str) -> None:
        """That officer answers with words and a PDF."""
        ...

    async def police(self) -> bool:
        """Whether an officer may release the tip to the police."""
        ...

    async def claim(self) -> None:
        """An officer of its unit takes the tip."""
        ...

    async def merge(self) -> None:
        """That officer merges the tip under another one, which came to the same desk."""
        ...

    async def split(self) -> None:
        """That officer takes it out of those again; the other one is deleted by its worker."""
        ...

    async def step_back(self, unit: str) -> None:
        """That officer steps back from it: it stays where it is, or goes to `unit`."""
        ...

    async def desert(self, unit: str) -> None:
        """Nobody reads at a unit any more, and what waits there goes up."""
        ...

    async def write(self, move: Move, words: str, outcome: Outcome | None) -> None:
        """That officer asks, answers or closes; in each of the tips that were merged."""
        ...

    async def offer(self, words: str, extras: Extras) -> None:
        """That officer asks with more than words: the same in English, answers to press."""
        ...

    async def note(self, words: str) -> None:
        """That officer lays a note into the tip."""
        ...

    async def correct(self, words: str) -> None:
        """That officer changes their last words at once; without words, takes them back."""
        ...

    async def wait(self, time: timedelta) -> None:
        """Time passes."""
        ...

    async def ring(self) -> None:
        """Time passes until the bell's list changes."""
        ...

    async def subscription(self) -> Subscription | None:
        """What the present phone receives."""
        ...

    async def told(self) -> int:
        """How often the chat was told that there is news."""
        ...

    async def release(self) -> None:
        """That officer gives the tip back."""
        ...

    async def give(self, move: Move) -> None:
        """That officer hands it over to a colleague, or the colleague takes it over."""
        ...

    async def undo(self) -> None:
        """Whoever closed the tip takes that back."""
        ...

    async def mark(self, *, valuable: bool) -> None:
        """Who holds the tip marks that it led to something, or takes the mark back."""
        ...

    async def tell(self, move: Move) -> None:
        """The house tells of a move of the tip."""
        ...

    async def status(self) -> Status:
        """How the tip stands."""
        ...

    async def go(self, move: Move, unit: str) -> None:
        """It goes to another unit, back, or to the police; or they say that they have it."""
        ...

    async def ask_police(self) -> None:
        """The officer who holds it asks whether the police may read it."""
        ...


async def happen(  # noqa: PLR0912 - one branch for each line that a script may have
    around: Surroundings, what: str, words: str
) -> None:
    """Carry out, or check, a `!` line."""
    if await _about_files(around, what, words) or await _about_life(around, what):
        return
    if found := re.fullmatch(r"tips (\d+)", what):
        assert await around.tips() == int(found[1]), f"there are {await around.tips()}"
    elif found := re.fullmatch(r"desk of ([\w-]+) has (\d+)", what):
        assert await around.cards(found[1]) == int(found[2])
    elif found := re.fullmatch(r"police may (not )?see it", what):
        assert await around.police() is not bool(found[1])
    elif found := re.fullmatch(r"officer (reads|does not read)", what):
        read = "\n".join(await around.words())
        assert (words in read) is (found[1] == "reads"), f"the officer reads: {read}"
    elif what == "officer claims":
        await around.claim()
    elif what in ("officer marks it as valuable", "officer takes the mark back"):
        await around.mark(valuable="marks" in what)
    elif what == "officer merges it under another":
        await around.merge()
    elif found := re.fullmatch(r"officer (asks|answers|closes)(?: (\w+))?", what):
        await around.write(_MOVES[found[1]], words, Outcome(found[2]) if found[2] else None)
    elif found := re.fullmatch(r"time (\d+)(h|min)", what):
        unit = {"h": "hours", "min": "minutes"}[found[2]]
        await around.wait(timedelta(**{unit: int(found[1])}))
    elif what == "bell rings":
        await around.ring()
    elif found := re.fullmatch(r"told of news (\d+) times", what):
        assert await around.told() == int(found[1]), f"it was told {await around.told()} times"
    elif what == "not subscribed":
        assert await around.subscription() is None
    elif what == "subscription":
        chosen = await around.subscription()
        assert chosen is not None, "there is no subscription"
        assert summed_up(chosen) == words, f"it is {summed_up(chosen)}"
    else:
        raise AssertionError(f"nobody knows how to: {what}")


async def _about_files(around: Surroundings, what: str, words: str) -> bool:
    """The lines about files, and about who the worker is."""
    if found := re.fullmatch(r"photos (\d+)", what):
        assert await around.files() == ("photo",) * int(found[1])
    elif found := re.fullmatch(r"files (.+)", what):
        assert ", ".join(await around.files() or ("none",)) == found[1], await around.files()
    elif what == "nobody may read who it is":
        assert await around.read_who() is None
    elif what == "officer reads who it is":
        assert await around.read_who() == words
    elif what == "officer answers with a file":
        await around.attach(words)
    elif found := re.fullmatch(r"officer offers (.+)", what):
        await around.offer(words, _extras(found[1]))
    elif what == "officer notes":
        await around.note(words)
    elif what in ("officer corrects", "officer takes the words back"):
        await around.correct(words)
    else:
        return False
    return True


_GOING = {
    "officer passes it on": Move.PASS_ON,
    "officer returns it": Move.RETURN,
    "officer releases it": Move.RELEASE_TO_POLICE,
    "it is received": Move.POLICE_RECEIVED,
    "the police pass it": Move.POLICE_PASSED,
}


async def _about_life(around: Surroundings, what: str) -> bool:
    """The lines about who holds a tip, how it stands, and how it comes back."""
    if what == "officer releases":
        await around.release()
    elif what == "officer hands over":
        await around.give(Move.HAND_OVER)
    elif what == "colleague takes over":
        await around.give(Move.TAKE_OVER)
    elif what == "officer takes it out again":
        await around.split()
    elif found := re.fullmatch(r"officer steps back(?:, and it goes up to ([\w-]+))?", what):
        await around.step_back(found[1] or "")
    elif found := re.fullmatch(r"nobody reads any more at ([\w-]+)", what):
        await around.desert(found[1])
    elif what == "officer undoes the closing":
        await around.undo()
    elif found := re.fullmatch(r"house tells (\w+)", what):
        await around.tell(Move(found[1]))
    elif what == "officer asks about the police":
        await around.ask_police()
    elif found := re.fullmatch(r"(.+) (?:to|by) ([\w-]+)", what):
        await around.go(_GOING[found[1]], found[2])
    elif found := re.fullmatch(r"tip is (\w+)", what):
        assert await around.status() == found[1], f"it is {await around.status()}"
    else:
        return False
    return True


def _extras(told: str) -> Extras:
    """`Có = Yes | Không = No` are answers with their English, `in English: …` is all that is so."""
    if told.startswith("in English: "):
        return Extras(english=told.removeprefix("in English: "))
    pairs = (each.partition(" = ") for each in told.split(" | "))
    return Extras(picks=tuple(Pick(words, english) for words, _, english in pairs))


def summed_up(found: Subscription) -> str:
    """A subscription in one line: topics, places, how often, when, language, what is special."""
    topics = " ".join(topic for topic in Topic if topic in found.topics)
    parts = [topics, " ".join(found.places), str(found.per_week), found.part, found.language]
    parts += ["bell"] if found.bell else []
    parts += [f"until {found.paused_until}"] if found.paused_until else []
    return " | ".join(parts)


@dataclass(slots=True)
class CorePlayer:
    """Plays on the pure core; a script without a database, in milliseconds."""

    world: World = field(default_factory=lambda: World(asks=True))
    chat: Chat = field(init=False)
    pictures: int = 0
    withheld: int = 0

    def __post_init__(self) -> None:
        self.chat = Chat(self.world)

    async def type(self, words: str) -> Rendered:
        self.withheld = 0
        return self.chat.receive(Said(words))

    async def press(self, name: str) -> Rendered:
        return self.chat.receive(Chose(name))

    async def bring(self, what: str) -> Rendered:
        return self.chat.receive(self._event(what))

    async def happen(self, what: str, words: str) -> Rendered | None:
        if what == "draft ends soon":
            return self.chat.receive(Ending())
        if what == "old page":
            return self.chat.receive(Looked(stale=True, words=words))
        if what == "another phone":
            self.world.phone += 1
            self.chat = Chat(self.world)
            return await self.bring("look")
        if found := re.fullmatch(UNDER, what):
            return self.chat.receive(PressedUnder(Under(found[1])))
        await happen(self, what, words)
        return None

    def _event(self, what: str) -> Event:
        if what == "look":
            return Looked()
        if what in _SORTS:
            self.pictures += 1
            kind, loud = _SORTS[what]
            return Showed(Picture(f"picture{self.pictures}", 100_000, kind, loud))
        if what == "withheld":
            self.withheld += 1
            return Withheld(self.withheld)
        return Brought(_UNUSABLE[what])

    @property
    def _last(self) -> Filed:
        assert self.world.tips, "no tip was filed"
        return next(reversed(self.world.tips.values()))

    async def tips(self) -> int:
        return len(self.world.tips)

    async def cards(self, unit: str) -> int:
        return sum(unit in filed.readers for filed in self.world.tips.values())

    async def words(self) -> tuple[str, ...]:
        return tuple(entry.words for entry in self._last.entries)

    async def files(self) -> tuple[str, ...]:
        return tuple(
            f"{'loud' if each.with_sound else 'silent'} video"
            if each.kind is Kind.VIDEO
            else each.kind.value
            for each in self._last.files
        )

    async def read_who(self) -> str | None:
        return self.world.read_who(self._last)

    async def attach(self, words: str) -> None:
        self.world.write(self._last, Move.ANSWER, words)
        self.world.attach(self._last, Kind.DOCUMENT)

    async def police(self) -> bool:
        return self._last.police

    async def claim(self) -> None:
        self.world.claim(self._last)

    async def merge(self) -> None:
        """Of that the worker, whose talk this is, sees nothing: so there is nothing to do."""

    async def split(self) -> None:
        """Of that neither."""

    async def step_back(self, unit: str) -> None:
        if unit:
            self.world.go(self._last, Move.PASS_ON, unit, reads_on=False)
        elif self._last.holder:
            self.world.release(self._last)

    async def desert(self, unit: str) -> None:
        self.world.desert(unit)

    async def write(self, move: Move, words: str, outcome: Outcome | None) -> None:
        self.world.write(self._last, move, words, outcome)

    async def offer(self, words: str, extras: Extras) -> None:
        self.world.write(self._last, Move.ASK, words, extras=extras)

    async def note(self, words: str) -> None:
        self.world.note(self._last)

    async def correct(self, words: str) -> None:
        self.world.correct(self._last, words)

    async def wait(self, time: timedelta) -> None:
        self.world.now += time

    async def ring(self) -> None:
        self.world.to_next_bell()

    async def subscription(self) -> Subscription | None:
        return self.world.subscriptions.get(self.world.phone)

    async def told(self) -> int:
        return self.world.told

    async def release(self) -> None:
        self.world.release(self._last)

    async def give(self, move: Move) -> None:
        self.world.give(self._last, move, "two")

    async def undo(self) -> None:
        self.world.undo(self._last)

    async def mark(self, *, valuable: bool) -> None:
        self.world.mark(self._last, valuable=valuable)

    async def tell(self, move: Move) -> None:
        self.world.tell(self._last, move, self._last.unit)

    async def go(self, move: Move, unit: str) -> None:
        self.world.go(self._last, move, unit)

    async def ask_police(self) -> None:
        self.world.ask_police(self._last)

    async def status(self) -> Status:
        return self._last.status


@dataclass(slots=True)
class Clock:
    """The time of a house, which passes only when a script says so."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def open_house(url: str, folder: Path) -> AsyncIterator[tuple[House, Clock]]:
    """A whole house on a fresh demo database, with a clock that the test moves."""
    clock = Clock()
    await demo_house.prepare(url, folder / "master.key")
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(url),
        master_key_file=folder / "master.key",
    )
    async with app.open_house(settings, make_demo=True, clock=clock) as house:
        yield house, clock


@dataclass(slots=True)
class HousePlayer:
    """Plays through the whole house, from the arrival to the answer; no page in between."""

    house: House
    clock: Clock
    channel: str = "test"
    phone: int = 1
    arrivals: int = 0
    withheld: int = 0
    news: list[str] = field(default_factory=list)
    holder: bytes | None = None
    sent: Sent | None = None
    other: Key | None = None
    away: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.house.news.over(self.channel, self.news.append)

    async def type(self, words: str) -> Rendered:
        self.withheld = 0
        return await self._arrive(Said(words))

    async def press(self, name: str) -> Rendered:
        return await self._arrive(Chose(name))

    async def bring(self, what: str) -> Rendered:
        if what == "look":
            return (await self.house.inbound.look(self.channel, self._address)).rendered
        if what in FILES_BROUGHT:
            data = FILES_BROUGHT[what]()
            kept = await self.house.inbound.keep_picture(self.channel, self._address, data)
            return await self._arrive(Showed(kept) if isinstance(kept, Picture) else Brought(kept))
        if what == "withheld":
            self.withheld += 1
            return await self._arrive(Withheld(self.withheld))
        return await self._arrive(Brought(_UNUSABLE[what]))

    async def happen(self, what: str, words: str) -> Rendered | None:
        inbound = self.house.inbound
        if what == "draft ends soon":
            return (await self._ending()).rendered
        if what == "old page":
            shown = await inbound.look(self.channel, self._address, stale=True, words=words)
            return shown.rendered
        if what == "another phone":
            self.phone += 1
            return await self.bring("look")
        if found := re.fullmatch(UNDER, what):
            return await self.press_under(Under(found[1]))
        await happen(self, what, words)
        return None

    async def press_under(self, button: Under) -> Rendered:
        """The person presses a button under a bulletin, however old."""
        return await self._arrive(PressedUnder(button))

    async def _arrive(self, event: Event) -> Rendered:
        self.arrivals += 1
        arrival = Arrival(self.channel, self._address, f"event{self.arrivals}", event)
        answer = await self.house.inbound.receive(arrival)
        await self.house.mail_room.deliver_due()
        return answer.rendered

    async def _ending(self) -> Answer:
        self.clock.now += timedelta(hours=1, minutes=59)
        told = await self.house.inbound.endings(self.channel)
        assert len(told) == 1, f"{len(told)} drafts end"
        return told[0][1]

    @property
    def _address(self) -> str:
        return f"phone{self.phone}"

    async def tips(self) -> int:
        async with self.house.database.read() as tx:
            row = await tx.row(select(func.count()).select_from(tips_table))
            assert row is not None
            return int(row[0])

    async def cards(self, unit: str) -> int:
        officer = await self._officer(unit)
        async with self.house.database.read() as tx:
            return len(await cases.cards(tx, officer, self.clock.now))

    async def words(self) -> tuple[str, ...]:
        return tuple(entry.words for entry in (await self._case()).entries)

    async def files(self) -> tuple[str, ...]:
        officer, tip = await self._holding()
        found = []
        for entry in (await self._case()).entries:
            if entry.picture is None or entry.author is not Author.WORKER:
                continue
            async with self.house.database.write() as tx:
                shown = await cases.picture(tx, officer, tip, entry.picture, self.clock.now)
            assert isinstance(shown, PictureData)
            heard = "loud" if entry.kind is Kind.VIDEO and clips.is_heard(shown.data) else "silent"
            found.append(f"{heard} video" if entry.kind is Kind.VIDEO else entry.kind.value)
        return tuple(found)

    async def read_who(self) -> str | None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            told = await cases.read_who(tx, officer, tip, self.clock.now)
        return told if isinstance(told, str) else None

    async def attach(self, words: str) -> None:
        officer, tip = await self._holding()
        paper = PictureData("application/pdf", clips.pdf())
        async with self.house.database.write() as tx:
            done = await cases.answer(tx, officer, tip, words, self.clock.now, paper)
        assert isinstance(done, Done), done

    async def police(self) -> bool:
        return (await self._case()).may_go_to_police

    async def claim(self) -> None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            assert isinstance(await cases.claim(tx, officer, tip, self.clock.now), Done)

    async def merge(self) -> None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            card = await cases.see(tx, officer, tip, self.clock.now)
            assert isinstance(card, Card)
            unit = min(await staff.units_read_by(tx, officer))
        new = new_tip(unit, story=ANOTHER)
        other, self.other = await file(self.house.database, new), new.key
        async with self.house.database.write() as tx:
            assert isinstance(await cases.claim(tx, officer, other, self.clock.now), Done)
            assert await merging.merge(tx, officer, other, [tip], self.clock.now) == 1

    async def split(self) -> None:
        officer, tip = await self._holding()
        now = self.clock.now
        assert self.other is not None
        async with self.house.database.write() as tx:
            assert isinstance(await merging.take_out(tx, officer, tip, now), Done)
        async with self.house.database.write() as tx:
            assert await tips.remove(tx, self.other, day=now.date())

    async def step_back(self, unit: str) -> None:
        officer, tip = await self._holding()
        now = self.clock.now
        async with self.house.database.write() as tx:
            done = await stepping_back.step_back(tx, officer, tip, now)
            name = await units.name_of(tx, unit) if unit else ""
            assert done == Stepped(name), done
            assert isinstance(await cases.see(tx, officer, tip, now), Refusal)
        self.holder = None
        self.away.add(officer)

    async def desert(self, unit: str) -> None:
        async with self.house.database.write() as tx:
            for member in await staff.members(tx):
                for at, role in member.grants:
                    if at == unit and role in READERS_OF_TIPS:
                        assert await staff.revoke(tx, member.id, unit, role)
        await moving(self.house)()
        self.holder = None

    async def write(self, move: Move, words: str, outcome: Outcome | None) -> None:
        officer, tip = await self._holding()
        now = self.clock.now
        async with self.house.database.write() as tx:
            if outcome is Outcome.OUT_OF_SCOPE:
                left = await out_of_scope.close(tx, officer, tip, now)
                assert isinstance(left, Removed), left
                return
            card = await cases.see(tx, officer, tip, now)
            lead = card.under if isinstance(card, Card) and card.under else tip
            if move is Move.CLOSE:
                assert outcome is not None, "with which outcome?"
                done = await merging.close(tx, officer, lead, outcome, words, now)
            elif move is Move.ASK:
                done = await merging.ask(tx, officer, lead, words, now)
            else:
                done = await merging.answer(tx, officer, lead, words, now)
        assert isinstance(done, Done), done
        self.sent = done.sent

    async def offer(self, words: str, extras: Extras) -> None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            done = await cases.ask(tx, officer, tip, words, self.clock.now, extras)
        assert isinstance(done, Done), done
        self.sent = done.sent

    async def note(self, words: str) -> None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            assert isinstance(await notes.add(tx, officer, tip, words, self.clock.now), Done)

    async def correct(self, words: str) -> None:
        officer, tip = await self._holding()
        assert self.sent is not None
        open_ = corrections.opened(officer, tip, self.sent, self.clock.now)
        async with self.house.database.write() as tx:
            if words:
                changed = await corrections.correct(tx, open_, words, self.clock.now)
                assert isinstance(changed, tuple), changed
                self.sent = changed[1].sent
            else:
                gone = await corrections.take_back(tx, open_, self.clock.now)
                assert isinstance(gone, Done), gone

    async def wait(self, time: timedelta) -> None:
        self.clock.now += time
        await self.house.mail_room.deliver_due()

    async def ring(self) -> None:
        world = World(now=self.clock.now)
        world.to_next_bell()
        self.clock.now = world.now

    async def subscription(self) -> Subscription | None:
        async with self.house.database.read() as tx:
            account = await subscribing.account_of(tx, self.channel)
            return await subscribers.of(tx, account, self._address) if account else None

    async def told(self) -> int:
        assert set(self.news) <= {self._address}
        return len(self.news)

    async def release(self) -> None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            done = await holding.release(tx, officer, tip, self.clock.now)
        assert isinstance(done, Done), done
        self.holder = None

    async def give(self, move: Move) -> None:
        officer, tip = await self._holding()
        now = self.clock.now
        async with self.house.database.write() as tx:
            held = await cases.hold(tx, officer, tip)
            assert held is not None
            granted = [(held.record.unit, Role.OFFICER)]
            # The last by name, so that whoever was there before stays the first.
            other, token = await staff.add(tx, "colleague", "Ω", granted, now)
            invited = await staff.invitation(tx, token, now)
            assert invited is not None
            code = pyotp.TOTP(invited.secret).at(now)
            await staff.enrol(tx, token, hash_password("mật khẩu dài lắm"), code, now)
            if move is Move.HAND_OVER:
                done = await holding.hand_over(tx, officer, tip, other.id, now)
            else:
                done = await holding.take_over(tx, other.id, tip, now)
        assert isinstance(done, Done), done
        self.holder = other.id

    async def undo(self) -> None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            done = await undoing.undo(tx, officer, tip, self.clock.now)
        assert isinstance(done, Done), done

    async def mark(self, *, valuable: bool) -> None:
        officer, tip = await self._holding()
        now = self.clock.now
        async with self.house.database.write() as tx:
            card = await cases.see(tx, officer, tip, now)
            lead = card.under if isinstance(card, Card) and card.under else tip
            why = Valuable.DANGER_ENDED if valuable else None
            done = await marking.mark(tx, officer, lead, why, now)
        assert isinstance(done, Done), done

    async def tell(self, move: Move) -> None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            held = await cases.hold(tx, officer, tip, lock=True)
            assert held is not None
            known = held.record
            news = News(move, known.unit, known.unit, known.answer_on, self.clock.now)
            told = await telling.tell(tx, tip, held.case, held.bell, known, news, self.clock.now)
            await stored.change(tx, tip, told, AT_ONCE)

    async def go(self, move: Move, unit: str) -> None:
        officer, tip = await self._holding()
        now = self.clock.now
        async with self.house.database.write() as tx:
            match move:
                case Move.PASS_ON:
                    done: object = await passing.pass_on(
                        tx, officer, tip, unit, PassReason.COMPETENCE, now
                    )
                case Move.RETURN:
                    done = await passing.give_back(tx, officer, tip, ReturnReason.PLACE, now)
                case Move.RELEASE_TO_POLICE:
                    done = await police.release(tx, officer, tip, unit, ReleaseReason.CRIME, now)
                case Move.POLICE_RECEIVED:
                    done = await police.receive(tx, await self._officer(unit), tip, now)
                case _:
                    # There is one that has it, and it goes to the other.
                    for has in ("ca-ban-thach", "ca-da-nang"):
                        reader = await self._officer(has)
                        done = await police.pass_further(
                            tx, reader, tip, unit, PoliceReason.PLACE, now
                        )
                        if not isinstance(done, Declined):
                            break
        assert not isinstance(done, Declined), done
        self.holder = None

    async def ask_police(self) -> None:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            assert await police.ask(tx, officer, tip, self.clock.now) is Status.ASKED

    async def status(self) -> Status:
        officer, tip = await self._holding()
        async with self.house.database.read() as tx:
            card = await cases.see(tx, officer, tip, self.clock.now)
        assert isinstance(card, Card)
        return card.status

    async def _case(self) -> Case:
        officer, tip = await self._holding()
        async with self.house.database.write() as tx:
            case = await cases.open_case(tx, officer, tip, self.clock.now)
        assert isinstance(case, Case)
        return case

    async def _holding(self) -> tuple[bytes, bytes]:
        """An officer who sees the tip, and the tip."""
        for unit in ("cs-may-vi-du", "ban-thach", "da-nang", "tong"):
            if not await self._is_read(unit):
                continue
            officer = await self._officer(unit)
            async with self.house.database.read() as tx:
                found = await cases.cards(tx, officer, self.clock.now)
            shown = [card for card in found if not card.beside]
            if not shown:
                continue
            assert len(shown) == 1, "a script looks at one tip only"
            # A unit that had it before may go on reading.
            if shown[0].theirs:
                return self.holder or officer, shown[0].tip
        raise AssertionError("no desk shows a tip")

    async def _is_read(self, unit: str) -> bool:
        async with self.house.database.read() as tx:
            return any(at == unit for each in await staff.members(tx) for at, _ in each.grants)

    async def _officer(self, unit: str) -> bytes:
        async with self.house.database.read() as tx:
            every = await staff.members(tx)
        reading = [
            member.id
            for member in every
            if any(at == unit and role is not Role.ADMINISTRATOR for at, role in member.grants)
        ]
        assert reading, f"nobody reads at {unit}"
        # Who stepped back sees nothing, so somebody else looks, where there is one.
        return next((each for each in reading if each not in self.away), reading[0])


@dataclass(slots=True)
class TerminalPlayer(HousePlayer):
    """Plays at a prompt: everything is typed, a choice by its number, a way out by its label."""

    prompts: dict[str, Terminal] = field(default_factory=dict)

    async def type(self, words: str) -> Rendered:
        return await self._line(words)

    async def press(self, name: str) -> Rendered:
        present = (await self.house.inbound.look(self.channel, self._address)).rendered
        word = next((each.word for each in present.choices if each.name == name), "")
        if word:
            return await self._line(word)
        names = [each.name for each in present.choices if not each.word]
        if name in names:
            return await self._line(str(names.index(name) + 1))
        if name == "back" and present.accepts not in (
            Accepts.WORDS,
            Accepts.PLACE,
            Accepts.NUMBER,
        ):
            return await self._line("0")
        return await self._line(next(each.label for each in present.ways if each.name == name))

    async def bring(self, what: str) -> Rendered:
        if what not in FILES_BROUGHT:
            return await HousePlayer.bring(self, what)
        with tempfile.NamedTemporaryFile() as file:
            file.write(FILES_BROUGHT[what]())
            file.flush()
            return await self._line(f"@{file.name}")

    async def _line(self, typed: str) -> Rendered:
        prompt = self.prompts.setdefault(self._address, Terminal(self.house.inbound, self._address))
        text = await prompt.type(typed)
        await self.house.mail_room.deliver_due()
        present = (await self.house.inbound.look(self.channel, self._address)).rendered
        return replace(present, lines=(Line(text),))


class NoBox(Exception):
    """The page has nothing here that words could be typed into."""


@dataclass(slots=True)
class PagePlayer(HousePlayer):
    """Plays on the worker's page over HTTP, without scripts: only what the page offers is done."""

    client: TestClient[web.Request, web.Application] | None = None
    page: BeautifulSoup = field(default_factory=BeautifulSoup)

    async def type(self, words: str) -> Rendered:
        command = commands.command(words)
        if command is not None and command.language is not None:
            return await self._post(language=command.language.value)
        if command is not None:
            return await self._post(command=command.command.value)
        if self.page.select_one("#talk [name=words]") is None:
            raise NoBox
        return await self._post(words=words)

    async def press(self, name: str) -> Rendered:
        assert self.page.select_one(f"#talk button[name=choice][value={name}]") is not None
        return await self._post(choice=name)

    async def bring(self, what: str) -> Rendered:
        if what == "look":
            self.page = await self._read(await self._http.get("/"))
            return self._rendered()
        if what in ("sticker", "voice") or not self.page.select("#talk input[type=file]"):
            raise NoBox
        return await self.bring_together(FILES_BROUGHT[what]())

    async def bring_together(self, *files: bytes) -> Rendered:
        """The person chooses files and sends them with one press."""
        form = aiohttp.FormData(self._hidden())
        for each in files:
            form.add_field("pictures", each, filename="x")
        self.page = await self._read(await self._http.post("/", data=form))
        return self._rendered()

    async def happen(self, what: str, words: str) -> Rendered | None:
        if what == "another phone":
            self._http.session.cookie_jar.clear()
            return await self.bring("look")
        return await HousePlayer.happen(self, what, words)

    @property
    def _http(self) -> TestClient[web.Request, web.Application]:
        assert self.client is not None
        return self.client

    def _hidden(self) -> dict[str, str]:
        fields = self.page.select("#talk input[type=hidden]")
        return {str(each["name"]): str(each["value"]) for each in fields}

    async def _post(self, **fields: str) -> Rendered:
        self.page = await self._read(await self._http.post("/", data=self._hidden() | fields))
        await self.house.mail_room.deliver_due()
        return self._rendered()

    async def _read(self, response: aiohttp.ClientResponse) -> BeautifulSoup:
        assert response.status == HTTPStatus.OK
        return BeautifulSoup(await response.text(), "html.parser")

    def _rendered(self) -> Rendered:
        return Rendered(
            tuple(Line(each.get_text(" ")) for each in self.page.select("#lines .line")),
            self._buttons(".choices"),
            self._buttons(".ways"),
        )

    def _buttons(self, where: str) -> tuple[Button, ...]:
        found = self.page.select(f"#talk {where} button[name=choice]")
        return tuple(Button(str(each["value"]), each.get_text(strip=True)) for each in found)


@asynccontextmanager
async def on_the_page(house: House, clock: Clock) -> AsyncIterator[PagePlayer]:
    """A browser without scripts before the page of `house`."""
    application = make_application(house.web_parts())
    async with TestClient(TestServer(application)) as client:
        yield PagePlayer(house, clock, "web", client=client)


FILES_BROUGHT: dict[str, Callable[[], bytes]] = {
    "photo": photo,
    "broken file": lambda: photo()[:200],
    "pdf": clips.pdf,
    "video": lambda: clips.video(sound=True),
    "silent video": lambda: clips.video(sound=False),
}
"""What is sent where a script says so."""
