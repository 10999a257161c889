"""A text as somebody reads it aloud: no digit and no sign is left in it."""

import re

from broadcasts.derived import spoken_en, spoken_vi
from broadcasts.derived.rules import follow
from handlers.languages import Language

_RULES = {Language.VI: spoken_vi.RULES, Language.EN: spoken_en.RULES}
# What began with a number begins with a word now.
_FIRST = re.compile(r"(?:\A|(?<=\n)|(?<=[.?!…]\s))[^\W\d_]")


def spoken(text: str, language: Language) -> str:
    """`text` with everything in words that is not a letter, a pause or a line."""
    return _FIRST.sub(lambda first: first[0].upper(), follow(_RULES[language], text))
