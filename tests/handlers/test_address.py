"""Workers are "bạn" to us, or "anh/chị" where the operator chose it; desks and bulletins stay."""

import re
from collections.abc import Iterator

import pytest

from handlers import handbook
from handlers.address import APPROVED, OF_STAFF, Address, addressed, is_kept
from handlers.languages import Language
from handlers.texts import Texts

YOU = re.compile(r"(?<!\w)bạn(?!\w)", re.IGNORECASE)
BAN = dict(Texts.load(Language.VI).by_key)
ANH_CHI = dict(Texts.load(Language.VI, Address.ANH_CHI).by_key)


def of_handbook(book: handbook.Handbook) -> Iterator[str]:
    yield book.intro
    yield from book.promises
    for article in book.articles:
        yield article.title
        yield from article.lines
    for each in book.checklists:
        yield from (each.title, each.intro, *(point.line for point in each.points))


OF_WORKERS = [
    *((key, BAN[key], ANH_CHI[key]) for key in BAN if not is_kept(key)),
    *(
        ("handbook", old, new)
        for old, new in zip(
            of_handbook(handbook.load(Language.VI)),
            of_handbook(handbook.load(Language.VI, Address.ANH_CHI)),
            strict=True,
        )
    ),
]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Bạn chọn một mục.", "Anh/chị chọn một mục."),
        ("Mã của bạn. Bạn giữ kỹ.", "Mã của anh/chị. Anh/chị giữ kỹ."),
        ("MÃ CỦA BẠN", "MÃ CỦA ANH/CHỊ"),
        ("Bạn bè của bạn", "Bạn bè của anh/chị"),
        ("Bạn cùng phòng nghe thấy.", "Bạn cùng phòng nghe thấy."),
        ("Hỏi một người bạn, hoặc người bạn tin.", "Hỏi một người bạn, hoặc người anh/chị tin."),
        ("một bạn thân", "một bạn thân"),
        ("bạn đọc trên trang web", "anh/chị đọc trên trang web"),
        ("(bạn)", "(anh/chị)"),
        ("bạnh, bạng", "bạnh, bạng"),
        ("Cùng bạn xem lại", "Cùng anh/chị xem lại"),
    ],
)
def test_whoever_reads_is_an_elder_and_a_friend_stays_a_friend(words: str, told: str) -> None:
    assert addressed(words, Address.ANH_CHI) == told
    assert addressed(words, Address.BAN) == words


def test_every_text_for_workers_reads_well_both_ways() -> None:
    changed = 0
    for key, old, new in OF_WORKERS:
        changed += old != new
        back = new.replace("anh/chị", "bạn").replace("Anh/chị", "Bạn").replace("ANH/CHỊ", "BẠN")
        assert back == old, key
        for found in re.finditer(r"(?<![^\s(\[“])anh/chị", new, re.IGNORECASE):
            assert not re.match(r" (?:bè|cùng phòng)", new[found.end() :]), key
        assert not re.search(r"[.?!]\s+anh/chị", new), key
        assert not YOU.search(re.sub(r"bạn bè|một người bạn", "", new, flags=re.IGNORECASE)), key
    assert changed > 200


def test_what_staff_reads_and_what_stands_around_bulletins_is_not_changed() -> None:
    kept = {key for key in BAN if is_kept(key)}
    assert {key.partition(".")[0] for key in kept} >= {"desk", "studio", "mailing"}
    assert [key for key in kept if BAN[key] != ANH_CHI[key]] == []
    assert not OF_STAFF & APPROVED


def test_english_is_the_same_under_every_address() -> None:
    assert Texts.load(Language.EN) == Texts.load(Language.EN, Address.ANH_CHI)
    assert handbook.load(Language.EN) == handbook.load(Language.EN, Address.ANH_CHI)


def test_the_handbook_is_searched_in_the_words_that_were_written() -> None:
    plain, polite = (handbook.load(Language.VI, each) for each in Address)
    for words in ("no luong", "bạn", "nghi viec"):
        assert [each.id for each in polite.search(words)] == [
            each.id for each in plain.search(words)
        ]


def test_a_friend_and_a_yes_are_told_apart() -> None:
    assert addressed("Nếu bạn đồng ý, hỏi bạn đồng nghiệp.", Address.ANH_CHI) == (
        "Nếu anh/chị đồng ý, hỏi bạn đồng nghiệp."
    )
