"""The talks of `tests/talks/` on Zalo: polled or brought, in one style, on one of the databases."""

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import services, talk
from tests.fakes.zalo_bot import Style
from tests.players import open_house
from tests.whole.test_telegram_talks import EVERY_PAIR
from tests.zalo_house import Way, ZaloPlayer, clock_of, on_zalo

SCRIPTS = {
    name: script
    for name, script in (talk.scripts() | talk.scripts(kept=True)).items()
    if not script.brings_files
}


def _plays() -> list[Any]:
    """Each script one way, in one style, on one database: none knows of the others in the house,
    and the scripts share all manners out. Those that are for Zalo alone are played both ways.
    """
    manners = list(itertools.product(Way, Style, ("sqlite", "postgresql")))
    return [
        pytest.param(
            name, *manner, marks=[pytest.mark.postgresql] if "postgresql" in manner else []
        )
        for name, script in SCRIPTS.items()
        for place, manner in enumerate(manners)
        if _has_turn(script, place, len(manners)) or services.is_set(EVERY_PAIR)
    ]


def _has_turn(script: talk.Script, place: int, of: int) -> bool:
    # Seen from the end of the list stand the other way, the other style, the other database.
    places = (place, of - 1 - place) if script.is_kept else (place,)
    return any(talk.has_turn(script.name, each, of) for each in places)


def test_every_manner_is_played_by_some_of_the_talks() -> None:
    played = Counter(tuple(each.values[1:]) for each in _plays())
    assert len(played) == len(Way) * len(Style) * 2
    assert min(played.values()) >= 3, played


@pytest.mark.parametrize(("name", "way", "style", "database"), _plays())
async def test_the_chat_talks_as_written_in(
    name: str,
    way: Way,
    style: Style,
    database: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    url = str(request.getfixturevalue(f"{database}_url"))
    async with (
        open_house(url, tmp_path) as (house, clock),
        clock_of(clock, style=style) as zalo,
        on_zalo(house, zalo, way) as account,
    ):
        player = ZaloPlayer(house, clock, account.channel, zalo=zalo, account=account)
        player.through_doorways = not SCRIPTS[name].is_kept
        await talk.play(SCRIPTS[name], player)
