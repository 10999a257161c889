"""Understands what was typed: commands, words that stop, numbers and labels of choices."""

import re

from handlers.events import Chose, Command, Commanded, Under
from handlers.folding import fold
from handlers.languages import Language
from handlers.screens import Say, Screen
from handlers.texts import Texts

_COMMANDS = {
    "start": Command.START,
    "batdau": Command.START,
    "baotin": Command.REPORT,
    "report": Command.REPORT,
    "ma": Command.CODE,
    "code": Command.CODE,
    "chuong": Command.BELL,
    "bell": Command.BELL,
    "bantin": Command.BULLETINS,
    "ban-tin": Command.BULLETINS,
    "bulletins": Command.BULLETINS,
    "quyen": Command.RIGHTS,
    "rights": Command.RIGHTS,
    "quyencuatoi": Command.PRIVACY,
    "quyenriengtu": Command.PRIVACY,
    "privacy": Command.PRIVACY,
    "sotay": Command.HANDBOOK,
    "so-tay": Command.HANDBOOK,
    "handbook": Command.HANDBOOK,
    "tinh": Command.SUMS,
    "tinhtoan": Command.SUMS,
    "sums": Command.SUMS,
    "caudo": Command.QUIZ,
    "tuandau": Command.WEEK,
    "tuan-dau": Command.WEEK,
    "week": Command.WEEK,
    "cau-do": Command.QUIZ,
    "quiz": Command.QUIZ,
    "thu": Command.TRY,
    "try": Command.TRY,
    "ngonngu": Command.LANGUAGE,
    "language": Command.LANGUAGE,
    "en": Command.LANGUAGE,
    "vi": Command.LANGUAGE,
    "trogiup": Command.HELP,
    "help": Command.HELP,
    "quaylai": Command.BACK,
    "back": Command.BACK,
    "huy": Command.CANCEL,
    "cancel": Command.CANCEL,
    "xoachat": Command.FORGET,
    "forget": Command.FORGET,
}

# Typed without a slash where no free words are expected.
_PLAIN = {
    "tro giup": Command.HELP,
    "giup": Command.HELP,
    "help": Command.HELP,
    "ban tin": Command.BULLETINS,
    "nhan tin": Command.BULLETINS,
    "dang ky": Command.BULLETINS,
    "huy dang ky": Command.BULLETINS,
    "subscribe": Command.BULLETINS,
    "quay lai": Command.BACK,
    "tro lai": Command.BACK,
    "back": Command.BACK,
    "huy": Command.CANCEL,
    "huy bo": Command.CANCEL,
    "dung": Command.CANCEL,
    "dung lai": Command.CANCEL,
    "thoi": Command.CANCEL,
    "ngung": Command.CANCEL,
    "cancel": Command.CANCEL,
    "bat dau": Command.START,
    "start": Command.START,
    "menu": Command.START,
    "tin": Command.REPORT,
    "bao tin": Command.REPORT,
    "chuong": Command.BELL,
    "so chuong": Command.BELL,
    "quyen": Command.RIGHTS,
    "quyen cua toi": Command.PRIVACY,
    "quyen rieng tu": Command.PRIVACY,
    "du lieu cua toi": Command.PRIVACY,
    "so tay": Command.HANDBOOK,
    "tinh toan": Command.SUMS,
    "tinh giup toi": Command.SUMS,
    "tinh lai": Command.SUMS,
    "tinh luong": Command.SUMS,
    "sums": Command.SUMS,
    "calculator": Command.SUMS,
    "cau do": Command.QUIZ,
    "tuan dau": Command.WEEK,
    "tuan dau di lam": Command.WEEK,
    "first week": Command.WEEK,
    "do vui": Command.QUIZ,
    "lam thu": Command.TRY,
    "ma": Command.CODE,
    "report": Command.REPORT,
    "code": Command.CODE,
    "bell": Command.BELL,
    "bulletins": Command.BULLETINS,
    "rights": Command.RIGHTS,
    "privacy": Command.PRIVACY,
    "my data": Command.PRIVACY,
    "handbook": Command.HANDBOOK,
    "quiz": Command.QUIZ,
    "try": Command.TRY,
    "english": Command.LANGUAGE,
    "tieng anh": Command.LANGUAGE,
    "tieng viet": Command.LANGUAGE,
    "vietnamese": Command.LANGUAGE,
}

# "dung" without its mark is also "đúng" (yes), and Huy is a name: where free words are expected
# these are asked back.
_DOUBTFUL = frozenset("dung|dung lai|ngung|huy|huy bo|0|thoi|cancel".split("|"))
_YES = frozenset("co|co a|co chu|yes|y|uh|u|um|vang|phai|dong y|dung roi|dung vay".split("|"))
_NO = frozenset("khong|khong a|khong co|ko|ko co|k|kg|hok|hong|chua|no|n".split("|"))
# Said out of politeness: neither an answer nor a part of a story.
_GREETINGS = frozenset(
    "xin chao|chao|chao ban|chao anh|chao chi|alo|a lo|hi|hello|hey|chao ad|ad oi|test|ok|oke|okie"
    "|da|cam on|cam on ban|thank you|thanks".split("|")
)

# For what stands beneath a bulletin, where there is nothing to press.
_UNDER = {
    "dung nhan": Under.STOP,
    "ngung nhan": Under.STOP,
    "unsubscribe": Under.STOP,
    "ngung tuan dau": Under.WEEK,
    "dung tuan dau": Under.WEEK,
    "stop week": Under.WEEK,
    "vi sao": Under.WHY,
    "tai sao": Under.WHY,
    "why": Under.WHY,
    "doi": Under.CHANGE,
    "thay doi": Under.CHANGE,
    "change": Under.CHANGE,
}

_SLASHED = re.compile(r"/[\w-]+")
_NUMBER = re.compile(r"(?:so |phim |chon |no |number )?(\d{1,2})")
_NUMBER_WORDS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
}  # fmt: skip


def command(words: str) -> Commanded | None:
    """The command that a message begins with a slash for, or None."""
    if not words.startswith("/"):
        return None
    name = re.split(r"[\s@]", words[1:].strip(), maxsplit=1)[0].lower()
    found = _COMMANDS.get(name)
    if found is None:
        return None
    wanted = Language(name) if name in ("en", "vi") else None
    return Commanded(found, wanted)


def is_unknown_command(words: str) -> bool:
    """Whether a message is nothing but a slash and one word that is no command of ours."""
    return _SLASHED.fullmatch(words) is not None and command(words) is None


def plain_command(words: str) -> Commanded | None:
    """A command typed as a plain word; only where no free words are expected."""
    found = _PLAIN.get(fold(words))
    if found is None or _says_right(words):
        return None
    wanted = None
    if found is Command.LANGUAGE:
        wanted = Language.EN if fold(words) in ("english", "tieng anh") else Language.VI
    return Commanded(found, wanted)


def under(words: str) -> Under | None:
    """What is typed for a button beneath a bulletin; where free words are expected only its end."""
    return _UNDER.get(fold(words))


def stops_at_once(words: str) -> bool:
    """`dừng` with its marks, and `stop`, act at once everywhere."""
    return words.strip(" .!/").casefold() in ("dừng", "stop")


def is_doubtful(words: str) -> bool:
    """Whether a whole message may be a way out or a word of the story."""
    return fold(words) in _DOUBTFUL


def is_yes(words: str) -> bool:
    """Whether a message says yes; `đúng` does so with its marks only."""
    return fold(words) in _YES or _says_right(words)


def is_no(words: str) -> bool:
    """Whether a message says no."""
    return fold(words) in _NO


def is_number(words: str) -> bool:
    """Whether a message is nothing but a number of one or two digits, or its word."""
    return _number(fold(words)) is not None


def is_digits(words: str) -> bool:
    """Whether a message is a number in digits ("2", "2.", "số 2"); its word may be a name."""
    return _NUMBER.fullmatch(fold(words)) is not None


def answers_blindly(words: str) -> bool:
    """Whether a message says nothing by itself: a number, a yes, a no."""
    return is_number(words) or is_yes(words) or is_no(words)


def may_choose(words: str) -> bool:
    """Whether a message is short enough to be the number or the label of a choice."""
    return 0 < len(words) <= _LONGEST_LABEL


def may_send(words: str) -> bool:
    """Whether a message may mean [Send], which is always the first choice."""
    folded = fold(words)
    return _number(folded) == 1 or folded.startswith(("gui", "send"))


def may_open_bulletins(words: str) -> bool:
    """Whether a message may mean [Get bulletins]: by a number, its label or the label's beginning.

    Not every greeting shall be looked up for it.
    """
    folded = fold(words)
    begins = any(label.startswith(folded) for label in ("nhan ban tin", "get bulletins"))
    return bool(folded) and (_number(folded) is not None or begins)


def is_greeting(words: str) -> bool:
    """Whether a message only says hello."""
    return fold(words) in _GREETINGS


def chosen(words: str, screen: Screen, texts: Texts) -> Chose | None:
    """The choice that `words` mean on `screen`: its number (0 is the way back), its label (with
    diacritics or not), or the first words of one label alone. What is a command stays one: "mã" is
    not the beginning of "Ma túy".
    """
    folded = fold(words)
    number = _number(folded)
    if number is not None:
        return _numbered(number, screen)
    if (found := labelled(words, screen, texts)) is not None:
        return found
    if plain_command(words) is not None:
        return None
    begun = [name for name, label in _labels(screen, texts) if label.startswith(f"{folded} ")]
    return Chose(begun[0]) if len(begun) == 1 and folded else None


def labelled(words: str, screen: Screen, texts: Texts) -> Chose | None:
    """The choice whose whole label was typed, or the word that is typed for it."""
    folded = fold(words)
    found = (name for name, label in _labels(screen, texts) if folded and folded == label)
    meant = (each.name for each in screen.choices if each.word and _is(folded, each.word, texts))
    return next((Chose(name) for name in (*found, *meant)), None)


def _labels(screen: Screen, texts: Texts) -> list[tuple[str, str]]:
    every = (*screen.choices, *screen.ways)
    return [(each.name, fold(texts.say(each.label))) for each in every]


def _is(folded: str, word: Say, texts: Texts) -> bool:
    return bool(folded) and folded == fold(texts.say(word))


def _numbered(number: int, screen: Screen) -> Chose | None:
    if number == 0:
        ways = {way.name for way in screen.ways}
        return next((Chose(name) for name in ("back", "home") if name in ways), None)
    counted = [each for each in screen.choices if each.word is None]
    return Chose(counted[number - 1].name) if number <= len(counted) else None


def _says_right(words: str) -> bool:
    return words.strip(" .!").casefold() in ("đúng", "đúng rồi", "đúng vậy")


def _number(folded: str) -> int | None:
    if folded in _NUMBER_WORDS:
        return _NUMBER_WORDS[folded]
    matched = _NUMBER.fullmatch(folded)
    return int(matched[1]) if matched else None


_LONGEST_LABEL = 80
