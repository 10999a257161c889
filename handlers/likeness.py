"""How much two tips look as if they told of the same thing: place, kind, days apart, and the words
of their stories that they share. Pure; who wrote them is no part of it, nor how they write.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from handlers.folding import fold
from handlers.forms import reading
from handlers.places import Place
from handlers.tips import Category

LIKE_ENOUGH = 4
"""From this score on a tip is offered as one that may be the same."""
FEWEST_WORDS = 3
"""Fewer words in common are chance."""
_SHORTEST_WORD = 2
_SCORE_OF_WORDS = 6
_NEAR_DAYS = 2
_SAME_WEEK = 7
_UNKNOWN = "khong ro"
# A line of `Draft.whole`: how it begins, and the answer.
_ANSWER = re.compile(r"[^\n:]{1,60}: \S")

# Folded as the stories are: what stands in every story tells nothing of what it is about.
_COMMON = frozenset(
    """
    va la cua co cho cac nhung mot nay do kia ay thi ma o tai tu den voi khong chua da dang se bi
    duoc nguoi toi minh em anh chi ho no chung ban con cung rat lam di lai ra vao len xuong khi luc
    ngay hom qua thang nam gio vi nen neu nhu hay hoac roi thoi nua van deu moi may nhieu it hon
    nhat tren duoi trong ngoai truoc sau giua ben theo ve de xin bao noi biet thay can phai cong ty
    nhan xuong ai gi nao sao the vay het luon khoang hai ba bon sau bay tam chin muoi
    ko cty cn mn the a an and are at be but by for from has have he his i in is it its me my not of
    on or our she that their them there they this to was we were who will with you your
    """.split()
)


@dataclass(frozen=True, slots=True)
class Sketch:
    """As much of a tip as is compared. `words` are its story's, as `words_of` gives them."""

    category: Category
    place: Place | None = field(repr=False)
    day: date
    words: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two tips may be about the same thing; `days` apart, `words` in common."""

    commune: bool
    province: bool
    category: bool
    days: int
    words: int
    score: int

    @property
    def is_enough(self) -> bool:
        """Whether it is worth an officer's look."""
        return self.score >= LIKE_ENOUGH


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of a story that say what it is about, without diacritics: somebody who is tired
    leaves them out. Of answers to a form's questions, only what the worker said in their own words.
    """
    every = (word for text in texts for told in _told(text) for word in fold(told).split())
    return frozenset(each for each in every if len(each) >= _SHORTEST_WORD) - _COMMON


def likeness(one: Sketch, other: Sketch) -> Likeness:
    """How much the two look alike; the same in both directions."""
    commune = bool(_communes(one.place) & _communes(other.place))
    province = (
        one.place is not None
        and other.place is not None
        and one.place.province_code == other.place.province_code
    )
    days = abs((one.day - other.day).days)
    common = len(one.words & other.words)
    words = common if common >= FEWEST_WORDS else 0
    category = one.category is other.category
    score = 3 * commune + (province and not commune) + 2 * category
    score += 2 if days <= _NEAR_DAYS else 1 if days <= _SAME_WEEK else 0
    fewest = min(len(one.words), len(other.words))
    score += round(_SCORE_OF_WORDS * words / fewest) if words else 0
    # That two came on one day, or from one province, is nothing by itself.
    tells = (commune and category) or bool(words)
    return Likeness(commune, province, category, days, words, score if tells else 0)


def _told(text: str) -> Iterator[str]:
    """What the worker wrote: how the line of an answer begins, and answers that were pressed, are
    the same in all tips of a category, and would make each look like every other one.
    """
    story, gap, last = text.rpartition("\n\n")
    lines = last.splitlines()
    if not gap or not all(_ANSWER.match(each) for each in lines):
        yield text
        return
    yield story
    for line in lines:
        said = line.partition(": ")[2]
        if fold(said) not in _pressed():
            yield said


@cache
def _pressed() -> frozenset[str]:
    """What can be pressed in the forms that come with the product."""
    forms = reading.with_own({}).forms.values()
    options = (option for form in forms for each in form.questions for option in each.options)
    return frozenset({_UNKNOWN, *(fold(each.label.vi) for each in options)})


def _communes(place: Place | None) -> frozenset[str]:
    """The communes that a place means; none where a whole province was named."""
    if place is None:
        return frozenset()
    codes = place.codes or (place.code,)
    return frozenset(each for each in codes if each != place.province_code)
