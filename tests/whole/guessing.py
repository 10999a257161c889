"""Guesses the labels of sealed tips from what lies in clear around them; knows no key."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from operator import sub
from statistics import fmean, pstdev

Features = Mapping[str, float]
Classifier = Callable[[Features], str]
Trainer = Callable[[Sequence[Features], Sequence[str]], Classifier]

_BUCKETS = (2, 5, 12)
_NEIGHBOURS = (1, 5, 15)
_FOLDS = 5
_BEST = 6


@dataclass(frozen=True, slots=True)
class Result:
    """How many of `count` labels were guessed, and how many the public proportions alone give."""

    guessed: int
    chance: int
    count: int

    @property
    def standard_error(self) -> float:
        """Of the number of hits that the public proportions alone give."""
        share = self.chance / self.count
        return max(1.0, float((self.count * share * (1 - share)) ** 0.5))

    @property
    def beats_chance(self) -> bool:
        """Whether more was guessed than three and a half standard errors above the public
        proportions: keys are fresh in every game, and a dozen games must not be lost by luck.
        """
        return self.guessed > self.chance + 3.5 * self.standard_error


def play(features: Sequence[Features], labels: Sequence[str], proportions: Counter[str]) -> Result:
    """Learn one half, guess the other; then the other way round.

    The best of all classifiers is chosen within the half whose labels are known.
    """
    usual = proportions.most_common(1)[0][0]
    even, odd = list(range(0, len(labels), 2)), list(range(1, len(labels), 2))
    hits = 0
    for known, asked in ((even, odd), (odd, even)):
        seen, told = [features[at] for at in known], [labels[at] for at in known]
        guess = _best(seen, told)(seen, told)
        hits += sum(guess(features[at]) == labels[at] for at in asked)
    return Result(hits, sum(label == usual for label in labels), len(labels))


def _best(seen: Sequence[Features], told: Sequence[str]) -> Trainer:
    """Every feature alone in buckets; then the most telling ones together, by their neighbours."""
    names = sorted({name for each in seen for name in each})
    alone = [
        (_score(trainer, seen, told), at, name, trainer)
        for at, (name, trainer) in enumerate(
            (name, _buckets(name, count)) for name in names for count in _BUCKETS
        )
    ]
    alone.sort(key=lambda each: (-each[0], each[1]))
    telling = list(dict.fromkeys(name for _, _, name, _ in alone))
    together = [
        _neighbours(chosen, count)
        for chosen in (telling[:2], telling[:_BEST], telling[:20])
        for count in _NEIGHBOURS
    ]
    trainers = [trainer for *_, trainer in alone[:_BEST]] + together
    return max(trainers, key=lambda trainer: _score(trainer, seen, told))


def _score(trainer: Trainer, seen: Sequence[Features], told: Sequence[str]) -> int:
    hits = 0
    for fold in range(_FOLDS):
        kept = [at for at in range(len(seen)) if at % _FOLDS != fold]
        guess = trainer([seen[at] for at in kept], [told[at] for at in kept])
        hits += sum(guess(seen[at]) == told[at] for at in range(fold, len(seen), _FOLDS))
    return hits


def _buckets(name: str, count: int) -> Trainer:
    """The most frequent label in the bucket where the value of one feature falls."""

    def train(seen: Sequence[Features], told: Sequence[str]) -> Classifier:
        values = sorted(each.get(name, -1.0) for each in seen)
        few = len(set(values)) <= 4 * count
        edges = [values[len(values) * at // count] for at in range(1, count)]

        def bucket(each: Features) -> float:
            value = each.get(name, -1.0)
            return value if few else float(bisect_right(edges, value))

        usual = Counter(told).most_common(1)[0][0]
        inside: defaultdict[float, Counter[str]] = defaultdict(Counter)
        for each, label in zip(seen, told, strict=True):
            inside[bucket(each)][label] += 1
        best = {key: labels.most_common(1)[0][0] for key, labels in inside.items()}
        return lambda each: best.get(bucket(each), usual)

    return train


def _neighbours(names: Sequence[str], count: int) -> Trainer:
    """The most frequent label among the `count` nearest tips."""

    def train(seen: Sequence[Features], told: Sequence[str]) -> Classifier:
        columns = [[each.get(name, -1.0) for each in seen] for name in names]
        scales = [(fmean(column), pstdev(column) or 1.0) for column in columns]

        def point(each: Features) -> list[float]:
            return [
                (each.get(name, -1.0) - mean) / spread
                for name, (mean, spread) in zip(names, scales, strict=True)
            ]

        points = [(point(each), label) for each, label in zip(seen, told, strict=True)]

        def guess(each: Features) -> str:
            here = point(each)
            far = ((sum(map(abs, map(sub, there, here))), label) for there, label in points)
            near = nsmallest(count, far)
            return Counter(label for _, label in near).most_common(1)[0][0]

        return guess

    return train
