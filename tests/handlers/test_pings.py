"""What an officer types in their own chat: a code that links, the list, a tip that rang."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.moderators import pings
from handlers.moderators.pings import Rang
from handlers.screens import MOST_CHOICES, say

CODE = "7K2M-AB3D-XY9Z"
MANY = tuple(Rang(f"{at:02x}", f"Tin {at}") for at in range(20))


@pytest.mark.parametrize(
    "typed",
    [
        f"/ketnoi {CODE}",
        f"/KetNoi  {CODE}",
        f"ketnoi {CODE}",
        f"Kết nối {CODE}",
        f"KẾT NỐI {CODE.lower()}".replace(CODE.lower(), CODE),
        f"/kết nối {CODE}",
        f"ket noi\n{CODE}",
    ],
)
def test_a_code_is_typed_in_many_ways(typed: str) -> None:
    assert pings.code_in(typed) == CODE


@pytest.mark.parametrize("typed", ["ketnoi 7k2mab3dxy9z", "Kết nối 7k2m-ab3dxy9z"])
def test_dashes_and_capitals_may_be_left_out(typed: str) -> None:
    found = pings.code_in(typed)
    assert found is not None
    assert found.replace("-", "") == "7k2mab3dxy9z"


def test_after_a_stroke_everything_is_a_code_however_wrong() -> None:
    assert pings.code_in("/ketnoi 7K2M AB3D") == "7K2M AB3D"
    assert pings.code_in("/ketnoi x") == "x"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "kết",
        "/ketnoi",
        "kết nối",
        "Kết nối mạng ở xưởng bị hỏng, không ai sửa.",
        "ket noi cong nhan vien",
        "Kết quả lương tháng này sai",
        "Két nước bị vỡ",
        "Kết thúc tin",
        "ketnoi",
        "ket noi internet",
        f"tôi kết nối {CODE}",
    ],
)
def test_what_a_worker_may_write_is_no_code(typed: str) -> None:
    assert pings.code_in(typed) is None


@pytest.mark.parametrize("typed", ["trực", "TRỰC.", "truc", "bàn trực", "/desk", "Tin mới"])
def test_the_list_is_asked_for_in_few_words(typed: str) -> None:
    assert pings.asks_for_list(typed)
    assert not pings.asks_for_list(f"{typed} của tôi")


@given(st.text(max_size=60))
def test_nothing_typed_makes_it_raise(typed: str) -> None:
    pings.code_in(typed)
    pings.code_in(f"/ketnoi {typed}")
    pings.asks_for_list(typed)


@given(st.lists(st.sampled_from(MANY), max_size=30))
def test_whatever_rings_each_tip_stands_once_and_one_number_is_left_for_the_page(
    rung: list[Rang],
) -> None:
    waiting: tuple[Rang, ...] = ()
    for each in rung:
        waiting = pings.with_one_more(waiting, each)
        assert waiting[-1] == each
        assert len(set(waiting)) == len(waiting)
    shown = pings.screen(waiting, (say("desk.chat.pings"),))
    assert len(shown.choices) <= MOST_CHOICES
    claimed = [pings.claimed(choice.name, waiting) for choice in shown.choices]
    assert claimed == [*waiting, None]
    for each in waiting:
        assert each not in pings.without(waiting, each)


@pytest.mark.parametrize("choice", ["page", "claim", "claim9", "claimx", "", "claim²"])
def test_a_choice_that_is_not_there_claims_nothing(choice: str) -> None:
    assert pings.claimed(choice, MANY[:2]) is None


def test_what_stands_in_a_list_says_which_tips_and_nothing_else() -> None:
    assert pings.listed(()).says == (say("desk.chat.no_pings"),)
    assert pings.listed(MANY[:1]).says == (say("desk.chat.pings"),)
    assert "00" not in repr(MANY[0])
