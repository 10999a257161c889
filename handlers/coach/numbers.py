"""Numbers and addresses that lead to somebody: telephone, papers, plates, accounts."""

import re
from collections.abc import Callable, Iterator

from handlers import receipt
from handlers.coach.finding import SELF, Kind, Span, spoken

Hit = tuple[Kind, Span]

_GAP = r"[ \n.\-()_]{0,3}"
_N = r"[\dol]"
# A zero is often typed as the letter, in one number or two that were taken from a picture.
_MOBILE = rf"(?:\(?\+?84\)?{_GAP}(?:\(?0\)?{_GAP})?|[0o]{_GAP})[35789](?:{_GAP}{_N}){{8}}"
_DESK = rf"(?:\(?\+?84\)?{_GAP}(?:\(?0\)?{_GAP})?|[0o]{_GAP})2(?:{_GAP}{_N}){{8,9}}"
_PHONE = re.compile(rf"(?<!\d)(?<!\d[.,])(?:{_MOBILE}|{_DESK})(?!\d)")
_FEWEST_REAL_DIGITS = 3
_DATE = re.compile(r"0?\d[ .\-]{1,2}\d{1,2}[ .\-]{1,2}(?:19|20)\d\d")

_DIGIT_WORDS = {
    "không": "0", "một": "1", "hai": "2", "ba": "3", "bốn": "4", "tư": "4", "năm": "5", "lăm": "5",
    "sáu": "6", "bảy": "7", "bẩy": "7", "tám": "8", "chín": "9",
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_DIGIT_WORD = "(?:" + "|".join(_DIGIT_WORDS) + ")"
_WRITTEN_OUT = spoken(rf"(?:không|zero|oh|0)(?:[ ,.\-]{{1,3}}(?:{_DIGIT_WORD}|\d)){{8,11}}")

_EMAIL = re.compile(
    r"(?<![\w.+\-])[a-z0-9][\w.+\-]{1,40}\s?(?:@|\(at\)|\[at\]|\sa\sc(?:ò|o)ng\s)\s?"
    r"(?:[a-z0-9\-]{2,30}(?:\.[a-z0-9\-]{2,15}){1,3}|(?:gmail|yahoo|hotmail|outlook|icloud))"
    r"|(?<![\w.+\-])[a-z0-9][\w.+\-]{1,40} at (?:gmail|yahoo|hotmail|outlook|icloud)"
    r"(?:\s?(?:dot|\.)\s?com)?"
)

_BETWEEN = r"[^\d\n.!?;,]{0,25}"
_ID_BARE = re.compile(
    r"(?<!\d)(?<!\d[ .\-])(?:0\d{11}|0\d\d([ .\-])\d{3}\1\d{3}\1\d{3}|0\d\d[ .\-]\d{3}[ .\-]\d{6}"
    r"|0\d\d[ .\-]\d{9})(?!\d)"
)
_ID_CUE = spoken(
    r"(?:cccd|cmnd|cmt|cmtnd|căn cước|căn cước công dân|chứng minh|chứng minh thư|id number|id no"
    rf"|identity (?:card|number)){_BETWEEN}?(?P<it>\d(?:[ .\-]?\d){{8}}(?:[ .\-]?\d){{0,3}})"
)
_PASSPORT = spoken(r"(?:hộ chiếu|passport|hc)[^\d\n]{0,25}?(?<!\w)(?P<it>[a-z]\d{7,8})")

_SERIES = r"(?:1[1-9]|[2-9]\d)[ \-.]?[a-z\u0111][a-z0-9]?"
_PLATE = re.compile(rf"(?<!\w){_SERIES}(?:[ \-.]{{1,2}}\d{{3}}\.\d{{2}}|\-\d{{4,5}})(?!\w)")
_PLATE_CUE = spoken(
    r"(?:biển|biển số|bs|bks|bsx|xe|ô tô|ôtô|sh|wave|plate|plates)[^\d\n.!?;,]{0,20}?"
    rf"(?P<it>{_SERIES}[ \-.]{{0,3}}\d{{3}}[ .]?\d{{2}}|{_SERIES}[ \-.]{{0,3}}\d{{4}})"
)

_INSURANCE = spoken(
    r"(?:bhxh|bảo hiểm|bảo hiểm xã hội|vssid|số sổ|social insurance)"
    rf"{_BETWEEN}?(?P<it>\d(?:[ .\-]?\d){{9}})"
)

_BANKS = (
    "(?:vietcombank|vcb|techcombank|tcb|mbbank|mb bank|bidv|agribank|vietinbank|sacombank|acb|"
    "vpbank|tpbank|hdbank|ngân hàng)"
)
_BANK = spoken(
    r"(?:stk|số tài khoản|số tk|tài khoản|tk|bank account|account|acc|số thẻ atm|thẻ atm"
    rf"|{_BANKS}){_BETWEEN}?(?P<it>\d(?:[ .\-]?\d){{5,18}})"
)
_BEFORE_BANK = spoken(rf"(?P<it>\d{{8,16}}) {_BANKS}")

_STAFF = spoken(
    r"(?:mã (?:số )?(?:nhân viên|nv|công nhân|cn|thẻ)|msnv|mnv|mscn|số thẻ|thẻ số"
    r"|(?:số )?danh bộ|(?:mã|số) (?:chấm công|hồ sơ)"
    r"|thẻ (?:nhân viên|công nhân|nv|cn)(?: số)?|(?:employee|staff|badge) (?:id|no|code|number))"
    r"[^\d\n.!?;,]{0,20}?(?<!\w)(?P<it>[a-z]{0,4}[\-.]?\d{2,8})"
)

_APP = "(?:zalo|zl|fb|facebook|face|telegram|tele|tiktok|messenger|instagram)"
_NAME = r"(?P<it>[^\W\d]{2,12}(?: [^\W\d]{1,12}){0,2})"
_LINK = re.compile(
    r"(?<![\w.])(?:https?://)?(?:www\.|m\.)?"
    r"(?:facebook\.com|fb\.com|fb\.me|m\.me|zalo\.me|t\.me|telegram\.me|tiktok\.com|instagram\.com)"
    r"/[^\s,;]{2,80}"
)
_HANDLE = re.compile(r"(?<![\w.@])@[a-z0-9_.]{4,32}")
_ACCOUNTS = (
    spoken(rf"(?:nick|nickname) (?:{_APP} )?(?:tên |là )?{_NAME}"),
    spoken(rf"{_APP}(?: của)?(?: {SELF})?(?: nó)? tên(?: là)? {_NAME}"),
    spoken(rf"{_APP}(?: của)? {SELF} (?:là|:) {_NAME}"),
    spoken(rf"my {_APP} is {_NAME}"),
)

_CAPITAL_ACCOUNT = spoken(
    rf"{_APP} (?!(?:công|nhóm|và|là|của|cty|hay|hoặc|để|rồi|nhưng|có|không|{_APP})(?!\w)){_NAME}"
)

_MONEY = spoken(
    r"[\d.,]*\s?(?:đ|đồng|vnd|vnđ|k|ng|ngàn|nghìn|tr|triệu|củ|tỷ|tỉ|usd|dong)(?!\w)", whole=False
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_ROUND = re.compile(r"[1-9]\d{0,6}0{3}")
_CODE = re.compile(r"(?<!\w)\w{4}(?:[ \-]?\w{4}){3}(?!\w)")
_NO_PERSONS = re.compile(r"(?:1[89]00)")


def found(text: str, is_capital: Callable[[int], bool]) -> Iterator[Hit]:
    """Everything of this sort in plain words, what is surest first; parts may overlap."""
    codes = [hit.span() for hit in _CODE.finditer(text) if receipt.read(hit.group())]
    for kind, span in _every(text, is_capital):
        if not any(start < span[1] and span[0] < end for start, end in codes):
            yield kind, span


def _every(text: str, is_capital: Callable[[int], bool]) -> Iterator[Hit]:
    for pattern in (_EMAIL, _LINK, _HANDLE):
        kind = Kind.EMAIL if pattern is _EMAIL else Kind.ACCOUNT
        yield from ((kind, hit.span()) for hit in pattern.finditer(text))
    yield from _phones(text)
    for kind, pattern in (
        (Kind.ID, _ID_CUE),
        (Kind.ID, _PASSPORT),
        (Kind.PLATE, _PLATE),
        (Kind.PLATE, _PLATE_CUE),
        (Kind.INSURANCE, _INSURANCE),
        (Kind.STAFF, _STAFF),
        (Kind.BANK, _BANK),
        (Kind.BANK, _BEFORE_BANK),
    ):
        yield from ((kind, span) for span in _numbers(pattern, text))
    yield from ((Kind.ID, hit.span()) for hit in _ID_BARE.finditer(text))
    for pattern in _ACCOUNTS:
        yield from ((Kind.ACCOUNT, hit.span("it")) for hit in pattern.finditer(text))
    for hit in _CAPITAL_ACCOUNT.finditer(text):
        if is_capital(hit.start("it")) and not is_capital(hit.start("it") + 1):
            yield Kind.ACCOUNT, hit.span("it")


def _phones(text: str) -> Iterator[Hit]:
    for hit in _PHONE.finditer(text):
        digits = sum(letter.isdigit() for letter in hit.group())
        touches = hit.group()[0] == "o" and text[: hit.start()][-1:].isalpha()
        if digits >= _FEWEST_REAL_DIGITS and not touches and not _is_no_phone(text, hit):
            yield Kind.PHONE, hit.span()
    yield from ((Kind.PHONE, hit.span()) for hit in _WRITTEN_OUT.finditer(text))


def _is_no_phone(text: str, hit: re.Match[str]) -> bool:
    if _DATE.match(hit.group()) or (_MONEY.match(text, hit.end()) and hit.group()[0] not in "0o"):
        return True
    return hit.group().startswith("84") and bool(_THOUSANDS.fullmatch(hit.group()))


def _numbers(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    """What a pattern with a cue finds, but sums of money."""
    for hit in pattern.finditer(text):
        number = hit["it"] if "it" in pattern.groupindex else hit.group()
        span = hit.span("it") if "it" in pattern.groupindex else hit.span()
        is_money = _MONEY.match(text, span[1]) or _THOUSANDS.fullmatch(number)
        if not (is_money or _ROUND.fullmatch(number) or _NO_PERSONS.match(number)):
            yield span
