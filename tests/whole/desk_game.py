"""Officers and workers who do anything at any time, by chance; and what must hold all the while."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select

from handlers import clocks, routing
from handlers.effects import FileTip
from handlers.moderators.actions import HELD
from handlers.passing import PassReason, PoliceReason, ReleaseReason, ReturnReason
from handlers.roles import Role
from handlers.routing import Tree, Unit, UnitKind
from handlers.states import Key
from handlers.tips import Author, Category, Outcome, Status
from handlers.turn import Thread
from storage import (
    aside,
    bundles,
    cases,
    holding,
    leaving,
    merging,
    notes,
    out_of_scope,
    outbox,
    passing,
    police,
    readers,
    record,
    rising,
    staff,
    stepping_back,
    stored,
    stranded,
    tips,
    units,
)
from storage.cards import Card
from storage.cases import Done, Refusal
from storage.database import Database, Tx
from storage.days import local_day
from storage.out_of_scope import Removed
from storage.passing import Declined, Gone
from storage.record import Record
from storage.reopening import Again
from storage.staff import Member
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import new_tip

PLACES = frozenset({"25747"})
UNITS = (
    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"}), has_desk=True),
    Unit("north", "root", UnitKind.UNION, "Công đoàn phía bắc", PLACES, has_desk=True),
    Unit("park", "north", UnitKind.UNION, "Công đoàn khu", PLACES, has_desk=True),
    Unit("company", "park", UnitKind.UNION, "Công đoàn công ty", PLACES, inside_company=True),
    Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam", PLACES, has_desk=True),
    Unit("police", "north", UnitKind.POLICE, "Công an phường", PLACES, has_desk=True),
    Unit("police-2", "root", UnitKind.POLICE, "Công an tỉnh", PLACES, has_desk=True),
)
STAFF: Mapping[str, Sequence[tuple[str, Role]]] = {
    "root.1": [("root", Role.LEAD)],
    "north.1": [("north", Role.LEAD)],
    "north.2": [("north", Role.OFFICER)],
    "park.1": [("park", Role.OFFICER)],
    "park.2": [("park", Role.LEAD)],
    "south.1": [("south", Role.OFFICER)],
    "both": [("north", Role.OFFICER), ("south", Role.OFFICER)],
    "police.1": [("police", Role.OFFICER)],
    "police.2": [("police-2", Role.LEAD)],
    "auditor": [("root", Role.AUDITOR)],
    "keeper": [("root", Role.KEEPER)],
}
_CATEGORIES = (Category.THEFT, Category.WAGES, Category.VIOLENCE, Category.FIRE)
_OUTCOMES = (Outcome.HANDLED, Outcome.INSUFFICIENT, Outcome.UNVERIFIED, Outcome.DUPLICATE)
_MOST_TIPS, _ASKED, _LONGER = 12, 3, 2
_SHUT_OUT = ("north", "park", "company", "south", "police")


@dataclass
class Told:
    """What a tip's worker and its officers have written and was taken; `gone` once it is deleted,
    or while its worker alone has it.
    """

    key: Key = field(repr=False)
    worker: list[str] = field(default_factory=list)
    officers: list[str] = field(default_factory=list)
    gone: bool = False


@dataclass
class Game:
    """The house, its people, and the tips that were filed so far."""

    made: Database
    dice: random.Random
    staff: dict[str, Member] = field(default_factory=dict)
    told: dict[bytes, Told] = field(default_factory=dict)
    removed: list[Removed] = field(default_factory=list)
    now_minutes: int = 0
    words: int = 0
    done: dict[str, int] = field(default_factory=dict)
    looked: dict[bytes, bytes] = field(default_factory=dict, repr=False)

    @property
    def now(self) -> datetime:
        """The time of the game."""
        return NOW + timedelta(minutes=self.now_minutes)

    async def settle_in(self) -> None:
        """Units and people."""
        async with self.made.write() as tx:
            await units.import_all(tx, UNITS, at_once=True, may_remove=True)
        for login, grants in STAFF.items():
            self.staff[login], _ = await desk_world.add(self.made, login, *grants)

    def officer(self) -> Member:
        """Anybody of the staff, whatever they may do."""
        return self.dice.choice(list(self.staff.values()))

    def reader_or_anybody(self, known: Record | None) -> Member:
        """Mostly somebody who may read the tip, else hardly anything would ever happen."""
        able = [who for who in self.staff.values() if known is not None and _may(who, known)]
        return self.dice.choice(able) if able and self.dice.random() < 0.7 else self.officer()

    def holder_or_anybody(self, known: Record | None) -> bytes:
        """Mostly who holds the tip."""
        holder = known.holder if known is not None else None
        is_holder = holder is not None and self.dice.random() < 0.8
        return bytes.fromhex(holder) if holder and is_holder else self.officer().id

    def did(self, what: str) -> None:
        """Something happened that is no play of its own."""
        self.done[what] = self.done.get(what, 0) + 1

    async def one_of(self, fits: Callable[[Record], bool]) -> bytes | None:
        """Mostly a tip that fits, where there is one; else any."""
        async with self.made.read() as tx:
            known = await _records(tx)
        fitting = [tip for tip in self.told if tip in known and fits(known[tip])]
        return self.dice.choice(fitting) if fitting and self.dice.random() < 0.9 else self.tip()

    def tip(self) -> bytes | None:
        """Any tip, gone or not."""
        return self.dice.choice(list(self.told)) if self.told else None

    def fresh_words(self, who: str) -> str:
        """Words that nobody has said before."""
        self.words += 1
        return f"{who} kể chuyện thứ {self.words}"


class Play(Protocol):
    """Somebody tries something; what came of it: "done", or why not."""

    __name__: str

    async def __call__(self, game: Game) -> str:
        """Try it."""
        ...


# --- workers ----------------------------------------------------------------------------------


async def files(game: Game) -> str:
    """A worker sends a tip to a unit that may have it."""
    dice = game.dice
    excluded = frozenset(dice.sample(_SHUT_OUT, dice.choice((0, 0, 1, 2))))
    async with game.made.write() as tx:
        tree = await _tree(tx)
        allowed = sorted(
            each.id
            for each in tree.all
            if each.kind is UnitKind.UNION
            and not tree.is_inside(each)
            and each.id not in routing.barred(tree, excluded) - {tree.root.id}
        )
        new = new_tip(
            dice.choice(allowed),
            excluded=excluded,
            category=dice.choice(_CATEGORIES),
            danger=dice.random() < 0.3,
            may_go_to_police=dice.random() < 0.5,
            story=game.fresh_words("người báo"),
        )
        tip = await _filed(tx, new, game)
    game.told[tip] = Told(new.key, [new.story])
    return "done"


async def adds(game: Game) -> str:
    """A worker writes more; to a closed tip, perhaps, so that it is open again."""
    tip = game.tip()
    if tip is None:
        return "no tip"
    told, words = game.told[tip], game.fresh_words("người báo")
    known, today = await _known(game, tip), local_day(game.now)
    dates = clocks.deadlines(game.now, today, danger=False)
    again = Again(today, dates, game.now) if game.dice.random() < 0.7 else None
    async with game.made.write() as tx:
        well = await tips.add_words(tx, told.key, words, again)
    if well:
        told.worker.append(words)
    if well and known is not None and known.status is Status.CLOSED:
        game.did("opens_again")
    return "done" if well else "refused"


async def withdraws(game: Game) -> str:
    """A worker ends the work on their tip."""
    tip = game.tip()
    if tip is None or game.dice.random() < 0.7:
        return "no tip"
    async with game.made.write() as tx:
        return "done" if await tips.close(tx, game.told[tip].key, game.now) else "refused"


async def deletes(game: Game) -> str:
    """A worker deletes their tip."""
    tip = game.tip()
    if tip is None or game.dice.random() < 0.7:
        return "no tip"
    async with game.made.write() as tx:
        well = await tips.remove(tx, game.told[tip].key, day=game.now.date())
    game.told[tip].gone = True
    return "done" if well else "refused"


async def hides(game: Game) -> str:
    """A worker shuts one more unit out."""
    tip = game.tip()
    if tip is None:
        return "no tip"
    more = frozenset({game.dice.choice(_SHUT_OUT)})
    async with game.made.write() as tx:
        thread = await tips.read_thread(tx, game.told[tip].key)
        if thread is None:
            return "gone"
        tree, out = await _tree(tx), thread.excluded | more
        barred = routing.barred(tree, out) - {tree.root.id}
        unit = thread.unit_id
        if unit in barred:
            unit = next(each.id for each in tree.ancestors(unit) if each.id not in barred)
        due = game.now
        well = await tips.hide(tx, thread.key, out, unit, due=due, triage_by=due)
        if well:
            await tips.deliver(tx, tip)
    return "done" if well else "refused"


async def changes_consent(game: Game) -> str:
    """A worker lets the police have it, or not any more."""
    tip = game.tip()
    if tip is None:
        return "no tip"
    allowed = game.dice.random() < 0.5
    async with game.made.write() as tx:
        well = await tips.allow_police(tx, game.told[tip].key, allowed=allowed)
    return "done" if well else "refused"


async def appeals(game: Game) -> str:
    """A worker asks the unit above about a tip that was closed as out of scope."""
    async with game.made.read() as tx:
        known = await _records(tx)
    asked = [tip for tip in game.told if tip in known]
    let_go = [tip for tip in asked if known[tip].outcome is Outcome.OUT_OF_SCOPE]
    if not let_go:
        return "no tip"
    tip = game.dice.choice(let_go)
    async with game.made.write() as tx:
        thread = await tips.read_thread(tx, game.told[tip].key)
        if thread is None or thread.outcome is not Outcome.OUT_OF_SCOPE:
            return "not out of scope"
        above = await _next_up(tx, thread)
        if above is None:
            return "nobody above"
        today = local_day(game.now)
        dates = clocks.deadlines(game.now, today, danger=thread.danger)
        well = await out_of_scope.appeal(
            tx, thread.key, above.id, today=today, dates=dates, due=game.now
        )
        if well:
            await tips.deliver(tx, tip)
    return "done" if well else "refused"


# --- officers ---------------------------------------------------------------------------------


async def claims(game: Game) -> str:
    """Somebody takes a tip; or two do at once."""
    tip = game.tip()
    if tip is None:
        return "no tip"
    before = await _known(game, tip)

    async def claim(officer: Member) -> Done | Refusal:
        async with game.made.write() as tx:
            return await merging.claim(tx, officer.id, tip, game.now)

    one, two = game.reader_or_anybody(before), game.reader_or_anybody(before)
    if game.dice.random() < 0.7:
        return _said(await claim(one))
    both = await asyncio.gather(claim(one), claim(two))
    if before is not None and before.holder is None and one is not two:
        assert sum(isinstance(each, Done) for each in both) <= 1, "two holders"
    return _said(both[0])


async def asks(game: Game) -> str:
    """Somebody asks the worker, and that one alone."""
    return await _write(game, cases.ask, each=False)


async def answers(game: Game) -> str:
    """Somebody answers the worker, and each whose tip is led by theirs."""
    return await _write(game, merging.answer)


async def closes(game: Game) -> str:
    """Somebody closes a tip."""
    outcome = game.dice.choice(_OUTCOMES)

    async def close(
        tx: Tx, officer: bytes, tip: bytes, words: str, now: datetime
    ) -> Done | Refusal:
        return await merging.close(tx, officer, tip, outcome, words, now)

    return await _write(game, close)


async def lets_go(game: Game) -> str:
    """Somebody closes a tip as out of scope."""
    tip = game.tip()
    if tip is None:
        return "no tip"
    who = game.holder_or_anybody(await _known(game, tip))
    async with game.made.write() as tx:
        came = await out_of_scope.close(tx, who, tip, game.now)
    if isinstance(came, Refusal):
        return came.why
    game.removed.append(came)
    return "done"


async def undoes(game: Game) -> str:
    """Somebody takes a closing back, soon or late; perhaps one of just now."""
    if game.dice.random() < 0.5:
        await closes(game)
    tip = await game.one_of(lambda here: here.ending is not None and here.ending.until > game.now)
    if tip is None:
        return "no tip"
    here = await _known(game, tip)
    ending = here.ending if here is not None else None
    is_theirs = ending is not None and game.dice.random() < 0.8
    who = bytes.fromhex(ending.by) if ending is not None and is_theirs else game.officer().id
    led = await _led(game, tip, lambda each: each.status is Status.CLOSED)
    async with game.made.write() as tx:
        before = await _records_of_now(tx, tip)
        came = await merging.undo(tx, who, tip, game.now)
        after = await _records(tx)
    for each in led if isinstance(came, Done) else ():
        if before[each].status is Status.CLOSED and after[each].status is not Status.CLOSED:
            game.told[each].officers.pop()
    return _said(came)


async def releases(game: Game) -> str:
    """Somebody gives a tip back to its desk."""
    return await _hold(game, holding.release)


async def hands_over(game: Game) -> str:
    """Somebody gives a tip to somebody."""
    to = game.officer().id

    async def give(tx: Tx, who: bytes, tip: bytes, now: datetime) -> Done | Refusal:
        return await holding.hand_over(tx, who, tip, to, now)

    return await _hold(game, give)


async def takes_over(game: Game) -> str:
    """Somebody takes a tip over from somebody."""
    tip = await game.one_of(lambda here: here.holder is not None)
    if tip is None:
        return "no tip"
    who = game.reader_or_anybody(await _known(game, tip))
    async with game.made.write() as tx:
        return _said(await holding.take_over(tx, who.id, tip, game.now))


async def passes_on(game: Game) -> str:
    """Somebody passes a tip on, to any unit."""
    to = game.dice.choice(UNITS).id

    async def give(tx: Tx, who: bytes, tip: bytes, now: datetime) -> str:
        reason = game.dice.choice(list(PassReason))
        return _gone(await passing.pass_on(tx, who, tip, to, reason, now))

    return await _hold(game, give)


async def gives_back(game: Game) -> str:
    """Somebody returns a tip to the unit that had it before."""
    tip = await game.one_of(lambda here: bool(here.returns_to))
    if tip is None:
        return "no tip"
    known = await _known(game, tip)
    at_desk = [
        who
        for who in game.staff.values()
        if known is not None and any(unit == known.unit for unit, _ in who.grants)
    ]
    who = game.dice.choice(at_desk) if at_desk else game.officer()
    async with game.made.write() as tx:
        await cases.claim(tx, who.id, tip, game.now)
        reason = game.dice.choice(list(ReturnReason))
        return _gone(await passing.give_back(tx, who.id, tip, reason, game.now))


async def tells_the_police(game: Game) -> str:
    """Somebody lets a police unit read a tip."""
    to = game.dice.choice(("police", "police-2"))

    async def give(tx: Tx, who: bytes, tip: bytes, now: datetime) -> str:
        reason = game.dice.choice(list(ReleaseReason))
        return _gone(await police.release(tx, who, tip, to, reason, now))

    return await _hold(game, give)


async def asks_about_the_police(game: Game) -> str:
    """Somebody puts the prepared question."""

    async def ask(tx: Tx, who: bytes, tip: bytes, now: datetime) -> str:
        came = await police.ask(tx, who, tip, now)
        return came.why if isinstance(came, Declined) else "done"

    return await _hold(game, ask)


async def police_move(game: Game) -> str:
    """Somebody at the police receives a tip, or passes it to the competent unit."""
    tip = await game.one_of(lambda here: bool(here.given))
    if tip is None:
        return "no tip"
    who = game.dice.choice((game.staff["police.1"], game.staff["police.2"], game.officer()))
    async with game.made.write() as tx:
        if game.dice.random() < 0.5:
            stage = await police.receive(tx, who.id, tip, game.now)
            return stage.why if isinstance(stage, Declined) else "done"
        to, reason = game.dice.choice(("police", "police-2")), game.dice.choice(list(PoliceReason))
        return _gone(await police.pass_further(tx, who.id, tip, to, reason, game.now))


async def merges(game: Game) -> str:
    """Somebody merges tips about the same thing, or any others."""
    lead = await game.one_of(lambda here: here.status in HELD)
    if lead is None:
        return "no tip"
    head = await _known(game, lead)
    who = game.holder_or_anybody(head)
    async with game.made.read() as tx:
        known = await _records(tx)
    near = [
        tip for tip in game.told if head is not None and tip in known and _is_near(known[tip], head)
    ]
    among = near if len(near) > 1 and game.dice.random() < 0.8 else list(game.told)
    some = game.dice.sample(among, min(3, len(among)))
    async with game.made.write() as tx:
        came = await merging.merge(tx, who, lead, some, game.now)
    return "done" if isinstance(came, int) else came.why


async def takes_out(game: Game) -> str:
    """Somebody lets a merged tip stand by itself."""
    tip = await game.one_of(bundles.is_bound)
    if tip is None:
        return "no tip"
    who = game.holder_or_anybody(await _known(game, tip))
    async with game.made.write() as tx:
        return _said(await merging.take_out(tx, who, tip, game.now))


async def notes_down(game: Game) -> str:
    """Somebody writes a note, which no worker reads."""
    tip = game.tip()
    if tip is None:
        return "no tip"
    who = game.reader_or_anybody(await _known(game, tip))
    async with game.made.write() as tx:
        return _said(await notes.add(tx, who.id, tip, game.fresh_words("ghi chú"), game.now))


# --- the house --------------------------------------------------------------------------------


async def rises(game: Game) -> str:
    """The clock: what nobody came for goes up."""
    async with game.made.read() as tx:
        late = await rising.due(tx, game.now)
    for tip in late:
        async with game.made.write() as tx:
            await rising.rise(tx, tip, game.now)
    return "done" if late else "nothing late"


async def is_sent_up(game: Game) -> str:
    """A worker sends a late tip to the unit above."""
    tip = await game.one_of(lambda here: here.status in (Status.TRIAGE, *HELD))
    if tip is None:
        return "no tip"
    async with game.made.write() as tx:
        thread = await tips.read_thread(tx, game.told[tip].key)
        if thread is None:
            return "gone"
        above = await _next_up(tx, thread)
        if above is None:
            return "nobody above"
        today = local_day(game.now)
        well = await rising.send_up(
            tx, thread.key, above.id, now=game.now, today=today, due=game.now
        )
    return "done" if well else "refused"


async def strands(game: Game) -> str:
    """Everybody leaves a unit; its tips go up; then somebody comes again."""
    unit = game.dice.choice(("park", "south"))
    came = "nothing stranded"
    async with game.made.write() as tx:
        left = [
            (who.id, role)
            for who in await staff.members(tx)
            for where, role in who.grants
            if where == unit and role in (Role.OFFICER, Role.LEAD)
        ]
        for who, role in left:
            await staff.revoke(tx, who, unit, role)
            await leaving.hand_back(tx, who, None, game.now)
    async with game.made.read() as tx:
        alone = (await stranded.find(tx, game.now)).movable
    for tip in alone:
        async with game.made.write() as tx:
            came = "done" if await stranded.move_up(tx, tip, game.now) else came
    async with game.made.write() as tx:
        for who, role in left:
            await staff.grant(tx, who, unit, role)
    return came


async def steps_back(game: Game) -> str:
    """Somebody who reads a tip should not, and says so."""
    tip = await game.one_of(lambda here: here.status not in (Status.RECEIVED, Status.CLOSED))
    if tip is None:
        return "no tip"
    who = game.reader_or_anybody(await _known(game, tip))
    async with game.made.write() as tx:
        came = await stepping_back.step_back(tx, who.id, tip, game.now)
    return came.why if isinstance(came, Declined) else "done"


async def takes_back(game: Game) -> str:
    """Somebody undoes that, perhaps at once."""
    if game.dice.random() < 0.5:
        await lets_go(game)
    if not game.removed:
        return "nothing to undo"
    removed = game.removed[-1] if game.dice.random() < 0.7 else game.dice.choice(game.removed)
    who = removed.officer if game.dice.random() < 0.7 else game.officer().id
    async with game.made.write() as tx:
        return _said(await out_of_scope.undo(tx, who, removed, game.now))


PLAYS: Sequence[Play] = (
    files,
    files,
    adds,
    withdraws,
    deletes,
    hides,
    changes_consent,
    appeals,
    appeals,
    claims,
    claims,
    claims,
    asks,
    answers,
    closes,
    undoes,
    releases,
    hands_over,
    takes_over,
    passes_on,
    gives_back,
    tells_the_police,
    tells_the_police,
    asks_about_the_police,
    police_move,
    merges,
    takes_out,
    notes_down,
    rises,
    is_sent_up,
    strands,
    steps_back,
    lets_go,
    takes_back,
    takes_back,
)
"""Everything that can be done. Who files is one of them, so that there is always something new."""


async def play(game: Game, steps: int, *, at_once: float) -> frozenset[str]:
    """So many steps, in a share of which two do something at once; after each of them all that must
    hold is looked at. What was never done is tried for as many more; the names of what was not.
    """
    for _ in range(3):
        await files(game)
    never: dict[str, Play | None] = {each.__name__: each for each in PLAYS} | {"opens_again": None}
    for step in range(_LONGER * steps):
        never = {name: each for name, each in never.items() if name not in game.done}
        if step >= steps and not never:
            break
        await _make_room(game)
        game.now_minutes += game.dice.choice((0, 0, 0, 1, 1, 5, 60, 60 * 24))
        # What was never done is tried more often, and what makes it possible is never far.
        wanted = [each for each in never.values() if each is not None] or [adds]
        now = [game.dice.choice(wanted if game.dice.random() < 0.4 else PLAYS)]
        if game.dice.random() < at_once:
            now.append(game.dice.choice(PLAYS))
        for one, came in zip(now, await asyncio.gather(*(each(game) for each in now)), strict=True):
            if came == "done":
                game.did(one.__name__)
        await assert_all_holds(game)
    await assert_all_holds(game, entirely=True)
    return frozenset(never)


async def _make_room(game: Game) -> None:
    """Of many tips the oldest goes: a look at all of them shall not take longer and longer."""
    if len(game.told) >= _MOST_TIPS:
        oldest = next(iter(game.told))
        async with game.made.write() as tx:
            await tips.remove(tx, game.told.pop(oldest).key, day=game.now.date())


# --- what must hold ---------------------------------------------------------------------------


async def assert_all_holds(game: Game, *, entirely: bool = False) -> None:
    """No tip is seen by who is shut out, is without a desk, has lost a part, or has two holders.
    What has not changed since it was looked at is not looked at again, but `entirely`; and of the
    staff some are asked, by chance.
    """
    async with game.made.read() as tx:
        tree, rows = await _tree(tx), await tx.rows(select(tips_table.c.id, tips_table.c.record))
        sealed = {bytes(row.id): bytes(row.record) for row in rows}
        known = {tip: record.unseal(tx.keys, tip, body) for tip, body in sealed.items()}
        asked = list(game.staff.values())
        asked = asked if entirely else game.dice.sample(asked, _ASKED)
        listed = {who.id: await _listed(tx, who, game.now) for who in asked}
        for tip, told in game.told.items():
            here = known.get(tip)
            for who in asked:
                may = here is not None and _may(who, here) and here.status is not Status.RECEIVED
                assert (tip in listed[who.id]) == may, "a row that should not be there, or is not"
            if entirely or sealed.get(tip) != game.looked.get(tip):
                thread = await tips.read_thread(tx, told.key)
                assert (here is None) == told.gone == (thread is None)
                if here is not None and thread is not None:
                    await _assert_desk(tx, tree, tip, here)
                    _assert_nothing_lost(told, thread)
                for who in asked:
                    await _assert_sight(tx, game, who, tip, here)
        game.looked = sealed


async def _assert_desk(tx: Tx, tree: Tree, tip: bytes, here: Record) -> None:
    """Somebody is responsible, and exactly the readers can open it."""
    out = await readers.shut_out(tx, here.excluded)
    unions = {each.id for each in tree.all if each.kind is UnitKind.UNION}
    assert here.unit in unions, "without a desk"
    is_let_go = here.outcome is Outcome.OUT_OF_SCOPE
    assert here.readers == () if is_let_go else here.unit in here.readers, "without a desk"
    assert not out.intersection(here.readers), "read by who is shut out"
    for each in tree.all:
        opens = await stored.open_as(tx, each.id, tip) is not None
        assert opens == (each.id in here.sealed_to), "opened by who is no reader, or by no reader"
        if each.kind is UnitKind.POLICE and opens:
            assert here.police_may_read
    assert here.behind not in out, "goes up to who is shut out"
    for lead in [bytes.fromhex(here.lead)] if here.lead else []:
        head = await stored.row_where(tx, tips_table.c.id == lead)
        assert head is None or here.holder == record.unseal(tx.keys, lead, head.record).holder


def _assert_nothing_lost(told: Told, thread: Thread) -> None:
    """What the worker reads is all that was said, in its order, and by whom."""
    said = [each for each in thread.entries if each.words and each.told is None]
    mine = [each.words for each in said if each.author is Author.WORKER]
    theirs = [each.words for each in said if each.author is Author.OFFICER]
    assert mine == told.worker, "a lost part"
    assert theirs == told.officers, f"a lost part: {theirs} {told.officers}"


async def _assert_sight(tx: Tx, game: Game, who: Member, tip: bytes, here: Record | None) -> None:
    """What one of the staff gets who asks for a tip by its id."""
    card = await cases.see(tx, who.id, tip, game.now)
    if here is None:
        assert not isinstance(card, Card)
        return
    assert isinstance(card, Card) == (_may(who, here) and here.status is not Status.RECEIVED)
    assert not isinstance(card, Card) or not card.mine or here.holder == who.id.hex()


def _may(who: Member, here: Record) -> bool:
    return who.id.hex() not in here.recused and any(
        unit in here.readers and role in (Role.OFFICER, Role.LEAD) for unit, role in who.grants
    )


# --- below ------------------------------------------------------------------------------------


async def _write(
    game: Game,
    write: Callable[[Tx, bytes, bytes, str, datetime], Awaitable[Done | Refusal]],
    *,
    each: bool = True,
) -> str:
    tip = await game.one_of(lambda here: here.status in HELD)
    if tip is None:
        return "no tip"
    known = await _known(game, tip)
    who = game.holder_or_anybody(known)
    words = game.fresh_words("đơn vị")
    async with game.made.write() as tx:
        before = await _records_of_now(tx, tip)
        came = await write(tx, who, tip, words, game.now)
        after = await _records(tx)
    if isinstance(came, Done):
        for other in before if each else (tip,):
            follows = other == tip or before[other].lead == tip.hex()
            if follows and before[other].end != after[other].end:
                game.told[other].officers.append(words)
    return _said(came)


async def _hold(
    game: Game, work: Callable[[Tx, bytes, bytes, datetime], Awaitable[Done | Refusal | str]]
) -> str:
    """Let it be done to a tip that is held, mostly by who holds it."""
    tip = await game.one_of(lambda here: here.holder is not None)
    if tip is None:
        return "no tip"
    who = game.holder_or_anybody(await _known(game, tip))
    async with game.made.write() as tx:
        came = await work(tx, who, tip, game.now)
    return came if isinstance(came, str) else _said(came)


async def _led(game: Game, tip: bytes, fits: Callable[[Record], bool]) -> list[bytes]:
    """The tip and those that it leads, where they fit."""
    async with game.made.read() as tx:
        known = await _records(tx)
    return [
        each
        for each, here in known.items()
        if each in game.told and fits(here) and (each == tip or here.lead == tip.hex())
    ]


def _is_near(here: Record, head: Record) -> bool:
    return here.unit == head.unit and here.holder in (None, head.holder)


def _gone(came: Gone | Declined) -> str:
    return came.why if isinstance(came, Declined) else "done"


async def _filed(tx: Tx, new: FileTip, game: Game) -> bytes:
    tip = await tips.file(tx, new, [], day=local_day(game.now), due=game.now)
    await tips.deliver(tx, tip)
    # Its card is there.
    await outbox.drop_of(tx, tip)
    return tip


async def _known(game: Game, tip: bytes) -> Record | None:
    async with game.made.read() as tx:
        return (await _records(tx)).get(tip)


async def _records(tx: Tx) -> dict[bytes, Record]:
    rows = await tx.rows(select(tips_table.c.id, tips_table.c.record))
    return {bytes(row.id): record.unseal(tx.keys, bytes(row.id), row.record) for row in rows}


async def _records_of_now(tx: Tx, tip: bytes) -> dict[bytes, Record]:
    """The same, while nobody else changes this tip and those that it is bound to: what differs
    afterwards was done here.
    """
    await stored.row_where(tx, tips_table.c.id == tip, lock=True)
    return await _records(tx)


async def _listed(tx: Tx, who: Member, now: datetime) -> frozenset[bytes]:
    every = (*await cases.cards(tx, who.id, now), *await aside.waiting(tx, who.id, now))
    assert len({card.tip for card in every}) == len(every), "one tip, one card"
    return frozenset(card.tip for card in every)


async def _next_up(tx: Tx, thread: Thread) -> Unit | None:
    """The unit that its worker may ask next."""
    return routing.second_look(
        await _tree(tx),
        thread.unit_id,
        thread.category,
        excluded=thread.excluded,
        danger=thread.danger,
    )


async def _tree(tx: Tx) -> Tree:
    tree = await units.tree(tx)
    assert tree is not None
    return tree


def _said(came: Done | Refusal) -> str:
    return "done" if isinstance(came, Done) else came.why
