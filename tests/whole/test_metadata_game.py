"""The metadata game, and the control, where the thief must win. `make seizure` plays it on
PostgreSQL too.
"""

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.whole import door_game, guessing, metadata_game, sealed_world
from tests.whole.guessing import Result


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_thief_without_the_key_guesses_no_better_than_anybody(sqlite_url: str) -> None:
    labels = await sealed_world.fill(sqlite_url, random.Random(1), 200)
    stolen = metadata_game.steal_file(sqlite_url)
    assert len(stolen.tables["tips"]) == len(labels) == 200
    results = metadata_game.guess_all(stolen, labels)
    assert [name for name, result in results.items() if result.beats_chance] == []
    spoiled = metadata_game.guess_all(metadata_game.spoil(stolen, labels), labels)
    assert [name for name, result in spoiled.items() if result.beats_chance] == [*spoiled]


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_thief_tells_neither_the_door_of_a_tip_nor_the_account_that_sent_it(
    tmp_path: Path,
) -> None:
    for attempt in range(2):
        url = f"sqlite+aiosqlite:///{tmp_path}/{attempt}.db"
        ways = await door_game.fill(url, tmp_path, random.Random(attempt), 72)
        stolen = metadata_game.steal_file(url)
        assert len(stolen.tables["tips"]) == len(ways) == 72
        results = door_game.guess_all(stolen, ways)
        spoiled = door_game.guess_all(door_game.spoil(stolen, ways), ways)
        won = [name for name, result in results.items() if result.beats_chance]
        won_control = [name for name, result in spoiled.items() if result.beats_chance]
        if (won, won_control) == ([], [*spoiled]):
            return
        # Keys are fresh in every game, and of 72 tips luck may show, or hide, something once.
    assert (won, won_control) == ([], [*spoiled])


def test_the_world_shows_every_label_in_its_public_proportion() -> None:
    for name, shares in metadata_game.proportions().items():
        assert len(shares) > 1, name
        assert max(shares.values()) < 0.7 * shares.total(), name


def test_the_guesser_learns_what_can_be_learnt() -> None:
    dice = random.Random(2)
    labels = dice.choices("abc", [5, 3, 2], k=200)
    told = [
        {"noise": dice.random(), "size": 100.0 + ord(each) + dice.choice((0, 40))}
        for each in labels
    ]
    assert guessing.play(told, labels, Counter("aaaaabbbcc")).beats_chance


def test_the_guesser_makes_nothing_out_of_noise() -> None:
    dice = random.Random(3)
    labels = dice.choices("abc", [5, 3, 2], k=200)
    told = [{f"noise {at}": dice.random() for at in range(40)} for _ in labels]
    assert not guessing.play(told, labels, Counter("aaaaabbbcc")).beats_chance


def test_three_and_a_half_standard_errors_are_the_border() -> None:
    assert not Result(guessed=67, chance=50, count=100).beats_chance
    assert Result(guessed=68, chance=50, count=100).beats_chance
