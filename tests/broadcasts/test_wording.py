"""What people read of a bulletin: all of it, in both languages, and never too long for the app."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from broadcasts.wording import MOST_UNITS, bells_of, buttons, length_of, post_of, text_of, units
from handlers.bell import MOST_UNDER_A_BULLETIN, Change, Listed
from handlers.bulletins import Citation, Content, Wording
from handlers.languages import Language

CONTENT = Content(
    vi=Wording("Tựa", "Thân bài.", "Gọi công đoàn."),
    en=Wording("Title", "Body.", "Call the union."),
    citations=(
        Citation("Bộ luật Lao động 2019", "Điều 97", date(2021, 1, 1)),
        Citation("Nghị định 12/2022"),
    ),
)
letters = st.text(alphabet=st.sampled_from(["a", "ộ", "😀", "\n", "<", "{", "}", "\u0301"]))


def test_it_holds_title_body_action_sources_and_the_way_out() -> None:
    assert text_of(CONTENT, Language.VI, "Công đoàn Ví dụ").split("\n\n") == [
        "Tựa",
        "Thân bài.",
        "Gọi công đoàn.",
        # One paragraph, four lines.
        (
            "Căn cứ: Bộ luật Lao động 2019, Điều 97 (hiệu lực từ 01/01/2021); Nghị định 12/2022\n"
            "Thông tin chung, không thay cho tư vấn. Hỏi Công đoàn Ví dụ.\n"
            "Từ: Công đoàn Ví dụ\n"
            "Bạn nhận tin này vì đã đăng ký nhận bản tin. Gõ NGỪNG NHẬN là thôi."
        ),
    ]
    english = text_of(CONTENT, Language.EN, "Union")
    assert english.startswith("Title\n\nBody.\n\nCall the union.\n\nBased on: ")
    assert "UNSUBSCRIBE" in english.rpartition("\n")[2]


def test_under_every_legal_bulletin_it_says_whom_to_ask_and_under_no_other() -> None:
    for each in (text_of, post_of):
        said = "General information, not legal advice. Ask Example Union.\nFrom: Example Union"
        assert said in each(CONTENT, Language.EN, "Example Union")
        plain = each(replace(CONTENT, legal=False), Language.EN, "Example Union")
        assert "legal advice" not in plain


def test_a_room_reads_the_same_without_what_only_subscribers_need() -> None:
    whole, post = (each(CONTENT, Language.EN, "Union") for each in (text_of, post_of))
    assert whole.startswith(post)
    assert post.endswith("From: Union")


def test_the_buttons_keep_their_names_for_ever() -> None:
    for language in Language:
        names = [each.name for each in buttons(language)]
        assert names == ["bulletin:stop", "bulletin:change", "bulletin:why"]


@given(st.lists(letters, min_size=3, max_size=3), st.integers(0, 800))
def test_nothing_is_longer_than_the_app_takes(parts: list[str], times: int) -> None:
    told = Content(vi=Wording(parts[0][:20], parts[1] * times, parts[2][:20]))
    for each in (text_of, post_of):
        assert units(each(told, Language.VI, "Công đoàn")) <= MOST_UNITS
    if length_of(told, Language.VI, "Công đoàn") > MOST_UNITS:
        assert "…" in text_of(told, Language.VI, "Công đoàn")
        assert text_of(told, Language.VI, "x").endswith("Gõ NGỪNG NHẬN là thôi.")


def test_4096_emoji_lose_their_end_and_not_the_way_out() -> None:
    told = Content(vi=Wording("Tựa", "😀" * 4096, "Gọi công đoàn."))
    text = text_of(told, Language.VI, "Công đoàn")
    assert length_of(told, Language.VI, "Công đoàn") > 8192
    assert units(text) <= MOST_UNITS
    assert "😀…\n\nGọi công đoàn." in text


def test_a_short_list_of_the_bell_stands_above_the_sources_with_its_hour() -> None:
    for each in (text_of, post_of):
        told = each(CONTENT, Language.VI, "Công đoàn Ví dụ", listed(2)).split("\n\n")
        assert told[3].startswith("Số chuông lúc 17 giờ ngày 21/11/2026: 00000 00001\n")
        assert told[4].startswith("Căn cứ: ")
    assert "Bell numbers at 17:00" in text_of(CONTENT, Language.EN, "Union", listed(2))


def test_an_empty_list_and_a_long_one_stand_under_no_bulletin() -> None:
    plain = text_of(CONTENT, Language.VI, "Công đoàn")
    assert bells_of(listed(MOST_UNDER_A_BULLETIN), Language.VI)
    for many in (0, MOST_UNDER_A_BULLETIN + 1):
        assert text_of(CONTENT, Language.VI, "Công đoàn", listed(many)) == plain


def test_nothing_of_a_bulletin_is_cut_for_the_list() -> None:
    long = Content(vi=Wording("Tựa", "a" * 3850, "Gọi công đoàn."))
    plain = text_of(long, Language.VI, "Công đoàn")
    assert len(plain) < MOST_UNITS
    assert text_of(long, Language.VI, "Công đoàn", listed(40)) == plain


def listed(many: int) -> Listed:
    return Listed(Change(date(2026, 11, 21), 17), tuple(f"{each:05}" for each in range(many)))
