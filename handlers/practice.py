"""A note of good practice: what changed for safety, told to everybody, without names or a tip."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from handlers import coach, receipt
from handlers.folding import composed
from handlers.languages import Language

MOST_WORDS = 90
"""Of a note in one language: read in under a minute."""
MOST_LETTERS = 900
HOLD_DAYS = 30
"""So long a note waits at least before it is shown: one that came right after a tip would tell
whom it is about that somebody wrote.
"""


class Stage(StrEnum):
    """Where a note stands. One that was published is shown from its month on."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    TAKEN_BACK = "taken_back"


class Flaw(StrEnum):
    """Why words cannot be a note. SOURCE: they speak of a tip, or of who wrote one. DAY: they tell
    when it was.
    """

    EMPTY = "empty"
    LONG = "long"
    NUMBER = "number"
    CODE = "code"
    LINK = "link"
    SOURCE = "source"
    DAY = "day"


Words = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in which language, and the words that are meant."""

    flaw: Flaw
    language: Language
    words: str = field(default="", repr=False)


def fault_in(words: Words) -> Fault | None:
    """The first thing that is wrong with a note's cleaned words."""
    for language in Language:
        found = _flaw(words.get(language, ""))
        if found is not None:
            return Fault(found[0], language, found[1])
    return None


def named_in(words: Words) -> tuple[str, ...]:
    """What reads like the name of a person or of a company, each once, in the order of the words:
    its writer is asked about them.
    """
    found = (name for language in Language for name in _names(words.get(language, "")))
    return tuple(dict.fromkeys(found))


def shown_from(published: date) -> date:
    """The day from which a note is shown that was published on that day: the first of a month."""
    day = published + timedelta(days=HOLD_DAYS)
    if day.day == 1:
        return day
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _flaw(words: str) -> tuple[Flaw, str] | None:
    if not words:
        return Flaw.EMPTY, ""
    if len(words) > MOST_LETTERS or len(words.split()) > MOST_WORDS:
        return Flaw.LONG, ""
    if receipt.read(words) or receipt.looks_like_code(words):
        return Flaw.CODE, ""
    if link := _LINK.search(words):
        return Flaw.LINK, link.group()
    if numbers := coach.look(words):
        return Flaw.NUMBER, numbers[0].told(words)
    bare = ((Flaw.SOURCE, _BARE_SOURCE),) if words.isascii() else ()
    for flaw, pattern in ((Flaw.SOURCE, _SOURCE), *bare, (Flaw.DAY, _DAY)):
        if found := pattern.search(composed(words)):
            return flaw, found.group()
    return None


def _names(words: str) -> Iterator[str]:
    found = [each for pattern in _NAMES for each in pattern.finditer(composed(words))]
    end = 0
    for each in sorted(found, key=lambda one: (one.start(), -one.end())):
        if each.start() >= end and each.group().casefold() not in _NOBODY:
            yield each.group()
        end = max(end, each.end())


_LINK = re.compile(r"https?://\S+|www\.\S+|\b[\w-]+\.(?:vn|com|net|org|me|info)\b", re.IGNORECASE)
_SOURCE = re.compile(
    r"\b(?:tin báo|báo tin|người báo|người gửi tin|có người (?:báo|tố|phản ánh|kể|nói)|tố giác"
    r"|tố cáo|phản ánh|khiếu nại|nặc danh|ẩn danh|biên nhận|nhờ tin|theo tin|lên tiếng|nói ra"
    r"|tips?|tipped|reports?|reported|complain(?:t|ts|ed)|whistle\w*|anonymous\w*"
    r"|told us|spoke up|receipt codes?)\b",
    re.IGNORECASE,
)
# For words without any marks: among others, "phan anh" may be "phần ảnh".
_BARE_SOURCE = re.compile(
    r"\b(?:tin bao|bao tin|nguoi bao|nguoi gui tin|co nguoi (?:bao|to|phan anh|ke|noi)|to giac"
    r"|to cao|phan anh|khieu nai|nac danh|an danh|bien nhan|nho tin|theo tin|len tieng|noi ra)\b",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?<![\d/])\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?(?![\d/])|\bngày \d+|\bhôm (?:qua|nay|kia|trước)"
    r"|\b(?:tuần|tháng) (?:trước|này|rồi|\d+)\b|\b(?:yesterday|today|last (?:week|month|night))\b",
    re.IGNORECASE,
)

_UPPER = r"[A-ZÀ-ÖØ-ÝĂĐĨŨƠƯẠ-Ỹ]"
_WORD = rf"(?:(?=[^\W\d_]){_UPPER}\w*)"
_RUN = rf"{_WORD}(?: {_WORD}){{1,3}}"
_TITLE = (
    "(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Ee]m|[Qq]uản đốc|[Tt]ổ trưởng|[Tt]rưởng ca"
    "|[Cc]huyền trưởng|[Gg]iám đốc|[Qq]uản lý|Mr|Mrs|Ms|Miss)"
)
_COMPANY = (
    "(?:[Cc]ông ty|[Cc]ty|[Nn]hà máy|[Xx]í nghiệp|[Xx]ưởng|[Dd]oanh nghiệp|[Tt]ập đoàn|[Kk]hu trọ"
    "|[Nn]hà trọ|[Cc]ompany|[Ff]actory|[Pp]lant)"
)
_SURNAME = (
    "(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Đoàn|Trương|Lâm"
    "|Mai|Cao|Tạ|Hà|Lương|Thạch|Sơn|Kim|Danh|Nguyen|Tran|Pham|Huynh|Phan|Dang|Bui|Truong)"
)
_NAMES = (
    re.compile(rf"\b{_TITLE}\.? {_WORD}(?: {_WORD})*"),
    re.compile(rf"\b{_COMPANY}(?: (?:TNHH|CP|MTV|cổ phần|may|dệt|giày|gỗ))* {_WORD}(?: {_WORD})*"),
    re.compile(rf"(?<![\w.]){_SURNAME} {_WORD}(?: {_WORD}){{0,2}}"),
    re.compile(rf"(?<=[\w,;:] ){_RUN}"),
    re.compile(r"\b\w[\w&]* (?:TNHH|JSC|Ltd|Corp|Inc)\b"),
)
_NOBODY = frozenset({"việt nam", "viet nam", "vietnam", "hồ chí minh", "bộ luật", "công đoàn"})
