"""Administrators change one unit: who may, what is refused, what is written, what comes back."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest

from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category
from handlers.unit_checks import Reason
from handlers.unit_editing import FIELDS, OWN_FIELDS, Value, fingerprint
from storage import staff, stamps, unit_editing, unit_history, units
from storage.audit import Act
from storage.database import Database
from storage.staff import Member
from storage.stamps import Stamp
from storage.unit_editing import Declined, Edit, Ready, Refused, Shown, Stale, Why
from storage.unit_standing import Wrong
from storage.unit_uses import Use
from tests import desk_world
from tests.desk_world import NOW, add, file_tip

HCM, WARD, HANOI = "79", "25747", "01"
UNITS = (
    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"})),
    Unit("north", "root", UnitKind.UNION, "Liên đoàn thành phố", frozenset({HCM})),
    Unit("ward", "north", UnitKind.UNION, "Công đoàn phường", frozenset({WARD})),
    Unit("ward-2", "north", UnitKind.UNION, "Công đoàn phường 2"),
    Unit("police", "north", UnitKind.POLICE, "Công an thành phố", frozenset({HCM})),
    Unit("south", "root", UnitKind.UNION, "Liên đoàn phía nam"),
)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
        yield made


@pytest.fixture
async def admin(made: Database) -> Member:
    """The administrator of `north`."""
    return (await add(made, "qt", ("north", Role.ADMINISTRATOR)))[0]


async def seen(made: Database, member: Member, unit: str) -> Shown:
    async with made.read() as tx:
        shown = await unit_editing.look(tx, member.id, unit)
    assert shown is not None
    return shown


async def edited(made: Database, member: Member, unit: str, **wanted: Value) -> Ready | Refused:
    """What becomes of a change by somebody who saw the unit as it is."""
    async with made.read() as tx:
        tree = await units.tree(tx)
        shown = await unit_editing.look(tx, member.id, unit)
    assert tree is not None
    values: Mapping[str, Value] = shown.values if shown is not None else {}
    edit = Edit(unit, wanted, fingerprint(values, wanted))
    async with made.write() as tx:
        return await unit_editing.change(tx, member.id, edit, NOW)


async def unit_of(made: Database, key: str) -> Unit | None:
    async with made.read() as tx:
        tree = await units.tree(tx)
    return tree.get(key) if tree is not None else None


async def test_a_unit_below_is_changed_and_its_history_tells_it(
    made: Database, admin: Member
) -> None:
    async with made.read() as tx:
        before = await stamps.read(tx, Stamp.UNITS)
    done = await edited(
        made, admin, "ward", name="Công đoàn phường mới", categories=["fire"], at_once=True
    )
    assert isinstance(done, Ready)
    found = await unit_of(made, "ward")
    assert found is not None
    assert (found.name, found.categories) == ("Công đoàn phường mới", frozenset({Category.FIRE}))
    async with made.read() as tx:
        assert await units.shows_at_once(tx, "ward")
        assert await stamps.read(tx, Stamp.UNITS) != before
        steps, _ = await unit_history.of_unit(tx, "ward")
    [step] = steps
    assert (step.act, step.by) == (Act.UNIT_CHANGED, admin.id)
    assert step.fields == ("name", "categories", "at_once")
    assert step.before["name"] == "Công đoàn phường"


async def test_a_change_keeps_the_units_keys(made: Database, admin: Member) -> None:
    async with made.read() as tx:
        before = await units.public_key(tx, "ward")
    await edited(made, admin, "ward", name="Khác")
    async with made.read() as tx:
        assert await units.public_key(tx, "ward") == before


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMINISTRATOR])
async def test_nobody_but_administrators_changes_a_unit(made: Database, role: Role) -> None:
    member, _ = await add(made, "khac", ("north", role))
    assert await edited(made, member, "ward", name="Khác") == Declined(Why.NOT_YOURS)
    async with made.write() as tx:
        new = Unit("new", "north", UnitKind.UNION, "Mới")
        assert isinstance(await unit_editing.add(tx, member.id, new, NOW), Declined)
        gone = Edit("ward-2", {}, "")
        assert await unit_editing.remove(tx, member.id, gone, NOW) == Declined(Why.NOT_YOURS)
        assert await unit_editing.former(tx, member.id, "ward", 1) is None
        assert await unit_editing.look(tx, member.id, "ward") is None


async def test_a_unit_elsewhere_or_above_is_as_if_it_were_not_there(
    made: Database, admin: Member
) -> None:
    for unit in ("south", "root", "nowhere"):
        assert await edited(made, admin, unit, name="Khác") == Declined(Why.NOT_YOURS)


@pytest.mark.parametrize("name", sorted(set(FIELDS) - OWN_FIELDS))
async def test_nobody_widens_the_reach_of_their_own_unit(
    made: Database, admin: Member, name: str
) -> None:
    shown = await seen(made, admin, "north")
    assert shown.fields == OWN_FIELDS
    wanted: dict[str, Value] = {name: shown.values[name]}
    edit = Edit("north", wanted, fingerprint(shown.values, wanted))
    async with made.write() as tx:
        assert await unit_editing.change(tx, admin.id, edit, NOW) == Declined(Why.FROM_ABOVE)
        gone = Edit("north", {}, fingerprint(shown.values, FIELDS))
        assert await unit_editing.remove(tx, admin.id, gone, NOW) == Declined(Why.FROM_ABOVE)


async def test_the_words_of_ones_own_unit_may_be_changed(made: Database, admin: Member) -> None:
    done = await edited(made, admin, "north", name="Liên đoàn", hours="7:00", contact="028 1")
    assert isinstance(done, Ready)


async def test_a_role_that_was_taken_away_counts_at_once(made: Database, admin: Member) -> None:
    shown = await seen(made, admin, "ward")
    async with made.write() as tx:
        await staff.revoke(tx, admin.id, "north", Role.ADMINISTRATOR)
        edit = Edit("ward", {"name": "Khác"}, fingerprint(shown.values, ["name"]))
        assert await unit_editing.change(tx, admin.id, edit, NOW) == Declined(Why.NOT_YOURS)


async def test_a_unit_moves_only_to_where_they_look_after_people(
    made: Database, admin: Member
) -> None:
    assert await edited(made, admin, "ward", parent="south") == Declined(Why.FAR_PARENT)
    assert await edited(made, admin, "ward", parent="root") == Declined(Why.FAR_PARENT)
    assert await edited(made, admin, "ward", parent=None) == Declined(Why.FAR_PARENT)
    assert isinstance(await edited(made, admin, "ward", parent="ward-2"), Ready)


async def test_places_that_none_of_their_units_covers_are_too_far(
    made: Database, admin: Member
) -> None:
    done = await edited(made, admin, "ward-2", places=["00004", HANOI, WARD])
    assert done == Declined(Why.FAR_PLACES, named=("00004", HANOI))
    assert isinstance(await edited(made, admin, "ward-2", places=[WARD, HCM]), Ready)
    root, _ = await add(made, "goc", ("root", Role.ADMINISTRATOR))
    assert isinstance(await edited(made, root, "ward-2", places=[HANOI]), Ready)
    # What is there already may stay when something else is changed.
    assert isinstance(await edited(made, admin, "ward-2", places=[HANOI, WARD]), Ready)


@pytest.mark.parametrize(
    ("unit", "wanted", "reason"),
    [
        ("ward", {"name": ""}, Reason.EMPTY_NAME),
        ("ward", {"name": "=1+1"}, Reason.FORMULA),
        ("ward", {"contact": "x" * 400}, Reason.TOO_LONG),
        ("ward", {"parent": "police"}, Reason.UNION_BELOW_POLICE),
        # Else a tip about the ward would have nobody above its own federation.
        ("ward", {"conflicts": ["root"]}, Reason.ROOT_CONFLICT),
        ("ward", {"places": ["99999"]}, Reason.UNKNOWN_PLACE),
        ("ward", {"conflicts": ["nobody"]}, Reason.UNKNOWN_CONFLICT),
        ("ward", {"parent": "ward"}, Reason.LOOP),
    ],
)
async def test_a_unit_that_cannot_stand_is_told_by_its_field(
    made: Database, admin: Member, unit: str, wanted: dict[str, Value], reason: Reason
) -> None:
    done = await edited(made, admin, unit, **wanted)
    assert isinstance(done, Wrong)
    assert reason in {each.reason for each in done.flaws}
    assert next(each for each in done.flaws if each.reason is reason).column in wanted
    async with made.read() as tx:
        assert await unit_history.of_unit(tx, unit) == ((), None)


async def test_two_units_never_hang_below_each_other(made: Database, admin: Member) -> None:
    assert isinstance(await edited(made, admin, "ward-2", parent="ward"), Ready)
    done = await edited(made, admin, "ward", parent="ward-2")
    assert isinstance(done, Wrong)
    assert {each.reason for each in done.flaws} == {Reason.LOOP}


async def test_nor_do_they_when_two_move_them_in_the_same_moment(
    made: Database, admin: Member
) -> None:
    await asyncio.gather(
        edited(made, admin, "ward", parent="ward-2"), edited(made, admin, "ward-2", parent="ward")
    )
    async with made.read() as tx:
        assert await units.tree(tx) is not None
        steps = [await unit_history.of_unit(tx, unit) for unit in ("ward", "ward-2")]
    assert sorted(len(found) for found, _ in steps) == [0, 1]


async def test_of_two_who_change_the_same_the_second_is_asked(
    made: Database, admin: Member
) -> None:
    shown = await seen(made, admin, "ward")
    edit = Edit("ward", {"name": "Hai"}, fingerprint(shown.values, ["name"]))
    assert isinstance(await edited(made, admin, "ward", name="Một"), Ready)
    async with made.write() as tx:
        done = await unit_editing.change(tx, admin.id, edit, NOW)
    assert isinstance(done, Stale)
    assert done.shown.values["name"] == "Một"
    other = Edit("ward", {"hours": "8:00"}, fingerprint(shown.values, ["hours"]))
    async with made.write() as tx:
        assert isinstance(await unit_editing.change(tx, admin.id, other, NOW), Ready)


async def test_a_unit_that_is_needed_stays_of_its_kind(made: Database, admin: Member) -> None:
    assert isinstance(await edited(made, admin, "ward-2", kind="police"), Ready)
    await file_tip(made, "ward")
    assert await edited(made, admin, "ward", kind="police") == Declined(
        Why.USED, frozenset({Use.TIPS})
    )
    await add(made, "cb", ("ward", Role.OFFICER))
    assert await edited(made, admin, "ward", kind="boarding") == Declined(
        Why.USED, frozenset({Use.STAFF})
    )


async def test_nothing_new_is_nothing_written(made: Database, admin: Member) -> None:
    assert await edited(made, admin, "ward", name="Công đoàn phường") == Declined(Why.SAME)
    async with made.read() as tx:
        assert await unit_history.of_unit(tx, "ward") == ((), None)


async def test_what_was_changed_is_put_back_as_a_change(made: Database, admin: Member) -> None:
    await edited(made, admin, "ward", name="Một", places=[HCM], inside_company=True)
    async with made.read() as tx:
        steps, _ = await unit_history.of_unit(tx, "ward")
        edit = await unit_editing.former(tx, admin.id, "ward", steps[0].number)
    assert edit is not None
    async with made.write() as tx:
        assert isinstance(await unit_editing.change(tx, admin.id, edit, NOW), Ready)
    found = await unit_of(made, "ward")
    assert found is not None
    assert (found.name, found.places, found.inside_company) == (
        "Công đoàn phường",
        frozenset({WARD}),
        False,
    )
    async with made.read() as tx:
        steps, _ = await unit_history.of_unit(tx, "ward")
    assert len(steps) == 2


async def test_a_new_unit_has_keys_and_no_desk(made: Database, admin: Member) -> None:
    new = Unit("ward-3", "north", UnitKind.UNION, "Phường 3", frozenset({"25750"}))
    async with made.write() as tx:
        assert isinstance(await unit_editing.add(tx, admin.id, new, NOW, at_once=True), Ready)
    async with made.read() as tx:
        assert await units.public_key(tx, "ward-3") is not None
        assert await units.pair_of(tx, "ward-3") is not None
        assert await units.shows_at_once(tx, "ward-3")
        steps, _ = await unit_history.of_unit(tx, "ward-3")
    assert [each.act for each in steps] == [Act.UNIT_ADDED]
    found = await unit_of(made, "ward-3")
    assert found is not None
    assert not found.has_desk


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (Unit("ward", "north", UnitKind.UNION, "Trùng"), Reason.DUPLICATE_ID),
        (Unit("WARD", "north", UnitKind.UNION, "Gần trùng"), Reason.TWIN_ID),
        (Unit("a b", "north", UnitKind.UNION, "Mã lạ"), Reason.BAD_ID),
        (Unit("new", "police", UnitKind.UNION, "Sai chỗ"), Reason.UNION_BELOW_POLICE),
    ],
)
async def test_a_new_unit_that_cannot_stand_is_not_added(
    made: Database, admin: Member, new: Unit, reason: Reason
) -> None:
    async with made.write() as tx:
        done = await unit_editing.add(tx, admin.id, new, NOW)
    assert isinstance(done, Wrong)
    assert [each.reason for each in done.flaws] == [reason]


async def test_a_new_unit_is_added_only_within_their_reach(made: Database, admin: Member) -> None:
    new = Unit("new", "south", UnitKind.UNION, "Mới")
    far = Unit("new", "north", UnitKind.UNION, "Mới", frozenset({HANOI}))
    async with made.write() as tx:
        assert await unit_editing.add(tx, admin.id, new, NOW) == Declined(Why.FAR_PARENT)
        top = replace(new, parent=None)
        assert await unit_editing.add(tx, admin.id, top, NOW) == Declined(Why.FAR_PARENT)
        declined = Declined(Why.FAR_PLACES, named=(HANOI,))
        assert await unit_editing.add(tx, admin.id, far, NOW) == declined


async def removed(made: Database, admin: Member, unit: str) -> Ready | Refused:
    shown = await seen(made, admin, unit)
    edit = Edit(unit, {}, fingerprint(shown.values, FIELDS))
    async with made.write() as tx:
        return await unit_editing.remove(tx, admin.id, edit, NOW)


async def test_a_unit_is_removed_when_nothing_needs_it(made: Database, admin: Member) -> None:
    assert isinstance(await removed(made, admin, "ward-2"), Ready)
    assert await unit_of(made, "ward-2") is None
    async with made.read() as tx:
        steps, _ = await unit_history.of_unit(tx, "north")
    assert [each.other for each in steps] == [("ward-2", "Công đoàn phường 2")]


async def test_what_a_unit_is_needed_for_is_said(made: Database, admin: Member) -> None:
    root, _ = await add(made, "goc", ("root", Role.ADMINISTRATOR))
    assert await removed(made, root, "root") == Declined(Why.IS_ROOT)
    done = await removed(made, root, "north")
    assert isinstance(done, Declined)
    assert (done.why, len(done.named)) == (Why.HAS_UNITS, 3)
    await add(made, "cb", ("ward", Role.OFFICER))
    assert await removed(made, admin, "ward") == Declined(Why.USED, frozenset({Use.STAFF}))
    assert isinstance(await edited(made, admin, "ward", conflicts=["ward-2"]), Ready)
    assert await removed(made, admin, "ward-2") == Declined(
        Why.IN_CONFLICT, named=("Công đoàn phường",)
    )


async def test_a_change_is_weighed_before_it_is_made(made: Database, admin: Member) -> None:
    await add(made, "cb", ("ward", Role.OFFICER))
    shown = await seen(made, admin, "ward")
    edit = Edit("ward", {"places": []}, fingerprint(shown.values, ["places"]))
    async with made.read() as tx:
        found = await unit_editing.weigh(tx, admin.id, edit, NOW)
    assert isinstance(found, Ready)
    assert found.effects.is_serious
    words = Edit("ward", {"hours": "8"}, fingerprint(shown.values, ["hours"]))
    async with made.read() as tx:
        found = await unit_editing.weigh(tx, admin.id, words, NOW)
    assert isinstance(found, Ready)
    assert not found.effects.is_serious
    assert (await unit_of(made, "ward")) == shown.unit
