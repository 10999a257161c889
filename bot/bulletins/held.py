"""A slice in hand: who of it is bound, who is settled, and up to whom everybody is."""

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime

from bot.bulletins.bulk import Letter
from handlers.languages import Language
from storage.sendings import Kind
from storage.slices import Outcome, Slice, Step
from storage.subscribers import Reader


@dataclass(frozen=True, slots=True)
class Page:
    """The next of a slice, in order: whom to send to, and who has had enough bulletins this week
    (number and province). Everybody else up to `through` needs nothing. `is_last`: nobody is left.
    """

    held: "Held" = field(repr=False)
    readers: tuple[Reader, ...] = field(repr=False)
    through: int
    is_last: bool
    skipped: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Held:
    """One slice while we send it. `letters` are ready for each language, nothing is sent from
    `closes` on, `read_to` is whom the pages reached. Once `dropped`, nothing more of it is sent.
    """

    slice: Slice
    letters: dict[Language, Letter] = field(repr=False)
    closes: datetime
    read_to: int
    is_read: bool = False
    dropped: bool = False
    low: int = 0
    bound: int = 0
    _ceiling: float = math.inf
    _open: deque[int] = field(default_factory=deque, repr=False)
    _settled: set[int] = field(default_factory=set, repr=False)
    _skipped: dict[int, int] = field(default_factory=dict, repr=False)
    _outcomes: list[Outcome] = field(default_factory=list, repr=False)
    _counts: Counter[tuple[int, Kind]] = field(default_factory=Counter, repr=False)
    _last_bound: bool = False
    _dirty: bool = False

    def __post_init__(self) -> None:
        self.low = self.bound = self.slice.low

    @property
    def is_open(self) -> bool:
        """Whether there may be more of it to read and to send."""
        return not self.is_read and not self.dropped

    @property
    def has_news(self) -> bool:
        """Whether there is something to write."""
        return self._dirty

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it is under way, and everything is written."""
        return not self._open and not self._outcomes and not self._dirty

    @property
    def is_done(self) -> bool:
        """Whether it is settled and nobody is left in it."""
        return self._last_bound and self.is_settled

    def bind(self, page: Page) -> None:
        """Whom the page names may be sent to once the step that follows is written."""
        self.bound = max(self.bound, page.through)
        self._last_bound = self._last_bound or page.is_last
        skipped = dict(page.skipped)
        self._skipped |= skipped
        self._settled |= skipped.keys()
        self._open.extend(sorted([*(each.id for each in page.readers), *skipped]))
        self._dirty = True

    def settle(self, reader: Reader, kind: Kind, message: int | None = None) -> None:
        """Keep how it went with a reader."""
        self._outcomes.append(Outcome(reader.id, kind, message))
        self._counts[reader.province, kind] += 1
        self._settled.add(reader.id)
        self._dirty = True

    def unbind(self, reader: Reader) -> None:
        """Nothing was sent to this reader, and nothing will be until the slice is taken again."""
        self._open.remove(reader.id)
        self._ceiling = min(self._ceiling, reader.id - 1)
        self._last_bound = False
        self._dirty = True

    def step(self) -> Step | None:
        """What has to be written; None where nothing changed. It counts as written: whoever cannot
        write it gives the slice up.
        """
        if not self._dirty:
            return None
        counts, outcomes = self._counts, self._outcomes
        while self._open and self._open[0] in self._settled:
            number = self._open.popleft()
            self._settled.discard(number)
            province = self._skipped.pop(number, None)
            if number > self._ceiling:
                continue
            # Counted once all before are settled: else a crash would have them counted again.
            if province is not None:
                counts[province, Kind.SKIPPED] += 1
            self.low = number
        if not self._open and self._ceiling == math.inf:
            self.low = self.bound
        self._counts, self._outcomes, self._dirty = Counter(), [], False
        is_done = self._last_bound and not self._open
        return Step(self.low, self.bound, outcomes, dict(counts), is_done)
