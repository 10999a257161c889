"""The drawn life of a tip is the table of moves."""

from handlers.tips import LIFE, Move, Status, Who
from tests import life_map


def test_the_page_is_fresh() -> None:
    written = life_map.PAGE.read_text(encoding="utf-8")
    assert written == life_map.draw(), "draw it again: python -m tests.life_map"


def test_every_move_and_everybody_who_may_make_one_is_explained() -> None:
    assert set(life_map.MEANS) == set(Move)
    assert set(life_map.WHO) == set(Who)


def test_every_way_of_the_table_stands_in_the_drawing() -> None:
    drawn = life_map.draw()
    for move, rule in LIFE.items():
        name = move.value.replace("_", " ")
        for before, afters in rule.ways.items():
            for after in set(afters) - {before}:
                [arrow] = [
                    line
                    for line in drawn.splitlines()
                    if line.strip().startswith(f"{before} --> {after} :")
                ]
                assert name in arrow
    assert f"[*] --> {Status.RECEIVED}" in drawn
