"""The operator's table of regions is read at the start, whole, or the start says what is wrong."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import app, regions
from bot.channels import Arrival, webchat
from bot.config import Settings, WrongSettings
from handlers.events import Chose, Command, Commanded, Event, Said
from tests.world import places


def settings_of(url: str, folder: Path, content: bytes | None) -> Settings:
    table = folder / "regions.csv"
    if content is not None:
        table.write_bytes(content)
    return Settings(
        _env_file=None,
        database_url=SecretStr(url),
        master_key_file=folder / "master.key",
        regions_file=table,
    )


async def test_a_place_in_the_table_answers_the_question_for_the_region(
    sqlite_url: str, tmp_path: Path
) -> None:
    place = places().of_today["00004"]
    settings = settings_of(sqlite_url, tmp_path, b"commune,region\n00004,I\n")
    async with app.open_house(settings, make_demo=True) as house:
        events: list[Event] = [Commanded(Command.HANDBOOK)]
        events += [Chose("tools"), Chose("calculators"), Chose("c_minimum"), Said(place.label)]
        for number, event in enumerate(events):
            arrival = Arrival(webchat.NAME, "somebody", str(number), event)
            answer = await house.inbound.receive(arrival)
        assert f"{place.label} thuộc vùng I" in answer.rendered.text
        assert "5.310.000" in answer.rendered.text
        assert "4.730.000" not in answer.rendered.text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"commune,region\n00004,X\n", "REGIONS_FILE: line 2"),
        (b"commune,region\n99999,I\n", "REGIONS_FILE: line 2"),
        (b"\xff\xfe", "REGIONS_FILE cannot be read"),
        (None, "REGIONS_FILE cannot be read"),
    ],
)
async def test_a_wrong_table_stops_the_start_in_one_line(
    sqlite_url: str, tmp_path: Path, content: bytes | None, told: str
) -> None:
    settings = settings_of(sqlite_url, tmp_path, content)
    with pytest.raises(WrongSettings, match=told) as raised:
        async with app.open_house(settings, make_demo=True):
            pass
    assert "\n" not in str(raised.value)


def test_a_pipe_in_the_place_of_the_table_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "regions.csv")
    with pytest.raises(WrongSettings, match="is no file"):
        regions.load(tmp_path / "regions.csv", ())


async def test_doctor_says_what_a_start_would_say(tmp_path: Path, sqlite_url: str) -> None:
    settings = settings_of(sqlite_url, tmp_path, b"commune,region\n00004,I\n")
    async with app.open_house(settings, make_demo=True) as house:
        database, installed = house.database, house.installation
        [well] = await regions.look(settings, database, installed)
        assert (well.well, well.line) == (True, "wage regions: of 1 communes.")
        wrong = settings_of(sqlite_url, tmp_path, b"commune,region\n1,I\n")
        [told] = await regions.look(wrong, database, installed)
        assert (told.well, "line 2" in told.line) == (False, True)
