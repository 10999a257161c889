"""How the house speaks: finds in a text what a tired reader should not have to read."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from handlers.languages import Language

MOST_WORDS = 20
"""Of one sentence. A Vietnamese syllable that stands alone is a word here, as a reader counts."""


class Rule(StrEnum):
    """What a text can break."""

    LONG = "long"
    OFFICIAL = "official"
    SPELLING = "spelling"
    BLAME = "blame"
    SHOUT = "shout"
    EMOJI = "emoji"
    ADDRESS = "address"
    POLITICAL = "political"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule broken, and the words that break it."""

    rule: Rule
    words: str


def faults(text: str, language: Language, names: Set[str] = frozenset()) -> tuple[Fault, ...]:
    """What is wrong with `text`. `names` are the words of place names, spelled as the law has
    them, in small letters.
    """
    return (*_long(text), *_listed(text, language), *_spelling(text, language, names))


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text; a list may be cut by semicolons and by new lines."""
    for line in re.split(r"[;\n]", text):
        start = 0
        for end in _END.finditer(line):
            if not _goes_on(line[: end.start() + 1], line[end.end() :]):
                yield line[start : end.end()].strip()
                start = end.end()
        yield line[start:].strip()


def words(sentence: str) -> int:
    """How many words are read: whatever holds a letter or a digit. A field counts as one."""
    return sum(1 for word in sentence.split() if re.search(r"\w", word))


# A point within a number or an address has no space behind it.
_END = re.compile(r"[.?!…][\"”')\]]*(?=\s|$)")
# These carry a point in the middle of a sentence.
_SHORTENED = re.compile(
    r"(?:^|[\s(])(?:TP|Tp|tp|Q|P|TX|TT|No|Art|art|e\.g|i\.e|ThS|TS|BS|Mr|Ms)\.$"
)
# These end a sentence only where a new one begins.
_AT_THE_END = re.compile(r"(?:^|[\s(])(?:v\.v|etc|a\.m|p\.m)\.$")


def _goes_on(before: str, after: str) -> bool:
    if _SHORTENED.search(before):
        return True
    following = after.lstrip()[:1]
    return bool(_AT_THE_END.search(before)) and following.islower()


def _long(text: str) -> Iterator[Fault]:
    for sentence in sentences(text):
        if words(sentence) > MOST_WORDS:
            yield Fault(Rule.LONG, sentence)


def _listed(text: str, language: Language) -> Iterator[Fault]:
    own = _QUOTED.sub("“”", text)
    for rule, pattern in (*_EVERYWHERE, *_WORDS[language]):
        for found in pattern.finditer(own if rule in _OWN_WORDS else text):
            yield Fault(rule, found.group())


# The older places of the mark, in syllables that end there: hoà, khoẻ, thuỷ.
_OLD = re.compile(r"\b\w*(?:oà|oá|oả|oã|oạ|oè|oé|oẻ|oẽ|oẹ|uỳ|uý|uỷ|uỹ|uỵ)\b")
# "qu" is one sound: quý and quỳ are spelled so by both rules.
_NOT_OLD = re.compile(r"qu\w+")


def _spelling(text: str, language: Language, names: Set[str]) -> Iterator[Fault]:
    if language is not Language.VI:
        return
    for found in _OLD.finditer(text.lower()):
        if not _NOT_OLD.match(found.group()) and found.group() not in names:
            yield Fault(Rule.SPELLING, found.group())


# "It is not your fault" is what somebody who was hurt should read.
_VI_FAULT = r"(?<!không phải )(?<!không phải là )(?<!không hoàn toàn do )lỗi (?:của|tại) bạn"
_EN_FAULT = r"(?<!not )(?<!not wholly )your (?:own )?fault"
# What stands in these marks is written on somebody else's button or paper.
_QUOTED = re.compile(r"“[^”]*”")


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)


_OWN_WORDS = (Rule.OFFICIAL, Rule.ADDRESS)
_EVERYWHERE = (
    (Rule.SHOUT, re.compile(r"!")),
    (Rule.EMOJI, re.compile("(?![☐☑☒✓✗])[\u2600-\u27bf\u20e3\U0001f000-\U0001faff]")),
)

_WORDS: dict[Language, tuple[tuple[Rule, re.Pattern[str]], ...]] = {
    Language.VI: (
        (
            Rule.OFFICIAL,
            _any(
                *(
                    "đề nghị",
                    "yêu cầu",
                    "vui lòng",
                    "trân trọng",
                    "kính (?:gửi|mong|chào|báo|thưa)",
                ),
                *("quý (?:khách|vị|công đoàn|đoàn viên|người|cơ quan)", "tiến hành", "nêu trên"),
                *("căn cứ (?:vào|theo)", "theo quy định hiện hành", "chiếu theo", "nhằm mục đích"),
                *("thực hiện việc", "nghiêm túc chấp hành", "chịu trách nhiệm trước"),
                *("xét thấy", "hữu quan", "trong trường hợp", "đối với việc"),
            ),
        ),
        (
            Rule.BLAME,
            _any(
                *("(?:vì|tại|làm) sao (?:bạn )?(?:lại )?không", "sao bạn (?:lại )?không"),
                *("sao giờ (?:bạn )?mới", _VI_FAULT, "(?:do|tại) bạn không"),
                *(
                    "(?:đáng lẽ|lẽ ra|đáng ra) bạn",
                    "bạn đã (?:làm )?sai",
                    "bạn (?:gõ|làm|nhập) sai",
                ),
                *("bạn phải biết", "bạn tự chịu", "bạn quên mất"),
            ),
        ),
        (
            Rule.ADDRESS,
            _any(
                *("anh/chị", "anh chị", "anh, chị", "ông/bà", "ông bà", "quý bạn", "các bạn"),
                *("chúng ta", "bọn mình", "bên em", "bên mình", "tụi mình"),
            ),
        ),
        (
            Rule.POLITICAL,
            _any(
                *("phản động", "thế lực", "thù địch", "an ninh quốc gia", "chống phá", "kích động"),
                *("tụ tập", "gây rối", "biểu tình", "lật đổ", "chế độ", "diễn biến hòa bình"),
                *("tự diễn biến", "phần tử", "tư tưởng", "dư luận", "lập trường", "điểm nóng"),
            ),
        ),
    ),
    Language.EN: (
        (
            Rule.OFFICIAL,
            _any(
                *("hereby", "herewith", "pursuant to", "kindly", "aforementioned", "henceforth"),
                *("in accordance with", "please be advised", "for the purpose of", "prior to"),
                *(
                    "in the event (?:of|that)",
                    "utili[sz]e",
                    "thereof",
                    "respectfully",
                    "with regard to",
                ),
                *("we request that", "you are required to", "dear (?:sir|madam|user|worker)"),
            ),
        ),
        (
            Rule.BLAME,
            _any(
                *("why didn['’]t you", "why did you not", "you should have", _EN_FAULT),
                *("you failed to", "your mistake", "you (?:typed|did) (?:it )?wrong", "you forgot"),
                *("you ought to have", "because you did not", "you must know"),
            ),
        ),
        (Rule.ADDRESS, _any("the user", "users", "sir", "madam", "dear all", "folks", "you guys")),
        (
            Rule.POLITICAL,
            _any(
                *(
                    "hostile",
                    "reactionar(?:y|ies)",
                    "subversi\\w+",
                    "riots?",
                    "agitat\\w+",
                    "regime",
                ),
                *(
                    "national security",
                    "public opinion",
                    "ideolog\\w+",
                    "hot ?spots?",
                    "bad elements",
                ),
            ),
        ),
    ),
}
