"""The scope rule: what is only about protected activity is turned away, a story never is, and words
that speak of it never reach the police.
"""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.worker import scope
from handlers.worker.scope import Verdict
from tests.scope import texts
from tests.scope.judging import judge
from tests.scope.roads import ROADS

OUT, IN, MIXED = map(texts.load, (texts.OUT, texts.IN, texts.MIXED))


def test_the_sets_are_large_enough_and_say_nothing_twice() -> None:
    assert len(OUT) >= 200
    assert len(IN) >= 200
    assert len(MIXED) >= 60
    assert len({*OUT, *IN, *MIXED}) == len(OUT) + len(IN) + len(MIXED)


def test_nothing_outside_passes_as_an_ordinary_tip_and_most_is_turned_away() -> None:
    verdicts = {text: scope.read(text) for text in OUT}
    assert [text for text, found in verdicts.items() if found is Verdict.CLEAR] == []
    # The others are asked about: nobody is turned away on a doubt.
    turned_away = sum(found is Verdict.ONLY for found in verdicts.values())
    assert turned_away >= 0.85 * len(OUT)


def test_a_story_is_never_turned_away_whatever_else_it_speaks_of() -> None:
    assert [text for text in IN if scope.read(text) is Verdict.ONLY] == []
    assert [text for text in MIXED if scope.read(text) is not Verdict.MIXED] == []


@pytest.mark.long
def test_on_no_road_do_such_words_reach_the_police_and_no_plain_tip_loses_them() -> None:
    judged = judge(every_road=False)
    assert judged.holds, judged


@pytest.mark.parametrize("name", ROADS)
def test_each_road_leads_there_for_plain_words(name: str) -> None:
    end = ROADS[name]("Tổ trưởng lấy xe máy của em rồi dọa đánh.")
    assert (end.stored, end.police, end.asked) == (True, True, False)


@pytest.mark.parametrize("name", ROADS)
def test_each_road_keeps_words_that_also_speak_of_it_from_the_police(name: str) -> None:
    end = ROADS[name]("Tổ trưởng đánh em vì em tham gia đình công.")
    assert (end.stored, end.police, end.asked) == (True, False, True)


@pytest.mark.parametrize("name", ROADS)
def test_each_road_ends_for_words_that_speak_of_nothing_else(name: str) -> None:
    end = ROADS[name]("Mai cả xưởng đình công nha mọi người.")
    assert (end.stored, end.police, end.asked) == (False, False, False)


@pytest.mark.parametrize(
    "words",
    [
        "đình công", "ĐÌNH CÔNG", "dinh cong", "đ ì n h c ô n g", "d.i.n.h c.o.n.g",
        "đình\u200bcông", "đ\u200dình cô\u2060ng", "đіnh cоng", "ｄinh ｃong", "đ1nh c0ng",
        "ddinhf coong", "d9inh2 co6ng", "đình-công", "đình_công", "đìnhcông", "𝐝𝐢𝐧𝐡 𝐜𝐨𝐧𝐠",
        "đình\ncông", "di\u0300nh cong", "bieeru tifnh",
    ],
)  # fmt: skip
def test_whatever_is_done_to_its_letters_it_is_understood(words: str) -> None:
    assert scope.read(words) is Verdict.ONLY
    assert scope.read(f"Tổ trưởng đánh em vì {words}.") is Verdict.MIXED


@pytest.mark.parametrize(
    "words",
    [
        "Theo quy định công ty trả lương ngày 10.", "gia dinh cong nhan thieu com",
        "Nó mang theo dao đứng ở bãi xe.", "Ông ấy không có đạo đức, hay sờ mó.",
        "2 lan cong ty tra luong tre", "Họp tổ xong thì bị chửi.", "Hợp đồng hết hạn rồi.",
        "Em kiến nghị sửa máy hỏng mấy lần.", "my supervisor strikes workers with a ruler",
        "Ngộ độc ở bếp ăn tập thể.", "bị té xuống đường", "Lãnh đạo biết máy hỏng mà vẫn cho chạy.",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_taken_as_any_tip(words: str) -> None:
    assert scope.read(words) is Verdict.CLEAR


def test_words_that_give_a_reason_belong_to_what_was_told_before() -> None:
    assert scope.read("Vì em đình công.", after_story=True) is Verdict.MIXED
    assert scope.read("Vì em đình công.") is Verdict.ONLY
    assert scope.read("Công đoàn không bảo vệ ai.", after_story=True) is Verdict.MIXED


def test_what_tells_of_violence_stays_when_the_rest_is_left_out() -> None:
    told = "Tối qua tổ trưởng đánh em. Nó nói tại em đình công, lần sau nó đánh gãy chân."
    assert scope.without(told) == "Tối qua tổ trưởng đánh em. Nó nói, lần sau nó đánh gãy chân."
    assert scope.without("Bị chặn đánh sau buổi biểu tình ở cổng.") == (
        "Bị chặn đánh sau buổi (…) ở cổng."
    )


@given(st.lists(st.sampled_from((*OUT, *IN, *MIXED)), max_size=6))
def test_nothing_protected_is_left_when_it_is_left_out(pieces: list[str]) -> None:
    assert scope.is_silent(scope.without(" ".join(pieces)))
    assert scope.is_silent(scope.without("\n".join(pieces)))


@given(st.text(max_size=300))
def test_any_text_has_a_verdict_and_can_be_shortened(words: str) -> None:
    assert scope.read(words) in Verdict
    assert scope.is_silent(scope.without(words))


def test_a_long_row_of_stops_is_no_work() -> None:
    # With the square of its length this would end after the test's own time-out.
    row = "!" * 400_000
    assert scope.without(f"Đình công bị đánh. {row}x").endswith("!x")


def test_every_other_module_of_the_core_is_kept_away_from_the_word_list() -> None:
    root = Path(__file__).parents[2]
    contracts = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [
        each
        for each in contracts["tool"]["importlinter"]["contracts"]
        if "handlers.worker.scope_words" in each.get("forbidden_modules", ())
    ]
    every = {
        f"handlers.{each.stem}"
        for each in (root / "handlers").iterdir()
        if each.stem != "__init__" and (each.suffix == ".py" or (each / "__init__.py").exists())
    }
    wanted = every - {"handlers.worker"} | {"bot", "broadcasts", "storage"}
    assert set(contract["source_modules"]) == wanted
