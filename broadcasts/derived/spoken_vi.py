"""Vietnamese as it is read aloud: numbers, dates, hours, money, law and short forms in words."""

import re
from collections.abc import Mapping

from broadcasts.derived import cardinals
from broadcasts.derived.cardinals import VI_DIGITS, vi
from broadcasts.derived.rules import (
    CLOCK,
    DOCUMENT,
    EMERGENCY,
    ITEM,
    PHONE,
    Rule,
    decimals,
    is_day,
    pieces,
    roman,
    rule,
)

_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d.]*\.\d)|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?"
_LAW = r"(?:nghị định|nghị quyết|thông tư|quyết định|bộ luật|luật|chỉ thị)(?: số)?"
_UNITS = (
    r"(?:đồng|nghìn|ngàn|triệu|tỷ|phần trăm|người|công nhân|ngày|tháng|năm|tuổi|giờ|phút|giây|tuần"
    r"|lần|vụ|trường hợp|công ty|doanh nghiệp|xã|phường|mét|cân|ki-lô|lít|trang|buổi|điểm|%|đ\b|₫)"
)
_SHORT: Mapping[str, str] = {
    "BHXH": "bảo hiểm xã hội",
    "BHYT": "bảo hiểm y tế",
    "BHTN": "bảo hiểm thất nghiệp",
    "KCN": "khu công nghiệp",
    "KCX": "khu chế xuất",
    "KCNC": "khu công nghệ cao",
    "CCN": "cụm công nghiệp",
    "CĐCS": "công đoàn cơ sở",
    "LĐLĐ": "Liên đoàn Lao động",
    "BLLĐ": "Bộ luật Lao động",
    "BLHS": "Bộ luật Hình sự",
    "BLDS": "Bộ luật Dân sự",
    "BLTTHS": "Bộ luật Tố tụng hình sự",
    "ATVSLĐ": "an toàn, vệ sinh lao động",
    "PCCC": "phòng cháy, chữa cháy",
    "UBND": "Ủy ban nhân dân",
    "CCCD": "căn cước công dân",
    "NLĐ": "người lao động",
    "HĐLĐ": "hợp đồng lao động",
    "TNLĐ": "tai nạn lao động",
    "TP.HCM": "Thành phố Hồ Chí Minh",
    "TPHCM": "Thành phố Hồ Chí Minh",
    "TP.": "Thành phố",
    "TP": "Thành phố",
    "VNeID": "vi en ai đi",
    "OTP": "ô tê pê",
    "ATM": "a tê em",
    "HIV": "hát i vê",
    "AIDS": "ết",
    "SMS": "ét em ét",
    "AI": "ây ai",
    "QR": "quy rờ",
    "TNHH": "trách nhiệm hữu hạn",
    "MTV": "một thành viên",
}
_SIGNS: Mapping[str, str] = {
    "%": "phần trăm",
    "₫": "đồng",
    "$": "đô la",
    "€": "ơ rô",
    "&": "và",
    "+": "cộng",
    "=": "bằng",
    "≥": "từ",
    "≤": "không quá",
    ">": "trên",
    "<": "dưới",
    "≈": "khoảng",
    "×": "nhân",
    "°": "độ",
    "@": "a còng",
    "→": ", rồi",
    "§": "điều",
    "/": "trên",
}
_MEASURES: Mapping[str, str] = {
    "kg": "ki-lô-gam",
    "mg": "mi-li-gam",
    "km": "ki-lô-mét",
    "cm": "xăng-ti-mét",
    "mm": "mi-li-mét",
    "ml": "mi-li-lít",
    "m^2": "mét vuông",
    "m2": "mét vuông",
    "m^3": "mét khối",
    "m3": "mét khối",
    "m": "mét",
    "g": "gam",
    "k": "nghìn",
    "tr": "triệu",
}
_WEEKDAYS = ("nhất", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín")


def number(told: str) -> str:
    """A number as it stands in Vietnamese: points part thousands, a comma decimals. What begins
    with a zero, or is longer than any sum, is read digit by digit.
    """
    whole, point, after = told.partition(",")
    if re.fullmatch(r"\d{1,3}(,\d{3}){2,}", told):
        whole, point, after = told.replace(",", ""), "", ""
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", whole):
        whole = whole.replace(".", "")
    if "." in whole:
        return " chấm ".join(number(each) for each in whole.split("."))
    if len(whole) > 15 or (len(whole) > 1 and whole[0] == "0"):
        said = cardinals.digits(whole, VI_DIGITS)
    else:
        said = vi(int(whole))
    return f"{said} phẩy {decimals(after, VI_DIGITS, vi)}" if point else said


def month(told: str) -> str:
    """The fourth month is tư, never bốn."""
    return "tư" if int(told) == 4 else vi(int(told))


def hour(told: re.Match[str]) -> str:
    """22:30 is hai mươi hai giờ ba mươi phút."""
    minutes = int(told[2] or told[3] or 0)
    return f"{vi(int(told[1]))} giờ" + (f" {vi(minutes)} phút" if minutes else "")


def _day(told: re.Match[str]) -> str:
    before, day, middle, year = told[1], *told.groups()[1:4]
    if not is_day(day, middle):
        return told[0]
    return f"{before or 'ngày '}{vi(int(day))} tháng {month(middle)} năm {vi(int(year))}"


def _iso_day(told: re.Match[str]) -> str:
    year, middle, day = told.groups()
    if not is_day(day, middle):
        return told[0]
    return f"ngày {vi(int(day))} tháng {month(middle)} năm {vi(int(year))}"


def _short_day(told: re.Match[str]) -> str:
    before, day, middle = told.groups()
    if not is_day(day, middle) or (not before and f"{day}/{middle}" in _FRACTIONS):
        return told[0]
    # "Dịp 30/4": the word in front stays, and "ngày" is said only once.
    joined = before if before.lower().startswith("ngày") else f"{before}ngày "
    return f"{joined}{vi(int(day))} tháng {month(middle)}"


_FRACTIONS = frozenset({"1/2", "1/3", "2/3", "1/4", "3/4"})


def _month(told: re.Match[str]) -> str:
    before, middle, year = told.groups()
    if not 1 <= int(middle) <= 12:
        return told[0]
    return f"{before or 'tháng '}{month(middle)} năm {vi(int(year))}"


def _document(told: re.Match[str]) -> str:
    before, of, year = told[1] or "", told[2], told[3]
    numbered = before if before.rstrip().lower().endswith("số") else f"{before}số "
    return f"{numbered}{vi(int(of))}" + (f" năm {vi(int(year))}" if year else "")


def _article(item: str) -> str:
    first, *rest = pieces(item)
    said = vi(int(first))
    for each in rest:
        said += f" khoản {vi(int(each))}" if each.isdigit() else f" điểm {each}"
    return said


def _articles(told: re.Match[str]) -> str:
    listed = re.sub(r"\s?[–—-]\s?(?=\d)", " đến ", told[2])
    return told[1] + re.sub(ITEM, lambda each: _article(each[0]), listed)


def _range(told: re.Match[str]) -> str:
    return f"{number(told[1])} đến {number(told[2])}"


def _hours(told: re.Match[str]) -> str:
    first, last = (re.fullmatch(CLOCK, each) for each in (told[2], told[6]))
    if first is None or last is None:
        return told[0]
    return f"{told[1] or 'từ '}{hour(first)} đến {hour(last)}"


def _fraction(told: re.Match[str]) -> str:
    above, below = int(told[1]), int(told[2])
    joined = "phần" if 0 < above < below <= 10 else "trên"
    return f"{vi(above)} {joined} {vi(below)}"


def _romans(told: re.Match[str]) -> str:
    return told[1] + re.sub(r"\b[IVX]+\b", lambda each: vi(roman(each[0])), told[2])


def _among_letters(told: re.Match[str]) -> str:
    before = " " if told.start() and told.string[told.start() - 1].isalpha() else ""
    after = " " if told.string[told.end() : told.end() + 1].isalpha() else ""
    return f"{before}{number(told[0])}{after}"


_LIST = rf"{ITEM}(?:(?:\s?[,;–—-]\s?| và | hoặc ){ITEM})*"
_SHORTEST_LAST = sorted(_SHORT, key=len, reverse=True)
_I = re.IGNORECASE

RULES: tuple[Rule, ...] = (
    rule(PHONE, lambda told: cardinals.digits(told[0], VI_DIGITS)),
    rule(r"(\bngày\s+)?\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?![\d/])", _day, _I),
    rule(r"\b(\d{4})-(\d{2})-(\d{2})\b", _iso_day),
    rule(rf"(\b(?<!dân )số\s+)?(?<![\d/]){DOCUMENT}(?!\w)", _document, _I),
    rule(rf"(\b{_LAW}\s+)(\d{{1,4}})/((?:19|20)\d\d)(?![\d/])", _document, _I),
    rule(rf"(\b(?:điều|khoản|điểm)\s+)({_LIST})", _articles, _I),
    rule(r"\b\d+\.\d{1,2}\.[a-zđ]\b", lambda told: _article(told[0])),
    rule(rf"(\btừ\s+)?({CLOCK})\s?(?:–|—|-|đến)\s?({CLOCK})", _hours, _I),
    rule(rf"(?<![\d.,]){CLOCK}", hour),
    rule(r"(\btháng\s+)?\b(?<![\d/])(\d{1,2})/((?:19|20)\d\d)(?![\d/])", _month, _I),
    rule(
        r"((?:\b(?:ngày|dịp|lễ|từ|đến|trước|sau|hết|và|qua)\s+)?)\b(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/%])",
        _short_day,
        _I,
    ),
    rule(r"(\btháng\s+)(\d{1,2})\b(?![.,/]\d)", lambda told: told[1] + month(told[2]), _I),
    rule(r"(\bthứ\s+)([1-9])\b(?![.,/]\d)", lambda told: told[1] + _WEEKDAYS[int(told[2]) - 1], _I),
    rule(
        rf"(?<![\w.,/])({EMERGENCY})(?![\w/])(?![.,]\d)(?!\s*{_UNITS})",
        lambda told: cardinals.digits(told[1], VI_DIGITS),
    ),
    rule(r"(?<=\d)\s?(?:đ|₫|vnd|vnđ)(?!\w)", " đồng", _I),
    rule(
        r"(?<=[\w%])\s?/\s?(?=(?:giờ|ngày|tuần|tháng|quý|năm|người|lần|ca|triệu|km|kg)\b)", " mỗi "
    ),
    rule(r"\bvà\s?/\s?hoặc\b", "hoặc", _I),
    rule(r"(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])", " hoặc "),
    rule(rf"({_NUMBER})\s?[–—-]\s?({_NUMBER})", _range),
    rule(r"(?<![\d.,])(\d{1,4})\s?/\s?(\d{1,4})(?![\d.,/])", _fraction),
    rule(
        r"(?<=\d)\s?(" + "|".join(map(re.escape, _MEASURES)) + r")(?![\w^])",
        lambda told: f" {_MEASURES[told[1]]}",
    ),
    # "Vùng II 4.730.000 đồng": without a pause it would be one number.
    rule(r"(\bvùng\s+[IVX]+)\s+(?=\d)", lambda told: f"{told[1]}, ", _I),
    rule(r"\b(kg|mg|km|cm|mm|ml)\b", lambda told: _MEASURES[told[1]]),
    rule(
        r"(\b(?:vùng|chương|phần|mục|phụ lục|loại|bậc|cấp|quý|khóa)\s+)"
        r"([IVX]+(?:(?:, | và | hoặc |–|-)[IVX]+)*)\b",
        _romans,
        _I,
    ),
    rule(_NUMBER, _among_letters),
    rule(
        r"(?<!\w)(" + "|".join(map(re.escape, _SHORTEST_LAST)) + r")(?!\w)",
        lambda told: _SHORT[told[1]],
    ),
    rule(r"[" + re.escape("".join(_SIGNS)) + r"]", lambda told: f" {_SIGNS[told[0]]} "),
)
