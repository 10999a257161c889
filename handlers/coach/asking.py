"""What an officer writes that may lead to the worker: asking who they are, or knowing it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from handlers.coach.finding import Span, spoken


class Doubt(StrEnum):
    """Why an officer's words are better read again before they are sent."""

    NAME = "name"
    CONTACT = "contact"
    PAPERS = "papers"
    LINE = "line"
    MEETING = "meeting"
    CALL = "call"
    NUMBER = "number"
    CALLED = "called"


@dataclass(frozen=True, slots=True)
class Remark:
    """A doubt, and the first place in the words as they are that gives rise to it."""

    doubt: Doubt
    span: Span

    def told(self, words: str) -> str:
        """The part of `words` that is meant."""
        return words[self.span[0] : self.span[1]]


_YOU = (
    "(?!ban (?:giám đốc|quản lý|lãnh đạo|chấp hành|thanh tra|chỉ huy|tổ chức|an toàn))"
    "(?:bạn|em|anh chị|anh/chị|anh|chị|cô|chú|mình)"
)
_TELL = (
    "(?:cho(?! vay)|xin|gửi|để lại|nhắn|cung cấp|nêu|ghi|viết|nói|điền|chụp|đọc|báo|khai"
    "|cần|muốn có)"
    r"(?: (?!người|kẻ|chủ|công)[^\W\d]{1,8}){0,4}?"
)
# Whose it is that is asked for: of whoever endangers the worker everything may be asked.
_THEIRS = (
    r"(?! ?(?:của |các )?(?:những )?(?:công ty|cty|người|kẻ|chủ|quản|tổ|xưởng|nhóm|đơn vị|sếp|hãng"
    r"|app|ứng dụng|loại|máy|thuốc|hàng|họ|nó|bọn|đòi|giám|nhà thầu|đối tượng|bên)\b)"
)
_TELL_EN = (
    "(?:tell|give|send|share|write|provide|leave|have|need|what is|what's|what are|know|show)"
    "(?: [a-z]{1,8}){0,4}?"
)
_WHICH = "(?:nào|mấy|gì|số mấy|bao nhiêu)"
_UNIT = "(?:chuyền|tổ|ca|bộ phận|xưởng|phân xưởng|phòng ban|phòng|line|kho|máy số)"
_UNIT_EN = "(?:line|shift|team|section|department|workshop|building)"
_CONTACT = (
    "(?:số điện thoại|điện thoại|sđt|sdt|số liên lạc|số liên hệ|số zalo|zalo|facebook|fb|số máy"
    "|số đt|đt|email|e-mail)"
)
_PAPERS = (
    "(?:cccd|căn cước|cmnd|chứng minh thư|chứng minh nhân dân|mã nhân viên|mã số nhân viên|mã nv"
    "|msnv|thẻ nhân viên|số thẻ|ngày sinh|hộ chiếu)"
)

_PATTERNS = (
    (
        Doubt.NAME,
        (
            spoken(
                rf"{_TELL} (?:quý danh|họ và tên|họ tên|tên tuổi|danh tính|thông tin cá nhân|tên)"
                rf"{_THEIRS}"
            ),
            spoken(rf"{_YOU}(?: là)? (?:nam hay nữ|(?:bao nhiêu|mấy) tuổi|sinh năm|quê)"),
            spoken(rf"{_YOU} tên(?: là)? (?:gì|chi)"),
            spoken(rf"tên(?: thật)?(?: của)? {_YOU}"),
            spoken(rf"{_YOU} là ai|quý danh"),
            spoken(rf"{_TELL_EN} your (?:full |real |own )?names?|who are you"),
        ),
    ),
    (
        Doubt.CONTACT,
        (
            spoken(rf"{_TELL} {_CONTACT}{_THEIRS}"),
            spoken(rf"{_CONTACT}(?: của)? {_YOU}"),
            spoken(rf"kết bạn|liên lạc với {_YOU}"),
            spoken(r"(?:number|contact)(?: [a-z]{1,6}){0,3} reach you|reach you (?:at|on|by)"),
            spoken(rf"{_YOU} có (?:số )?(?:zalo|điện thoại|sđt|facebook)"),
            spoken(r"số điện thoại (?:là )?(?:bao nhiêu|gì|số mấy)"),
            spoken(
                r"your (?:phone|mobile|telephone|contact|zalo|facebook|e-?mail)"
                r"(?: number| account)?"
            ),
        ),
    ),
    (
        Doubt.PAPERS,
        (
            spoken(rf"{_TELL} (?:số |ảnh |hình )?{_PAPERS}{_THEIRS}"),
            spoken(rf"{_PAPERS}(?: của)? {_YOU}"),
            spoken(rf"{_PAPERS} (?:là )?{_WHICH}"),
            spoken(r"your (?:id|identity|employee|staff|badge|passport|birth)(?: [a-z]{2,8})?"),
        ),
    ),
    (
        Doubt.LINE,
        (
            spoken(
                rf"{_YOU}(?: [^\W\d]{{1,8}}){{0,2}}? (?:làm|ở|thuộc|đứng|trong)"
                rf"(?: [^\W\d]{{1,8}}){{0,3}}? {_UNIT}(?: [^\W\d]{{1,8}})? {_WHICH}"
            ),
            spoken(
                rf"(?:vị trí|chức vụ|công việc|nghề)(?: làm việc)?(?: của)? {_YOU}"
                rf"|{_YOU}(?: [^\W\d]{{1,8}})? làm (?:công việc|việc|vị trí|nghề) {_WHICH}"
            ),
            spoken(
                rf"(?:which|what) {_UNIT_EN}(?: [a-z]{{1,8}}){{0,3}} you"
                rf"|your (?:{_UNIT_EN}|position|job)"
            ),
        ),
    ),
    (
        Doubt.MEETING,
        (
            spoken(rf"gặp (?:trực tiếp|mặt|nhau|riêng|tôi|chúng tôi|{_YOU}|cán bộ)"),
            spoken(r"(?:nói chuyện|trao đổi|làm việc) trực tiếp|in person"),
            spoken(
                rf"{_YOU}(?: [^\W\d]{{1,8}})? (?:đến|tới|ghé|lên|ra|qua)"
                r" (?:trụ sở|văn phòng|công đoàn|cổng|quán|cơ quan|đơn vị)"
            ),
            spoken(r"hẹn (?:giờ|lịch|ngày|lúc)"),
            spoken(
                rf"hẹn (?:gặp )?{_YOU}|mời {_YOU}(?: [^\W\d]{{1,8}}){{0,2}}? (?:đến|tới|lên|ra|ghé)"
                r" (?:trụ sở|văn phòng|công đoàn|cổng|quán|phòng|cơ quan|đơn vị|gặp)"
            ),
            spoken(rf"{_YOU}(?: đang)? ở đâu"),
            spoken(
                r"(?:meet|see) (?:me|us|you|each other|tomorrow|today|at|in person)"
                r"|come(?: over)? to (?:our|my|the) (?:office|union)|where are you"
            ),
        ),
    ),
    (
        Doubt.CALL,
        (
            spoken(
                r"gọi (?:lại|(?:điện )?(?:lại )?cho"
                r" (?:tôi|chúng tôi|mình|anh|chị|công đoàn|cán bộ))"
            ),
            spoken(
                r"nháy máy|liên hệ (?:lại|(?:trực tiếp )?(?:với )?(?:tôi|chúng tôi))"
                r"|alo (?:cho|lại)"
            ),
            spoken(
                rf"{_YOU} gọi (?:anh|chị|tôi|mình|chúng tôi|cô|chú)"
                r"|gọi (?:điện )?(?:đến|về|tới|vào|qua|theo)"
                r" (?:đường dây|số|tổng đài|văn phòng|công đoàn|hotline)"
            ),
            spoken(r"(?:call|ring|phone|contact) (?:me|us)"),
        ),
    ),
)
# "Nhớ che tên", "bạn không cần nói tên": the opposite of asking. Fear is talked out of otherwise.
_NOT = spoken(
    "không (?:cần|phải|nên|ai|hỏi|bao giờ|được|muốn)|đừng|khỏi|che|giấu|xóa"
    "|do not|don't|no need|need not|never|nobody|not have to|not need"
)
_NOT_AFTER = spoken(
    "được giữ kín|giữ kín|không (?:được|ai|bao giờ|lưu|ghi|cần|bị)|never|not|nobody|kept secret"
)
_COMFORT = spoken("đừng (?:lo|sợ|ngại)(?: lắng)?|không (?:phải|cần) lo|don't worry|do not worry")
_END = re.compile(r"[.!?\n;:]")

_GREETING = spoken(
    r"(?:chào|gửi|kính gửi|thân gửi|thưa|dear|hi|hello)(?: các)?"
    r" (?:bạn|anh|chị|em|cô|chú|ms|mr|mrs|miss)\.? (?P<name>[^\W\d]{2,10})"
)
_CALLED = spoken(r"(?:bạn|anh|chị|em|cô|chú) (?P<name>[^\W\d]{2,10}) ơi")
_NAMED = spoken(r"(?P<name>[^\W\d]{2,10}) ơi")
_AFTER_A_NAME = spoken(r" ?(?:nhé|nhe|nha|ơi|oi|à)|,", whole=False)
_NO_NAMES = frozenset(
    "đã da em anh chị chi ấy ay nhé nhe nha ạ kết ket đơn don chúng chung công cong tin tôi toi"
    " chị chi bạn ban em cô co chú chu hãy hay và va có co".split()
)


def found(text: str, is_capital: Callable[[int], bool]) -> Iterator[tuple[Doubt, Span]]:
    """All doubts about plain words but those that numbers give rise to."""
    for doubt, patterns in _PATTERNS:
        for pattern in patterns:
            hits = pattern.finditer(text)
            yield from ((doubt, hit.span()) for hit in hits if not _is_denied(text, *hit.span()))
    for hit in _NAMED.finditer(text):
        if hit["name"] not in _NO_NAMES and is_capital(hit.start("name")):
            yield Doubt.CALLED, hit.span()
    for pattern in (_GREETING, _CALLED):
        for hit in pattern.finditer(text):
            at, is_spoken_to = hit.start("name"), _AFTER_A_NAME.match(text, hit.end())
            if hit["name"] not in _NO_NAMES and (is_capital(at) or is_spoken_to):
                yield Doubt.CALLED, hit.span()


def _is_denied(text: str, start: int, end: int) -> bool:
    """Whether its sentence says that it is not asked for."""
    ends = [hit.end() for hit in _END.finditer(text, 0, start)]
    before = text[ends[-1] if ends else 0 : end]
    after = _END.search(text, end)
    rest = text[end : after.start() if after else len(text)]
    is_question = after is not None and after.group() == "?"
    return _NOT.search(_COMFORT.sub("", before)) is not None or (
        not is_question and _NOT_AFTER.search(rest) is not None
    )
