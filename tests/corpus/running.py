"""Cleans the corpus and counts what is left; throws hostile files at the cleaner and counts too."""

import asyncio
import resource
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.media import Cleaner, CleanFile, Refusal
from tests import corpus
from tests.corpus import hostile, judging
from tests.corpus.hostile import Hostile
from tests.corpus.planting import Planted
from tests.services import exiftool

_PAGE_BYTES = resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A planted file and what the cleaner made of it."""

    planted: Planted
    answer: CleanFile | Refusal


async def clean(planted: Iterable[Planted]) -> list[Cleaned]:
    """All of them, two at a time. Two cleaners, because one takes no second video meanwhile."""
    files = list(planted)
    cleaners = [Cleaner(at_once=1, most_films=len(files)) for _ in range(2)]
    started = (cleaners[number % 2].clean(each.data) for number, each in enumerate(files))
    answers = await asyncio.gather(*started)
    return [Cleaned(*pair) for pair in zip(files, answers, strict=True)]


async def throw(files: Iterable[Hostile]) -> dict[str, str]:
    """How each hostile file was answered, by its name: a refusal, `clean`, or what is wrong."""
    thrown = list(files)
    cleaner = Cleaner(most_films=len(thrown))
    answers = await asyncio.gather(*(cleaner.clean(each.data) for each in thrown))
    return {each.name: _said(answer) for each, answer in zip(thrown, answers, strict=True)}


def _said(answer: CleanFile | Refusal) -> str:
    if isinstance(answer, Refusal):
        return answer.value
    return "LEFT" if judging.is_left(answer) else "clean"


def children() -> list[int]:
    """The processes that this one started and that still live."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended just now
            if int(fields[1]) == _me() and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def _me() -> int:
    return int(Path("/proc/self").resolve().name)


def memory_bytes() -> int:
    """What this process holds in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES


async def figures() -> dict[str, object]:
    """Everything at once: what `make corpus` prints and SECURITY.md says."""
    cleaned, told = [], {}
    for name in corpus.FAMILIES:
        own = await clean(corpus.family(name))
        told[name] = len(own)
        cleaned += own
        _say(name, own)
    answers = [each.answer for each in cleaned if isinstance(each.answer, CleanFile)]
    found: dict[str, object] = {
        "files": len(cleaned),
        "places": len({each.planted.place for each in cleaned}),
        "kinds": told,
        "refused": len(cleaned) - len(answers),
        "found_before": sum(judging.is_found(each.planted.data) for each in cleaned),
        "bytes_found_after": sum(judging.is_left(each) for each in answers),
    }
    return found | by_exiftool(cleaned) | await _hurt()


def by_exiftool(cleaned: list[Cleaned]) -> dict[str, object]:
    """What exiftool sees of the secrets before and after; None where it is absent."""
    if exiftool() is None:
        return {"exiftool_before": None, "exiftool_after": None, "exiftool_more": None}
    answers = [each.answer for each in cleaned if isinstance(each.answer, CleanFile)]
    outputs = [data for each in answers for data in (each.data, each.with_sound) if data]
    with tempfile.TemporaryDirectory() as dirty, tempfile.TemporaryDirectory() as tidy:
        before = judging.told(Path(dirty), [each.planted.data for each in cleaned])
        after = judging.told(Path(tidy), outputs)
    return {
        "exiftool_before": sum(map(judging.tells, before)),
        "exiftool_after": sum(map(judging.tells, after)),
        "exiftool_more": sorted(
            {name for tags in after for name in judging.beside_its_shape(tags)}
        ),
    }


async def _hurt() -> dict[str, object]:
    await Cleaner().clean(hostile.whole()["PNG"])
    before = memory_bytes()
    groups = {
        "bombs": list(hostile.bombs()),
        "two_kinds": list(hostile.two_kinds()),
        "cut": list(hostile.cut()),
        "bent": list(hostile.bent()),
        "other_kinds": list(hostile.other_kinds()),
    }
    told: dict[str, object] = {}
    wrong: list[str] = []
    for name, files in groups.items():
        said = await throw(files)
        told[name] = len(files)
        wrong += [
            f"{each.name}: {said[each.name]}"
            for each in files
            if said[each.name] not in each.answers
        ]
        print(f"{name}: {len(files)} files, {sum(how != 'clean' for how in said.values())} refused")
    del groups, files
    return {
        "hostile": told,
        "answered_wrongly": wrong,
        "children_left": len(children()),
        "memory_grew_megabytes": max(0, (memory_bytes() - before) // 2**20),
    }


def _say(name: str, cleaned: list[Cleaned]) -> None:
    for each in cleaned:
        if isinstance(each.answer, Refusal):
            print(f"  refused: {each.planted.place} ({each.answer.value})")
        elif judging.is_left(each.answer):
            print(f"  LEFT: {each.planted.place}")
        elif not judging.is_found(each.planted.data):
            print(f"  not found before: {each.planted.place}")
    print(f"{name}: {len(cleaned)} files, each with a secret at another place")
