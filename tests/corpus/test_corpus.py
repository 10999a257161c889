"""Of a secret planted anywhere in a file nothing survives; nothing evil reaches the parent."""

import asyncio
from pathlib import Path

import pytest

from bot.media import Cleaner, CleanFile, Kind, Refusal, recognise
from tests import corpus
from tests.corpus import hostile, judging, running
from tests.corpus.drawn import small
from tests.services import exiftool


@pytest.mark.long
@pytest.mark.parametrize("family", corpus.FAMILIES)
async def test_of_a_canary_planted_anywhere_nothing_survives(family: str, tmp_path: Path) -> None:
    cleaned = await running.clean(corpus.family(family))
    names = {each.planted.place: each for each in cleaned}
    refused = [name for name, each in names.items() if not isinstance(each.answer, CleanFile)]
    assert refused == []
    hidden = [name for name, each in names.items() if not judging.is_found(each.planted.data)]
    assert hidden == [], "the control: the search finds each before"
    answers = {name: each.answer for name, each in names.items()}
    left = [
        name
        for name, answer in answers.items()
        if isinstance(answer, CleanFile) and judging.is_left(answer)
    ]
    assert left == []
    if exiftool() is not None:
        dirty, tidy = tmp_path / "dirty", tmp_path / "tidy"
        dirty.mkdir()
        tidy.mkdir()
        before = judging.told(dirty, [each.planted.data for each in cleaned])
        assert sum(map(judging.tells, before)) > len(cleaned) // 10, "the control"
        files = [answer.data for answer in answers.values() if isinstance(answer, CleanFile)]
        after = judging.told(tidy, files)
        assert [tags for tags in after if judging.tells(tags)] == []
        assert set().union(*map(judging.beside_its_shape, after)) == set()


@pytest.mark.exiftool
async def test_exiftool_sees_nothing_but_the_shape_of_a_clean_file(tmp_path: Path) -> None:
    cleaner = Cleaner()
    answers = [await cleaner.clean(data) for data in hostile.whole().values()]
    files = [each.data for each in answers if isinstance(each, CleanFile)]
    sounding = [each.with_sound for each in answers if isinstance(each, CleanFile)]
    files += [each for each in sounding if each is not None]
    assert len(files) == len(hostile.whole()) + 2
    for tags in judging.told(tmp_path, files):
        assert judging.beside_its_shape(tags) == []


def test_the_corpus_is_as_large_as_we_say() -> None:
    places = [each.place for each in corpus.planted()]
    assert len(places) == len(set(places)) >= 300


@pytest.mark.long
@pytest.mark.parametrize("group", ["bombs", "two_kinds", "cut", "bent"])
async def test_hostile_files_are_refused_or_clean_and_leave_no_child(group: str) -> None:
    files = list(getattr(hostile, group)())
    before = set(running.children())
    said = await running.throw(files)
    wrong = {each.name: said[each.name] for each in files if said[each.name] not in each.answers}
    assert wrong == {}
    assert set(running.children()) <= before


@pytest.mark.parametrize("file", list(hostile.other_kinds()), ids=lambda file: file.name)
async def test_other_kinds_are_refused_without_a_child(file: hostile.Hostile) -> None:
    answer = await Cleaner(child=("/nonexistent",)).clean(file.data)
    assert isinstance(answer, Refusal)
    assert {answer.value} == file.answers


def test_content_decides_what_a_file_is() -> None:
    kinds = {name: recognise(data) for name, data in hostile.whole().items()}
    assert kinds == {kind.value: kind for kind in Kind} | {"WEBM": Kind.VIDEO}


async def test_a_hundred_pictures_in_a_second_are_all_answered() -> None:
    cleaner, picture = Cleaner(), small("JPEG")
    before = set(running.children())
    answers = await asyncio.gather(*(cleaner.clean(picture) for _ in range(100)))
    assert {type(answer) for answer in answers} == {CleanFile}
    assert set(running.children()) <= before


async def test_memory_stays_flat_however_much_is_thrown() -> None:
    cleaner = Cleaner()
    large = small("JPEG") + bytes(8 * 1024 * 1024)
    await cleaner.clean(large)
    before = running.memory_bytes()
    for _ in range(5):
        await asyncio.gather(*(cleaner.clean(large) for _ in range(4)))
    assert running.memory_bytes() - before < 32 * 1024 * 1024


async def test_a_pdf_that_draws_for_ever_is_ended() -> None:
    assert await Cleaner(seconds=1.0).clean(hostile.endless_pdf()) is Refusal.TOO_SLOW
