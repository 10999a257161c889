"""Who must not see a tip sees nothing of it: no row, no count, no ring, no card, no sign. All that
they could look at is the same before the tip is there and after everything that happened to it.
"""

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from handlers import going_up, routing
from handlers.passing import PassReason, ReturnReason, suggested
from handlers.places import Place
from handlers.roles import Role
from handlers.routing import Tree, Unit, UnitKind
from handlers.small_cells import LEAST_SHOWN
from handlers.tips import Category
from storage import (
    alarms,
    cases,
    desk_codes,
    desk_groups,
    out_of_scope,
    outbox,
    passing,
    pings,
    posts,
    rising,
    tally,
    tips,
    units,
    watching,
)
from storage.cases import Done, No, Refusal
from storage.database import Database, Tx
from storage.desk_codes import CodeKind
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.passing import Declined, Gone, Ways, Why
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW
from tests.said import counted
from tests.tip_world import file, new_tip

PLACE = Place("25747", "Phường Thủ Dầu Một", "79", "Thành phố Hồ Chí Minh")
ROLES = (Role.OFFICER, Role.LEAD, Role.AUDITOR)
LATER = timedelta(minutes=1)


@dataclass(frozen=True)
class Plan:
    """Units (the first is the root), who is shut out, whether only later, what is done then."""

    units: tuple[Unit, ...]
    excluded: frozenset[str]
    picked: str | None
    hidden_later: bool
    category: Category = Category.THEFT

    @property
    def tree(self) -> Tree:
        return Tree.of(self.units)

    @property
    def barred(self) -> frozenset[str]:
        """Said once more, by itself: whoever is named or in conflict, all below them, police, and
        companies that were not picked. The root is the last answer to everything.
        """
        named = {
            each.id
            for each in self.units
            if each.id in self.excluded or each.conflicts & self.excluded
        }
        named |= {far for each in self.units if each.id in self.excluded for far in each.conflicts}
        out = set()
        for each in self.units:
            line = {each.id, *(above.id for above in self.tree.ancestors(each.id))} - {"u0"}
            inside = self.tree.is_inside(each) and each.id != self.picked
            if line & named or inside or each.kind is UnitKind.POLICE:
                out.add(each.id)
        return frozenset(out)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    made = [Unit("u0", None, UnitKind.UNION, "Gốc", frozenset({"*"}), has_desk=True)]
    count = draw(st.integers(2, 6))
    for number in range(1, count + 1):
        above = draw(st.sampled_from(made))
        is_police = above.kind is UnitKind.POLICE or draw(st.integers(0, 4)) == 0
        others = [f"u{each}" for each in range(1, count + 1) if each != number]
        made.append(
            Unit(
                f"u{number}",
                above.id,
                UnitKind.POLICE if is_police else UnitKind.UNION,
                f"Đơn vị {number}",
                frozenset({draw(st.sampled_from(("25747", "25747", "79")))}),
                inside_company=above.inside_company or draw(st.integers(0, 4)) == 0,
                conflicts=draw(st.frozensets(st.sampled_from(others), max_size=1)),
                has_desk=True,
            )
        )
    names = [each.id for each in made[1:]]
    excluded = draw(st.frozensets(st.sampled_from(names), min_size=1, max_size=2))
    picked = draw(st.none() | st.sampled_from(names))
    return Plan(tuple(made), excluded, picked, draw(st.booleans()))


@dataclass(frozen=True)
class View:
    """All that somebody of a unit could look at."""

    cards: tuple[str, ...]
    mark: str
    often: tuple[tally.Often, ...]
    letters: Counter[tuple[LetterKind, str]]
    called: int
    statements: int


class House:
    """The units of a plan, somebody in every role in each, a group and a browser that rings."""

    def __init__(self, made: Database, plan: Plan) -> None:
        self.made, self.plan = made, plan
        self.members: dict[tuple[str, Role], Member] = {}
        self.groups: dict[str, desk_groups.Group] = {}

    async def settle_in(self) -> None:
        async with self.made.write() as tx:
            await units.import_all(tx, self.plan.units, at_once=True, may_remove=True)
        for number, unit in enumerate(self.plan.units):
            for role in ROLES:
                login = f"{unit.id}{role}"
                self.members[unit.id, role], _ = await desk_world.add(
                    self.made, login, (unit.id, role)
                )
            async with self.made.write() as tx:
                code = await desk_codes.make(tx, CodeKind.GROUP, unit.id, NOW)
                group = await desk_groups.link(tx, code, f"-{number}", NOW)
                assert group is not None
                self.groups[unit.id] = group
                member = self.members[unit.id, Role.OFFICER].id
                assert await alarms.add_browser(tx, member, f"https://push.example/{number}")

    async def file(self, excluded: frozenset[str]) -> tuple[bytes, Unit]:
        """As the talk does: the unit that routing names."""
        plan = self.plan
        unit = routing.reader(
            plan.tree, plan.category, PLACE, excluded=excluded, picked=plan.picked
        )
        self.new = new_tip(unit.id, excluded=excluded, category=plan.category, place=PLACE)
        return await file(self.made, self.new), unit

    async def live(self, tip: bytes, unit: Unit) -> None:
        """All that may happen at its desk: claimed, asked, answered, closed as out of scope."""
        officer = self.members[unit.id, Role.OFFICER].id
        async with self.made.write() as tx:
            assert isinstance(await cases.claim(tx, officer, tip, NOW), Done)
            assert isinstance(await cases.ask(tx, officer, tip, "Ở đâu?", NOW), Done)
            assert await tips.add_words(tx, self.new.key, "Ở kho.")
            assert isinstance(await cases.answer(tx, officer, tip, "Vâng.", NOW), Done)

    async def wander(self, tip: bytes, unit: Unit) -> None:
        """Nobody can pass it to who is shut out; it goes to another unit, and is returned."""
        one = self.members[unit.id, Role.OFFICER].id
        for barred in self.plan.barred:
            async with self.made.write() as tx:
                passed = await passing.pass_on(tx, one, tip, barred, PassReason.PLACE, NOW)
            assert passed == Declined(Why.IMPOSSIBLE), barred
        async with self.made.read() as tx:
            ways = await passing.ways(tx, one, tip)
        assert isinstance(ways, Ways)
        for to in suggested(ways.tree, ways.bound)[:1]:
            two = self.members[to.id, Role.OFFICER].id
            async with self.made.write() as tx:
                went = await passing.pass_on(tx, one, tip, to.id, PassReason.CONCERNED, NOW)
                assert isinstance(went, Gone)
                assert isinstance(await cases.claim(tx, two, tip, NOW), Done)
                back = await passing.give_back(tx, two, tip, ReturnReason.PLACE, NOW)
                assert isinstance(back, Gone)
                assert isinstance(await cases.claim(tx, one, tip, NOW), Done)

    async def close(self, tip: bytes, unit: Unit) -> None:
        officer = self.members[unit.id, Role.OFFICER].id
        async with self.made.write() as tx:
            removed = await out_of_scope.close(tx, officer, tip, NOW)
        assert isinstance(removed, out_of_scope.Removed)

    async def hide(self) -> Unit:
        plan = self.plan
        unit = routing.reader(
            plan.tree, plan.category, PLACE, excluded=plan.excluded, picked=plan.picked
        )
        async with self.made.write() as tx:
            later = NOW + LATER
            assert await tips.hide(
                tx, self.new.key, plan.excluded, unit.id, due=NOW, triage_by=later
            )
            for letter in await outbox.waiting(tx):
                if letter.kind is LetterKind.CARD:
                    assert await tips.settle(tx, letter)
        return unit

    async def views(self, names: frozenset[str]) -> dict[tuple[str, Role], View]:
        seen = {}
        for (unit, role), member in self.members.items():
            if unit in names:
                seen[unit, role] = await self._view(unit, member)
        return seen

    async def _view(self, unit: str, member: Member) -> View:
        async with self.made.read() as tx:
            # What changed since the last look, whosever it is, is read once.
            await cases.cards(tx, member.id, NOW)
            with counted(self.made) as statements:
                shown = await cases.cards(tx, member.id, NOW)
            waiting = await outbox.waiting(tx)
            often = await tally.out_of_scope_below(tx, member.id, since="2026-01")
        async with self.made.write() as tx:
            called = await posts.catch_up(tx, self.groups[unit])
        group = self.groups[unit].id
        theirs = Counter((e.kind, e.unit) for e in waiting if e.unit == unit or e.group == group)
        nicknames = tuple(each.nickname for each in shown)
        return View(nicknames, cases.mark_of(shown), often, theirs, called, len(statements))

    async def assert_shut(self, tip: bytes, names: frozenset[str]) -> None:
        """By the tip's own id, which they could have from before, nothing is found either."""
        for (unit, _), member in self.members.items():
            if unit not in names:
                continue
            async with self.made.write() as tx:
                strange = Refusal(No.NOT_YOURS)
                assert await cases.see(tx, member.id, tip, NOW) == strange
                assert await cases.open_case(tx, member.id, tip, NOW) == strange
                assert await cases.claim(tx, member.id, tip, NOW) == strange
                await self._assert_not_rung(tx, tip, unit)

    async def _assert_not_rung(self, tx: Tx, tip: bytes, unit: str) -> None:
        group = self.groups[unit]
        post = Letter(LetterKind.POST, tip, unit, AT_ONCE, group=group.id)
        assert await posts.posting(tx, post, NOW) is None
        for alarm in await alarms.of_unit(tx, unit):
            ping = Letter(LetterKind.PING, tip, unit, AT_ONCE, to=alarm.id.hex())
            assert await pings.ping(tx, ping) is None


async def play(url: str, plan: Plan) -> None:
    """Everything, and nobody who is shut out sees that anything is there."""
    async with desk_world.database(url) as made:
        house = House(made, plan)
        await house.settle_in()
        assert not {unit for unit in plan.barred if unit == "u0"}
        before = await house.views(plan.barred)
        tip, unit = await house.file(frozenset() if plan.hidden_later else plan.excluded)
        if plan.hidden_later:
            if unit.id in plan.barred:
                shown = await house.views(frozenset({unit.id}))
                assert any(view.cards for view in shown.values()), "the control sees it"
            unit = await house.hide()
        assert unit.id not in plan.barred
        await house.live(tip, unit)
        await house.wander(tip, unit)
        everybody = await house.views(frozenset(each.id for each in plan.units))
        assert everybody[unit.id, Role.OFFICER].cards, "whose tip it is sees it"
        if not plan.hidden_later:
            for _ in range(LEAST_SHOWN):
                another, _ = await house.file(plan.excluded)
                await house.live(another, unit)
                await house.close(another, unit)
        after = await house.views(plan.barred)
        for who, view in after.items():
            assert view.cards == before[who].cards == ()
            assert view.mark == before[who].mark
            assert view.often == before[who].often == ()
            assert (view.called, view.statements) == (0, before[who].statements)
            # What takes a card away again may be under way, where one had been shown.
            left = {kind for kind, _ in view.letters} - {kind for kind, _ in before[who].letters}
            assert left <= ({LetterKind.ERASE} if plan.hidden_later else set()), who
        await house.assert_shut(tip, plan.barred)


async def play_danger(url: str, plan: Plan) -> None:
    """A tip in danger that nobody takes: the unit behind it sees nothing before its time, and who
    is shut out nothing at all, whatever rings, reminds and rises.
    """
    ringing = Tree.of(replace(each, has_alarm=True) for each in plan.units)
    async with desk_world.database(url) as made:
        house = House(made, plan)
        await house.settle_in()
        first = routing.reader(
            ringing, plan.category, PLACE, excluded=plan.excluded, picked=plan.picked, danger=True
        )
        up = going_up.behind(ringing, first.id, plan.category, excluded=plan.excluded)
        hidden = frozenset({up.id} if up is not None else ())
        assert not hidden & plan.barred
        before = await house.views(plan.barred | hidden)
        new = new_tip(
            first.id,
            excluded=plan.excluded,
            category=plan.category,
            place=PLACE,
            danger=True,
            behind=up.id if up is not None else "",
            triage_by=NOW + timedelta(minutes=30),
        )
        tip = await file(made, new)
        for minutes in (0, 5, 25):
            await look(made, NOW + timedelta(minutes=minutes))
        assert await house.views(plan.barred | hidden) == before
        await house.assert_shut(tip, plan.barred | hidden)
        await look(made, NOW + timedelta(minutes=30))
        for unit_id in hidden:
            shown = await house.views(hidden)
            assert shown[unit_id, Role.OFFICER].cards, "now it is theirs"
        for days in range(1, 9):
            await look(made, NOW + timedelta(days=days))
        after = await house.views(plan.barred)
        assert after == {who: before[who] for who in after}
        await house.assert_shut(tip, plan.barred)


async def look(made: Database, now: datetime) -> None:
    """What the clock's tick does."""
    async with made.write() as tx:
        for tip in await rising.due(tx, now):
            await rising.rise(tx, tip, now)
        await watching.look(tx, now)


@pytest.mark.long
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(plans())
def test_danger_shows_a_unit_above_nothing_before_its_time_in_any_tree(plan: Plan) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play_danger(f"sqlite+aiosqlite:///{Path(folder) / 'tiengtho.db'}", plan))


@pytest.mark.long
@settings(
    max_examples=8,
    deadline=None,
    # A smaller tree takes as long: each example is a whole house.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(plans())
def test_who_is_shut_out_sees_nothing_in_any_tree_and_role(plan: Plan) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(f"sqlite+aiosqlite:///{Path(folder) / 'tiengtho.db'}", plan))


def unit(name: str, parent: str | None, kind: UnitKind = UnitKind.UNION, **more: Any) -> Unit:
    made = Unit(name, parent, kind, f"Đơn vị {name}", frozenset({"25747"}), has_desk=True)
    return replace(made, **more)


@pytest.mark.parametrize("hidden_later", [False, True])
async def test_the_same_with_a_conflict_the_police_and_a_company(
    database_url: str, hidden_later: bool
) -> None:
    plan = Plan(
        (
            unit("u0", None, places=frozenset({"*"})),
            unit("u1", "u0", places=frozenset({"79"})),
            unit("u2", "u1", conflicts=frozenset({"u3"})),
            unit("u3", "u1"),
            unit("u4", "u3"),
            unit("u5", "u1", UnitKind.POLICE),
            unit("u6", "u3", inside_company=True),
        ),
        frozenset({"u2"}),
        None,
        hidden_later,
    )
    assert plan.barred == {"u2", "u3", "u4", "u5", "u6"}
    await play(database_url, plan)


async def test_danger_with_a_conflict_the_police_and_a_company(database_url: str) -> None:
    plan = Plan(
        (
            unit("u0", None, places=frozenset({"*"})),
            unit("u1", "u0", places=frozenset({"79"})),
            unit("u2", "u1", conflicts=frozenset({"u3"})),
            unit("u3", "u1"),
            unit("u4", "u1"),
            unit("u5", "u1", UnitKind.POLICE),
            unit("u6", "u4", inside_company=True),
        ),
        frozenset({"u2"}),
        None,
        hidden_later=False,
    )
    await play_danger(database_url, plan)
