"""The talks of `tests/talks/` on Zalo: polled and brought, in both styles, on both databases."""

import itertools
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
    """Each script both ways, in two plays: style and database take turns from script to script,
    for neither knows of the other in the house.
    """
    plays = []
    for place, name in enumerate(SCRIPTS):
        pairs = itertools.product(Way, Style, ("sqlite", "postgresql"))
        for way, style, database in pairs:
            is_even = way is Way.POLLING
            turns = ((style is Style.NEW) == is_even) == (place % 2 == 0) and (
                (database == "sqlite") == is_even
            ) == (place // 2 % 2 == 0)
            if turns or services.is_set(EVERY_PAIR):
                marks = [pytest.mark.postgresql] if database == "postgresql" else []
                plays.append(pytest.param(name, way, style, database, marks=marks))
    return plays


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
