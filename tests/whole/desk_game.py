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
from handlers.roles import Role
from handlers.routing import Tree, Unit, UnitKind
from handlers.states import Key
from handlers.tips import Author, Category, Outcome, Status
from handlers.turn import Thread
from storage import aside, cases, out_of_scope, readers, record, stored, tips, units
from storage.cards import Card
from storage.cases import Done, Refusal
from storage.database import Database, Tx
from storage.days import local_day
from storage.out_of_scope import Removed
from storage.record import Record
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
_MOST_TIPS, _ASKED, _LONGER = 12, 3, 4
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
    """A worker writes more."""
    tip = game.tip()
    if tip is None:
        return "no tip"
    told, words = game.told[tip], game.fresh_words("người báo")
    async with game.made.write() as tx:
        well = await tips.add_words(tx, told.key, words)
    if well:
        told.worker.append(words)
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
        above = routing.second_look(
            await _tree(tx),
            thread.unit_id,
            thread.category,
            excluded=thread.excluded,
            danger=thread.danger,
        )
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
            return await cases.claim(tx, officer.id, tip, game.now)

    one, two = game.reader_or_anybody(before), game.reader_or_anybody(before)
    if game.dice.random() < 0.7:
        return _said(await claim(one))
    both = await asyncio.gather(claim(one), claim(two))
    if before is not None and before.holder is None and one is not two:
        assert sum(isinstance(each, Done) for each in both) <= 1, "two holders"
    return _said(both[0])


async def asks(game: Game) -> str:
    """Somebody asks the worker."""
    return await _write(game, cases.ask)


async def answers(game: Game) -> str:
    """Somebody answers the worker."""
    return await _write(game, cases.answer)


async def closes(game: Game) -> str:
    """Somebody closes a tip."""
    outcome = game.dice.choice(_OUTCOMES)

    async def close(
        tx: Tx, officer: bytes, tip: bytes, words: str, now: datetime
    ) -> Done | Refusal:
        return await cases.close(tx, officer, tip, outcome, words, now)

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


async def takes_back(game: Game) -> str:
    """Somebody undoes that."""
    if not game.removed:
        return "nothing to undo"
    removed = game.removed[-1] if game.dice.random() < 0.7 else game.dice.choice(game.removed)
    who = removed.officer if game.dice.random() < 0.7 else game.officer().id
    async with game.made.write() as tx:
        return _said(await out_of_scope.undo(tx, who, removed, game.now))


PLAYS: Sequence[Play] = (
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
    lets_go,
    takes_back,
    takes_back,
)
"""Everything that can be done. Who files is one of them, so that there is always something new."""


async def play(game: Game, steps: int, *, at_once: float) -> frozenset[str]:
    """So many steps, in a share of which two do something at once; after each of them all that must
    hold is looked at. What was never done is tried until it was, or gives its name.
    """
    for _ in range(3):
        await files(game)
    never = {each.__name__: each for each in PLAYS}
    for step in range(_LONGER * steps):
        never = {name: each for name, each in never.items() if name not in game.done}
        if step >= steps and not never:
            break
        await _make_room(game)
        game.now_minutes += game.dice.choice((0, 0, 0, 1, 1, 5, 60, 60 * 24))
        now = [game.dice.choice(PLAYS)]
        if game.dice.random() < at_once:
            now.append(game.dice.choice(PLAYS))
        for one, came in zip(now, await asyncio.gather(*(each(game) for each in now)), strict=True):
            if came == "done":
                game.done[one.__name__] = game.done.get(one.__name__, 0) + 1
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
        assert opens == (each.id in here.readers), "opened by who is no reader, or by no reader"
        if each.kind is UnitKind.POLICE and opens:
            assert here.may_go_to_police


def _assert_nothing_lost(told: Told, thread: Thread) -> None:
    """What the worker reads is all that was said, in its order, and by whom."""
    mine = [each.words for each in thread.entries if each.author is Author.WORKER and each.words]
    theirs = [each.words for each in thread.entries if each.author is Author.OFFICER and each.words]
    assert mine == told.worker, "a lost part"
    assert theirs == told.officers, "a lost part"


async def _assert_sight(tx: Tx, game: Game, who: Member, tip: bytes, here: Record | None) -> None:
    """What one of the staff gets who asks for a tip by its id."""
    card = await cases.see(tx, who.id, tip, game.now)
    if here is None:
        assert not isinstance(card, Card)
        return
    assert isinstance(card, Card) == (_may(who, here) and here.status is not Status.RECEIVED)
    assert not isinstance(card, Card) or card.mine == (here.holder == who.id.hex())


def _may(who: Member, here: Record) -> bool:
    return any(
        unit in here.readers and role in (Role.OFFICER, Role.LEAD) for unit, role in who.grants
    )


# --- below ------------------------------------------------------------------------------------


async def _write(
    game: Game, write: Callable[[Tx, bytes, bytes, str, datetime], Awaitable[Done | Refusal]]
) -> str:
    tip = game.tip()
    if tip is None:
        return "no tip"
    known = await _known(game, tip)
    who = game.holder_or_anybody(known)
    words = game.fresh_words("đơn vị")
    async with game.made.write() as tx:
        came = await write(tx, who, tip, words, game.now)
    if isinstance(came, Done):
        game.told[tip].officers.append(words)
    return _said(came)


async def _filed(tx: Tx, new: FileTip, game: Game) -> bytes:
    tip = await tips.file(tx, new, [], day=local_day(game.now), due=game.now)
    await tips.deliver(tx, tip)
    return tip


async def _known(game: Game, tip: bytes) -> Record | None:
    async with game.made.read() as tx:
        return (await _records(tx)).get(tip)


async def _records(tx: Tx) -> dict[bytes, Record]:
    rows = await tx.rows(select(tips_table.c.id, tips_table.c.record))
    return {bytes(row.id): record.unseal(tx.keys, bytes(row.id), row.record) for row in rows}


async def _listed(tx: Tx, who: Member, now: datetime) -> frozenset[bytes]:
    every = (*await cases.cards(tx, who.id, now), *await aside.waiting(tx, who.id, now))
    assert len({card.tip for card in every}) == len(every), "one tip, one card"
    return frozenset(card.tip for card in every)


async def _tree(tx: Tx) -> Tree:
    tree = await units.tree(tx)
    assert tree is not None
    return tree


def _said(came: Done | Refusal) -> str:
    return "done" if isinstance(came, Done) else came.why
