"""Routing over a tree as large as the country, and over small ones of every shape: whoever has a
desk and an alarm today, the reader is one that may read, and the one that the plain rules choose.
"""

import random
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.places import Place
from handlers.routing import (
    Tree,
    Unit,
    UnitKind,
    above,
    barred,
    excludable,
    insiders,
    is_barred,
    reader,
    second_look,
)
from handlers.tips import Category
from handlers.tree import Today
from storage.atlas import of_the_program
from tests import national
from tests.handlers.test_routing import PLACES, trees
from tests.plain_routing import Plain

CATEGORIES = list(Category)


@cache
def bare() -> Tree:
    return Tree.of(national.units())


@cache
def places() -> tuple[Place, ...]:
    """Communes, provinces, and former provinces and districts, which cover many communes."""
    finder = of_the_program()
    former = ("bình dương", "quận 9", "thủ đức", "huyện quế võ", "bà rịa vũng tàu", "hậu giang")
    many = [place for typed in former for place in finder.find(typed)]
    assert any(len(place.codes) > 20 for place in many)
    return (*finder.of_today.values(), *many)


def staffed(seed: int, share: float) -> Tree:
    """The country with some desks, and alarms at some of them; the root has what it has."""
    dice = random.Random(seed)
    return bare().with_today(
        {
            unit.id: Today(has_desk=dice.random() < share, has_alarm=dice.random() < share)
            for unit in bare().all
            if dice.random() < 0.2
        }
    )


def shut_out(data: st.DataObject, tree: Tree, place: Place) -> frozenset[str]:
    """Whom somebody who sends a tip may shut out: what is offered there; or simply anybody."""
    offered, answers_as_offered = excludable(tree, place), data.draw(st.booleans())
    if offered and answers_as_offered:
        answers = data.draw(st.lists(st.sampled_from(offered), max_size=3))
        return frozenset(unit for answer in answers for unit in answer.units)
    near = [unit.id for unit in (*tree.covering(place), *tree.named(place))]
    anybody = [tree.root.id, *(unit.id for unit in random.Random(len(near)).sample(tree.all, 5))]
    return frozenset(data.draw(st.lists(st.sampled_from([*near, *anybody]), max_size=3)))


def may_read(tree: Tree, unit: Unit, category: Category, *, danger: bool) -> bool:
    fits = unit.kind is UnitKind.UNION and unit.has_desk and unit.accepts(category)
    return fits and (unit.has_alarm or not danger)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_in_the_whole_country_a_tip_always_has_a_reader_and_only_one_that_may_read(
    data: st.DataObject,
) -> None:
    tree = staffed(data.draw(st.integers(0, 20)), data.draw(st.sampled_from([0.0, 0.3, 1.0])))
    for _ in range(5):
        place = data.draw(st.sampled_from(places()))
        category, danger = data.draw(st.sampled_from(CATEGORIES)), data.draw(st.booleans())
        excluded = shut_out(data, tree, place)
        companies = [unit.id for unit in tree.covering(place) if tree.is_inside(unit)]
        picked = data.draw(st.sampled_from([None, *companies]))
        found = reader(tree, category, place, excluded=excluded, picked=picked, danger=danger)

        assert found.kind is UnitKind.UNION
        assert found.id == picked or not tree.is_inside(found)
        if found is tree.root:
            continue
        assert may_read(tree, found, category, danger=danger)
        out = barred(tree, excluded)
        assert found.id not in out
        assert not out.intersection(each.id for each in tree.ancestors(found.id)) - {tree.root.id}
        assert not any(each in found.conflicts for each in excluded)
        assert found in tree.covering(place)
        deeper = (
            each
            for each in tree.covering(place)
            if tree.depth(each) > tree.depth(found) and not tree.is_inside(each)
        )
        assert found.id == picked or not [
            each
            for each in deeper
            if may_read(tree, each, category, danger=danger) and each.id not in out
        ]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_in_the_whole_country_the_short_way_finds_what_the_plain_rules_choose(
    data: st.DataObject,
) -> None:
    tree = staffed(data.draw(st.integers(0, 5)), 0.7)
    same_as_plain(data, tree, data.draw(st.sampled_from(places())))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_the_tree_the_short_way_finds_what_the_plain_rules_choose(
    data: st.DataObject,
) -> None:
    tree = data.draw(trees())
    same_as_plain(data, tree, data.draw(st.sampled_from(PLACES)))


def same_as_plain(data: st.DataObject, tree: Tree, place: Place | None) -> None:
    plain = Plain(tree.all)
    near = [unit.id for unit in tree.covering(place)] if place is not None else []
    ids = [*near, "gone", *(unit.id for unit in tree.all[:13])]
    excluded = data.draw(st.frozensets(st.sampled_from(ids), max_size=3))
    category, danger = data.draw(st.sampled_from(CATEGORIES)), data.draw(st.booleans())
    picked = data.draw(st.sampled_from([None, *ids]))
    here = data.draw(st.sampled_from(ids))

    out = plain.barred(excluded)
    assert barred(tree, excluded) == out
    assert {unit.id for unit in tree.all if is_barred(tree, unit, excluded)} == out - {"gone"}
    assert reader(
        tree, category, place, excluded=excluded, picked=picked, danger=danger
    ) == plain.reader(category, place, excluded=excluded, picked=picked, danger=danger)
    assert above(tree, here, excluded=excluded, danger=danger) == plain.above(
        here, excluded=excluded, danger=danger
    )
    assert second_look(tree, here, category, excluded=excluded, danger=danger) == plain.second_look(
        here, category, excluded=excluded, danger=danger
    )
    if place is not None:
        assert set(map(_id, tree.covering(place))) == {
            unit.id for unit in tree.all if plain.covers(unit, place)
        }
        assert all(tree.is_inside(unit) == plain.is_inside(unit) for unit in tree.covering(place))
    below = {unit.id for unit in tree.all if here in map(_id, plain.chain(unit))}
    assert set(tree.below(here)) == below
    assert tree.below(here)[:1] == ((here,) if here in plain.by_id else ())


def test_everybody_in_the_country_who_may_be_picked_is_of_a_company_of_that_commune() -> None:
    tree = staffed(1, 1.0)
    picked = 0
    for place in places():
        for unit in insiders(tree, place):
            assert unit.inside_company
            assert set(place.codes or (place.code,)) <= unit.places
            picked += 1
    assert picked > 1_000


def test_no_boarding_house_and_no_police_reads_in_the_whole_country_whatever_is_there() -> None:
    never = bare().with_today({unit.id: Today(True, True) for unit in bare().all})
    for place in places():
        found = reader(never, Category.LOANS, place)
        assert found.kind is UnitKind.UNION
        assert not never.is_inside(found)


def _id(unit: Unit) -> str:
    return unit.id
