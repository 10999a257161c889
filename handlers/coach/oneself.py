"""What somebody says of themselves: a name, a role, where they work and live, when they were alone.

A worker among thousands is nobody; "the leader of line 3" is one.
"""

import re
from collections.abc import Callable, Iterator

from handlers.coach.finding import SELF, Kind, Span, spoken

Parts = tuple[Kind, tuple[Span, ...]]

# Not "anh em", "chúng tôi": who speaks for many is one of many. Not "vợ tôi", "bạn em" either.
_ALONE = "".join(
    rf"(?<!{word}\s)"
    for word in (
        "anh", "chị", "chi", "các", "cac", "tụi", "tui", "bọn", "bon", "chúng", "chung", "của",
        "cua", "vợ", "vo", "chồng", "chong", "mẹ", "me", "bố", "bo", "bạn", "ban", "mấy", "may",
    )
)  # fmt: skip
_I = _ALONE + SELF
_ME = _ALONE + "(?:tôi|em|e|tui|tớ|t|toi)"

_WHERE = "(?:chuyền|tổ|line|xưởng|phân xưởng|bộ phận|kho|máy số|team|cổng|tầng|ca)"
_NUMBERED = (
    rf"{_WHERE} (?:[^\W\d]{{1,8}} )?(?:\d{{1,3}}|[a-h])(?!\s?(?:tháng|năm|ngày|giờ|tiếng|người|h))"
)
_TAIL = rf"(?: {_WHERE} [^\W\d]{{0,8}} ?\w{{1,3}}){{0,2}}"
_ROLE = (
    "(?:tổ trưởng|tổ phó|chuyền trưởng|chuyền phó|trưởng chuyền|trưởng ca|ca trưởng|trưởng phòng"
    "|phó phòng|trưởng nhóm|nhóm trưởng|quản đốc|giám sát|qc|qa|kcs|kỹ thuật|kĩ thuật|bảo trì"
    "|cơ điện|thủ kho|kế toán|bảo vệ|lái xe|tài xế|tạp vụ|lao công|phụ bếp|nấu ăn|đầu bếp|y tế"
    "|y tá|thư ký|phiên dịch|thợ (?:hàn|điện|máy|cắt|may|tiện|sửa|bảo trì)|nhân sự|hành chính"
    "|an toàn viên|vệ sinh viên)"
)
_KIN = (
    "(?:vợ|chồng|con|em|chị|anh|mẹ|bố|ba|má|cháu|bạn gái|bạn trai|người yêu)(?: gái| trai| ruột)?"
    "(?: của)? (?:anh|chị|ông|bà|cô|chú|tổ|quản|sếp|giám)"
)
_NOT_A_PART = (
    "(?:này|đó|kia|cũng|bị|đã|thì|mà|có|nào|mới|khác|em|tôi|mình|trọ|của|và|là|với|không|kế|bên"
    "|trên)"
)
_ROLE_EN = (
    "(?:team leader|line leader|supervisor|shift leader|foreman|qc|qa|mechanic|electrician|driver"
    "|cook|guard|cleaner|accountant|translator|interpreter|nurse|storekeeper|welder|only)"
)
_ROLES = (
    spoken(
        rf"{_I}(?: đang| hiện| cũng| chỉ)? (?:là|làm)(?: một| 1)?(?: nhân viên| công nhân| cn| nv)?"
        rf" {_ROLE}{_TAIL}"
    ),
    spoken(rf"{_I} là (?:công nhân|nhân viên|cn|nv)(?: [^\W\d]{{1,8}})? {_NUMBERED}{_TAIL}"),
    spoken(
        rf"{_I}(?: là)? (?:phụ trách|quản lý|trông coi) (?:[^\W\d]{{1,8}} ){{0,3}}?{_WHERE}{_TAIL}"
    ),
    spoken(rf"{_I} (?:{_ROLE})(?: {_WHERE} \w{{1,3}})? (?:đây|nè|nha|nhé|ạ)"),
    spoken(r"(?:em|cháu|con|tôi) con (?:cô|chú|bác|ông|bà|anh|chị) [^\W\d]{1,8}"),
    spoken(
        rf"{_I}(?: đang)?(?: là| làm| làm việc)? (?:bên|ở|trong|thuộc|tại)"
        rf" (?:bộ phận|phòng|tổ|khâu) (?!{_NOT_A_PART}(?!\w))[^\W\d]{{2,8}}"
    ),
    spoken(rf"{_I}(?: là)?(?: người)?(?: gốc)? (?:quê|sinh năm)(?: ở)? \w{{2,8}}"),
    spoken(rf"{_I} là {_KIN}(?: [^\W\d]{{1,8}}){{0,2}}"),
    spoken(rf"{_I} là (?:[^\W\d]{{1,8}} ){{1,4}}?duy nhất"),
    spoken(
        rf"{_I}(?: đang| hiện)? (?:làm|làm việc|ở|thuộc|đứng|may|trực)(?: (?:ở|tại|trong|bên))?"
        rf"(?: [^\W\d]{{1,8}})? {_NUMBERED}{_TAIL}"
    ),
    spoken(
        rf"i(?: am|'m|m)(?: the| a| an)?(?: [a-z]{{1,12}})?"
        rf" {_ROLE_EN}(?: of [a-z]{{2,8}} \w{{1,3}})?"
    ),
    spoken(rf"as the (?:only )?(?:[a-z]{{1,12}} )?{_ROLE_EN}"),
    spoken(
        r"i(?: am|'m|m) (?:from|on|in|at)(?: the)? (?:line|workshop|team|shift|section) \w{1,3}"
    ),
    spoken(
        r"i work (?:in|on|at)(?: the)? (?:line|workshop|team|shift|section|department|building)"
        r" \w{1,3}(?: as (?:a|an|the) \w{2,12})?"
    ),
)

_NO_NAME = (
    "(?!(?:gì|của|nó|tuổi|thật|ai|và|hay|ra|lên|khác|này|đâu|là|thì|không|trong|được|công|người|lao"
    "|nữ|nhân|thành|đoàn|một|nạn|ở|đang)\\b)"
)
_NAME = rf"{_NO_NAME}(?P<name>[^\W\d]{{2,10}})"
_NAMES = (
    spoken(rf"{_I}(?: cũng)? tên(?: thật)?(?: là)? {_NAME}"),
    spoken(rf"tên(?: thật)?(?: của)? {SELF} (?:là|:) {_NAME}"),
    spoken(r"my name(?:'s| is) (?P<name>[^\W\d]{2,10})"),
)
_NAMES_IF_CAPITAL = (
    spoken(rf"tên {SELF} (?P<name>[^\W\d]{{2,10}})"),
    spoken(rf"{_I} là {_NAME}"),
    spoken(r"(?:ký tên|tên tôi|người (?:viết|báo|gửi)|kí tên)\s?:?\s?(?P<name>[^\W\d]{2,10})"),
    spoken(
        r"(?:i am|i'm|im) (?!(?:vietnamese|chinese|korean|khmer|japanese|from)\b)"
        r"(?P<name>[^\W\d]{2,10})"
    ),
)
_OPENING = spoken(
    r"(?P<name>[^\W\d]{2,10})(?: [^\W\d]{1,10}){1,3},? (?:công nhân|nhân viên|hiện|xin|sinh năm|tổ)"
)
_SURNAMES = frozenset(
    "nguyen|nguyễn|trần|phạm|pham|huỳnh|huynh|hoàng|phan|trương|bùi|đặng|đỗ|ngô|dương|lê|vũ|võ"
    "|lý|hồ|đinh|lâm|mai|trịnh|tran|hoang|le|vo|vu|bui|dang|do".split("|")
)
_MIDDLE = frozenset(
    "văn|van|thị|thi|đức|duc|ngọc|ngoc|hữu|huu|minh|quốc|quoc|thanh|kim|hồng|hong".split("|")
)
_MOST_WORDS = 4
_NEXT_WORD = re.compile(r"\s([^\W\d]{1,10})(?!\w)")

_LONE = (
    spoken(rf"(?:chỉ có|chỉ mỗi|có mỗi|chỉ có mỗi|mỗi mình|chỉ)(?: một| 1)?(?: mình)? {_ME}"),
    spoken(rf"(?:chỉ |có )?(?:một|1) mình {_ME}"),
    spoken(rf"{_ME}(?: [^\W\d]{{1,8}}){{0,5}}? (?:một|1) mình"),
    spoken(r"only (?:me|i)|i was alone|i'm alone"),
)
# Said without a moment this is enough only where nothing else can be meant: "chị em" without
# marks is not "only me", and many raise children alone.
_LONE_FOR_CERTAIN = spoken(
    rf"(?<!không )(?<!khong )(?<!ko )"
    rf"(?:(?:chỉ có|chỉ mỗi|có mỗi|chỉ có mỗi|chỉ)(?: một| 1)? mình {_ME}|chỉ có {_ME}"
    rf"|(?:chỉ|có) mỗi(?: mình)? {_ME})"
)
_CLOCKED = spoken(rf"{_ME}(?: vừa| mới)? (?:quẹt|bấm|chấm) (?:thẻ|công)")
_TIME = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3])\s?(?:h|:|g|giờ|gio)\s?[0-5]\d(?!\d)")
_END = re.compile(r"[\n!?]|\.(?=\s|$)")

_PLACE_NUMBER = (
    r"(?:(?:số|ấp|đường|hẻm|ngõ|khu|khu phố|tầng|dãy|lô|block|căn|phòng|nhà|tổ|thôn|xóm) ){0,2}"
    r"[a-z]?\d[\w/]{0,6}(?! ?(?:người|ng|mét|m2|triệu|tr|k|đồng|năm|tháng|ngày|đứa|bạn|cái|xe))"
)
_PLACE_TAIL = (
    r"(?: (?:dãy|hẻm|ngõ|đường|khu phố|khu|tầng|ấp|tổ|nhà trọ)(?: [^\W\d]{1,6})? [\w/]{1,6}){0,3}"
)
_ADDRESSES = (
    spoken(
        rf"{_I}(?: đang)? (?:ở trọ|ở|trọ|thuê|sống)(?: ở| tại)?"
        rf" (?:phòng|nhà|căn|dãy|ktx|hẻm|ngõ|số)(?: trọ| số)? {_PLACE_NUMBER}{_PLACE_TAIL}"
    ),
    spoken(
        rf"(?:nhà|phòng|phòng trọ|chỗ ở|địa chỉ|địa chỉ nhà)(?: của)? {SELF}(?: ở| là| tại| trọ|:)?"
        rf"(?: số)? {_PLACE_NUMBER}{_PLACE_TAIL}"
    ),
    spoken(r"(?:(?<=, )|(?<=; )|(?<=\n))trọ (?:ở )?phòng (?:số )?\d{1,4}", whole=False),
    spoken(
        r"i (?:live|stay|rent)(?: in| at)? (?:room|house|apartment|number)(?: no\.?| number)?"
        r" \w{1,6}"
    ),
    spoken(r"my (?:room|house|address)(?: number| no\.?)? is (?:\w{1,8} ){0,2}?\d[\w/]{0,6}"),
)


def found(text: str, is_capital: Callable[[int], bool]) -> Iterator[Parts]:
    """Everything of this sort in plain words; `is_capital` tells it of the letter at a place."""
    yield from _moments(text)
    yield from ((Kind.ADDRESS, (hit.span(),)) for each in _ADDRESSES for hit in each.finditer(text))
    yield from ((Kind.SELF, (span,)) for span in _names(text, is_capital))
    yield from ((Kind.SELF, (hit.span(),)) for each in _ROLES for hit in each.finditer(text))
    yield from ((Kind.SELF, (hit.span(),)) for hit in _LONE_FOR_CERTAIN.finditer(text))


def _moments(text: str) -> Iterator[Parts]:
    """A moment to the minute in one sentence with somebody who was alone then."""
    for start, end in _sentences(text):
        times = [hit.span() for hit in _TIME.finditer(text, start, end)]
        alone = [
            hit.span() for each in (*_LONE, _CLOCKED) for hit in each.finditer(text, start, end)
        ]
        if times and alone:
            yield Kind.MOMENT, tuple(sorted({*times, min(alone)}))


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for hit in _END.finditer(text):
        yield start, hit.start()
        start = hit.end()
    yield start, len(text)


def _names(text: str, is_capital: Callable[[int], bool]) -> Iterator[Span]:
    opening = _OPENING.match(text)
    if opening is not None and opening["name"] in _SURNAMES and is_capital(0):
        yield 0, _end_of_name(text, opening, is_capital)
    for pattern in _NAMES:
        for hit in pattern.finditer(text):
            yield hit.start(), _end_of_name(text, hit, is_capital)
    for pattern in _NAMES_IF_CAPITAL:
        for hit in pattern.finditer(text):
            end = _end_of_name(text, hit, is_capital)
            first, *more = text[hit.start("name") : end].split()
            if (is_capital(hit.start("name")) and not _is_shouted(text, hit, is_capital)) or (
                first in _SURNAMES and more and more[0] in _MIDDLE
            ):
                yield hit.start(), end


def _end_of_name(text: str, hit: re.Match[str], is_capital: Callable[[int], bool]) -> int:
    """Where the name ends whose first word was found: the words of it are written large, or follow
    a surname and one of the words that stand in the middle.
    """
    end, words = hit.end("name"), [hit["name"]]
    while len(words) < _MOST_WORDS and (more := _NEXT_WORD.match(text, end)) is not None:
        is_known = words[0] in _SURNAMES and (more[1] in _MIDDLE or words[-1] in _MIDDLE)
        if not (is_capital(more.start(1)) or is_known):
            break
        words.append(more[1])
        end = more.end()
    return end


def _is_shouted(text: str, hit: re.Match[str], is_capital: Callable[[int], bool]) -> bool:
    """Whether everything is written large, so that this tells nothing of a name."""
    before = [at for at in range(hit.start(), hit.start("name")) if text[at].isalpha()]
    return sum(is_capital(at) for at in before) > 1
