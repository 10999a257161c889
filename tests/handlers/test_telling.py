"""What a worker is told of a move: in the house's words, or in those of a unit."""

from datetime import date

import pytest

from handlers import telling
from handlers.entries import shown
from handlers.languages import Language
from handlers.telling import Flaw, Telling
from handlers.tips import Author, Kind, Move
from handlers.turn import Entry
from tests.world import texts

DAY = date(2026, 12, 3)
PASSED = Telling(Move.PASS_ON, "Công đoàn phía bắc", DAY)


def read(told: Telling, language: Language) -> str:
    return texts()[language].say(telling.said(told, language))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("move", telling.MOVES)
def test_every_move_reads_well_without_words_of_a_unit(move: Move, language: Language) -> None:
    words = read(Telling(move, "Công đoàn phía bắc", DAY), language)
    assert "Công đoàn phía bắc" in words
    assert ("03/12/2026" in words) is ("day" in telling.fields_of(move))
    assert "{" not in words


def test_a_units_own_words_stand_in_their_language_only() -> None:
    told = Telling(Move.PASS_ON, "X", DAY, {Language.VI: "Tin đã đến {X}."})
    assert read(told, Language.VI) == "Tin đã đến {X}."
    assert "passed on to X" in read(told, Language.EN)


def test_a_part_comes_back_as_it_was_laid_down() -> None:
    told = Telling(Move.MOVE_UP, 'A "B" {', None, {Language.EN: "Up."})
    assert telling.unpack(telling.pack(told)) == told
    assert telling.unpack(telling.pack(PASSED)) == PASSED


def test_the_worker_reads_it_in_the_language_of_the_talk() -> None:
    entry = Entry(Kind.TOLD, Author.HOUSE, "", DAY, told=PASSED)
    assert "đã được chuyển đến" in texts()[Language.VI].say(shown(entry, Language.VI))
    assert "passed on to" in texts()[Language.EN].say(shown(entry, Language.EN))


@pytest.mark.parametrize(
    ("words", "flaw"),
    [
        ("Tin đã đến {unit}, chậm nhất {day}.", None),
        ("Không có ngoặc nào.", None),
        ("{unit", (Flaw.BRACES, "")),
        ("unit}", (Flaw.BRACES, "")),
        ("{}", (Flaw.BRACES, "")),
        ("{unit!r}", (Flaw.BRACES, "")),
        ("{unit:>99999}", (Flaw.BRACES, "")),
        ("{name}", (Flaw.FIELD, "name")),
        ("{unit.__class__}", (Flaw.FIELD, "unit.__class__")),
        ("{0}", (Flaw.FIELD, "0")),
        ("x" * (telling.MOST_LETTERS + 1), (Flaw.LONG, "")),
    ],
)
def test_words_of_a_unit_hold_only_fields_that_the_house_fills(
    words: str, flaw: tuple[Flaw, str] | None
) -> None:
    assert telling.flaw_in(words, Move.PASS_ON) == flaw
    if flaw is None:
        assert "{" not in telling.filled(words, "{unit}", DAY).replace("{unit}", "")


def test_a_move_without_a_day_has_no_field_for_one() -> None:
    assert telling.flaw_in("Đến {day}.", Move.POLICE_RECEIVED) == (Flaw.FIELD, "day")
