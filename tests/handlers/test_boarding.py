"""A boarding-house group stands beside the road of every tip: never a reader, never asked about."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from handlers import passing, routing
from handlers.passing import Bound
from handlers.places import Place
from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Category

WARD = Place("20335", "Phường Bàn Thạch", "48", "Thành phố Đà Nẵng", ("20335",))
UNION = (
    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"})),
    Unit("city", "root", UnitKind.UNION, "Liên đoàn", frozenset({"48"})),
    Unit("ward", "city", UnitKind.UNION, "Công đoàn phường", frozenset({"20335"})),
    Unit("firm", "ward", UnitKind.UNION, "Cơ sở", frozenset({"20335"}), inside_company=True),
    Unit("police", "root", UnitKind.POLICE, "Công an", frozenset({"20335"})),
)
GROUP = Unit("group", "ward", UnitKind.BOARDING, "Tổ tự quản", frozenset({"20335"}))


def grown(parent: str, desks: frozenset[str], *, alarm: bool) -> Tree:
    """The tree with a group that, by some fault, would have a desk and an alarm."""
    every = (*UNION, replace(GROUP, parent=parent))
    return Tree.of(
        replace(each, has_desk=each.id in desks, has_alarm=alarm and each.id in desks)
        for each in every
    )


trees = st.builds(
    grown,
    st.sampled_from([each.id for each in UNION if each.kind is UnitKind.UNION]),
    st.frozensets(st.sampled_from([each.id for each in (*UNION, GROUP)])),
    alarm=st.booleans(),
)
excluded = st.frozensets(st.sampled_from([each.id for each in (*UNION, GROUP)]))


@given(trees, st.sampled_from(Category), excluded, st.booleans())
def test_no_road_leads_to_a_group(
    tree: Tree, category: Category, out: frozenset[str], danger: bool
) -> None:
    for picked in (None, "group"):
        found = routing.reader(tree, category, WARD, excluded=out, picked=picked, danger=danger)
        assert found.id != "group"
    for unit in tree.all:
        assert routing.above(tree, unit.id, excluded=out, danger=danger).id != "group"
        again = routing.second_look(tree, unit.id, category, excluded=out, danger=danger)
        assert again is None or again.id != "group"
    assert all(each.id != "group" for each in routing.insiders(tree, WARD))


@given(trees, st.sampled_from(Category), excluded)
def test_no_tip_is_passed_or_released_to_a_group(
    tree: Tree, category: Category, out: frozenset[str]
) -> None:
    for unit in UNION:
        bound = Bound(unit.id, category, WARD, out, frozenset({"group"}))
        group = tree.get("group")
        assert group is not None
        assert not passing.may_take(tree, bound, group)
        assert not passing.may_be_given(tree, bound, group)
        assert group not in passing.suggested(tree, bound)
        assert group not in passing.police_of_place(tree, bound)


def test_nobody_is_asked_whether_a_group_shall_not_see_it() -> None:
    tree = grown("ward", frozenset({"group"}), alarm=True)
    offered = routing.excludable(tree, WARD)
    assert {unit for each in offered for unit in each.units} == {"firm", "ward", "police"}
    alone = Tree.of((UNION[0], replace(GROUP, parent="root")))
    assert routing.excludable(alone, WARD) == ()
