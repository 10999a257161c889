"""Judges the scope rule by the sets, and by what becomes of each text on the roads into a tip."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle

from handlers.worker import scope
from handlers.worker.scope import Verdict
from tests.scope import texts
from tests.scope.roads import ROADS, Road, told


@dataclass(frozen=True, slots=True)
class Judged:
    """What was seen. `walked` roads into a tip with words that police must not have, `police` of
    which they could; of the texts plainly inside, those turned away and those asked about.
    """

    out: int
    turned_away: int
    mixed: int
    inside: int
    inside_turned_away: int
    inside_lost_police: int
    walked: int
    police: int
    silent_after_leaving_out: bool

    @property
    def holds(self) -> bool:
        """Whether the promise is kept on the sets."""
        return (
            self.police == 0
            and self.inside_turned_away == 0
            and self.inside_lost_police <= 0.02 * self.inside
            and self.silent_after_leaving_out
        )


def judge(every_road: bool) -> Judged:
    """Every road for every text, or a road for each in turn."""
    outside, both, inside = map(texts.load, (texts.OUT, texts.MIXED, texts.IN))
    ends = [road(text) for text, road in _pairs((*outside, *both), every_road=every_road)]
    plain = [told(text) for text in inside]
    return Judged(
        out=len(outside),
        turned_away=sum(scope.read(each) is Verdict.ONLY for each in outside),
        mixed=len(both),
        inside=len(inside),
        inside_turned_away=sum(not each.stored for each in plain),
        inside_lost_police=sum(not each.police for each in plain),
        walked=len(ends),
        police=sum(each.police for each in ends),
        silent_after_leaving_out=all(
            scope.is_silent(scope.without(each)) for each in (*outside, *both)
        ),
    )


def _pairs(every: Iterable[str], *, every_road: bool) -> Iterable[tuple[str, Road]]:
    if every_road:
        return [(text, road) for text in every for road in ROADS.values()]
    return list(zip(every, cycle(ROADS.values()), strict=False))
