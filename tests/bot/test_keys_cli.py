"""`keys …`, what a start refuses, and what `doctor` says of it all."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import delete, update

from bot import app, doctor_cli, keyfile, keys_cli, paper, rotating
from bot.app import CannotStart
from bot.cli import Context
from bot.config import Settings
from bot.findings import Finding
from bot.paper import NotTheWords
from storage import audit, installation, ring, rotation
from storage.audit import Act
from storage.crypto import new_master
from storage.database import Database
from storage.keys import Purpose, wrap_key
from storage.tables import audit as audit_table
from storage.tables import keyring
from tests import demo_house, rotation_world

Done = TypeVar("Done")
WORDS = "abandon " * 23 + "art"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody serves beside us who would need the time."""
    monkeypatch.setattr(rotating, "SETTLE_SECONDS", 0)


@pytest.fixture
async def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """A house in which something lies under every key."""
    async with rotation_world.database(sqlite_url) as (made, _):
        assert made.ring is not None
        [master] = made.ring.masters()
    key = tmp_path / "keys" / "master.key"
    keyfile.make(key, master)
    return Settings(_env_file=None, database_url=SecretStr(sqlite_url), master_key_file=key)


async def opened(settings: Settings, work: Callable[[Database], Awaitable[Done]]) -> Done:
    async with app.open_database(settings) as (database, _):
        return await work(database)


async def command(settings: Settings, *words: str, typed: str = "") -> Result:
    """A command of `keys`, in a thread, for it has a loop of its own."""

    def invoke() -> Result:
        return CliRunner().invoke(keys_cli.keys, words, input=typed, obj=Context(settings))

    return await asyncio.to_thread(invoke)


async def refusal(settings: Settings) -> str:
    """Why it does not start: one line."""
    with pytest.raises(CannotStart) as raised:
        async with app.open_database(settings):
            pass
    line = str(raised.value)
    assert "\n" not in line
    return line


# --- paper ------------------------------------------------------------------------------------


def test_a_key_becomes_the_words_that_others_would_write_too() -> None:
    # The first and the last vector of BIP39 for 32 bytes.
    assert " ".join(paper.words_of(bytes(32))) == WORDS
    assert " ".join(paper.words_of(b"\xff" * 32)) == "zoo " * 23 + "vote"
    assert paper.key_of(WORDS) == bytes(32)


def test_words_are_read_as_people_type_them() -> None:
    key = new_master()
    words = paper.words_of(key)
    assert paper.key_of("  ".join(words).upper()) == key
    assert paper.key_of("\n".join(f"{at}. {word}" for at, word in enumerate(words, 1))) == key
    assert paper.key_of(" ".join(word[:4] for word in words)) == key


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "these are 0 words; a key has 24"),
        ("abandon " * 25, "these are 25 words"),
        ("abandon " * 23 + "xylo", "word 24 is none of the list"),
        ("abandon " * 24, "the words are no key"),
        ("art " + "abandon " * 23, "the words are no key"),
    ],
)
def test_wrong_words_are_refused_without_saying_them(typed: str, why: str) -> None:
    with pytest.raises(NotTheWords, match=why) as raised:
        paper.key_of(typed)
    assert "abandon" not in str(raised.value)


def test_the_sheet_has_every_word_in_its_place_and_a_picture() -> None:
    key = new_master()
    shown = paper.sheet(key)
    numbered = {int(at): word for at, word in re.findall(r"(\d+)\. ([a-z]+)", shown)}
    assert [numbered[at] for at in range(1, 25)] == paper.words_of(key)
    assert "█" in shown


def test_four_different_words_are_asked_back_and_one_wrong_one_is_too_many() -> None:
    words, asked = paper.words_of(new_master()), list[int]()

    def answer(question: str) -> str:
        asked.append(int(question.removeprefix("Word ")))
        return f" {words[asked[-1] - 1].upper()} "

    seen = set()
    for _ in range(20):
        asked.clear()
        assert paper.ask_back(words, answer)
        assert asked == sorted(set(asked))
        assert len(asked) == 4
        seen.update(asked)
    assert len(seen) > 10
    assert not paper.ask_back(words, lambda _: "zoo" if words[0] != "zoo" else "art")


async def test_words_are_never_shown_into_a_pipe_and_not_again_once_confirmed(
    settings: Settings,
) -> None:
    words = paper.words_of(keyfile.read(settings.master_key_file))
    piped = await command(settings, "show-paper")
    assert piped.exit_code == 1
    assert "terminal only" in piped.output
    await opened(settings, keys_cli.confirm)
    again = await command(settings, "show-paper")
    assert again.exit_code == 1
    assert not [word for word in words if f" {word} " in piped.output + again.output]


async def test_the_key_file_is_made_anew_from_paper_when_it_is_this_databases(
    settings: Settings,
) -> None:
    path = settings.master_key_file
    words = " ".join(paper.words_of(keyfile.read(path)))
    there = await command(settings, "enter-paper", typed=words)
    assert "is there already" in there.output
    key = path.read_text()
    path.unlink()
    wrong = await command(settings, "enter-paper", typed=WORDS)
    assert "not the one that opens this database" in wrong.output
    broken = await command(settings, "enter-paper", typed="abandon " * 24)
    assert "no key" in broken.output
    assert not path.exists()
    right = await command(settings, "enter-paper", typed=words)
    assert right.exit_code == 0, right.output
    assert path.read_text() == key
    assert path.stat().st_mode & 0o777 == 0o600
    async with app.open_database(settings) as (database, _), database.read() as tx:
        assert await rotation.is_on_paper(tx)


async def test_without_a_database_the_file_is_made_and_nobody_knows_whether_it_fits(
    tmp_path: Path,
) -> None:
    url = SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'none' / 'of.db'}")
    key = tmp_path / "master.key"
    settings = Settings(_env_file=None, database_url=url, master_key_file=key)
    done = await command(settings, "enter-paper", typed=WORDS)
    assert "nobody knows whether it fits" in done.output
    assert keyfile.read(key) == bytes(32)
    assert not (tmp_path / "none").exists()


# --- rotate -----------------------------------------------------------------------------------


async def test_rotate_all_says_what_it_did_and_what_waits(settings: Settings) -> None:
    before = keyfile.read(settings.master_key_file)
    done = await command(settings, "rotate", "all")
    assert done.exit_code == 0, done.output
    assert "New keys are in use: accounts, audit, bell" in done.output
    assert "The old pepper stays" in done.output
    assert "`run` is started again" in done.output
    assert "show-paper" in done.output
    assert keyfile.read(settings.master_key_file) != before
    assert not keyfile.next_of(settings.master_key_file).exists()

    async def acts(database: Database) -> list[str]:
        async with database.read() as tx:
            entries = await audit.entries(tx, limit=100)
        return [entry.note for entry in entries if entry.act is Act.KEY_CHANGED]

    assert set(await opened(settings, acts)) == {*Purpose, "master"}


async def test_a_rotation_that_was_not_finished_goes_on_without_another_key(
    settings: Settings,
) -> None:
    async def begin(database: Database) -> None:
        master = keyfile.read(settings.master_key_file)
        await rotation.begin(database, [Purpose.UNITS], master, app.utc_now().date())

    await opened(settings, begin)
    done = await command(settings, "rotate", "units")
    assert "was not finished; it goes on" in done.output
    assert await opened(settings, numbers) == [2]
    await command(settings, "rotate", "units")
    assert await opened(settings, numbers) == [3]


async def numbers(database: Database) -> list[int]:
    async with database.read() as tx:
        rows = await ring.read(tx.connection)
    return sorted(row.number for row in rows if row.purpose is Purpose.UNITS)


async def test_a_log_that_was_changed_stops_a_rotation_before_anything_is_done(
    settings: Settings,
) -> None:
    async def change(database: Database) -> None:
        async with database.write() as tx:
            await tx.run(update(audit_table).values(previous=bytes(32)))

    await opened(settings, change)
    done = await command(settings, "rotate", "all")
    assert done.exit_code == 1
    assert "does not verify" in done.output
    assert await opened(settings, numbers) == [1]
    found = await doctor_cli.examine(settings)
    assert any(each.well is False and "changed it" in each.line for each in found)


@pytest.mark.parametrize("moment", ["nothing", "half written", "written", "wrapped", "moved"])
async def test_the_master_key_is_changed_from_whatever_moment_it_was_stopped_at(
    settings: Settings, moment: str
) -> None:
    path, old = settings.master_key_file, keyfile.read(settings.master_key_file)
    new = keyfile.next_of(path)
    if moment == "half written":
        new.write_text("00" * 7)
    elif moment != "nothing":
        fresh = keyfile.make(new)
        if moment in ("wrapped", "moved"):
            await opened(settings, lambda database: rotation.rewrap(database, old, fresh))
        if moment == "wrapped":
            assert "run: python -m bot keys rotate master" in await refusal(settings)
            found = await doctor_cli.examine(settings)
            assert any("not finished" in each.line for each in found)
        if moment == "moved":
            keyfile.take_over(path)
    done = await command(settings, "rotate", "master")
    assert done.exit_code == 0, done.output
    assert not new.exists()
    assert keyfile.read(path) != old
    async with app.open_database(settings) as (database, _):
        assert not await installation.opens(database, old)


async def test_who_serves_while_the_master_key_changes_goes_on(settings: Settings) -> None:
    async with app.open_database(settings) as (serving, _):
        old = keyfile.read(settings.master_key_file)
        fresh = keyfile.make(keyfile.next_of(settings.master_key_file))
        await opened(settings, lambda database: rotation.rewrap(database, old, fresh))
        # The program was killed here: the old file is still in its place.
        async with serving.write() as tx:
            assert await audit.verify(tx)
        await command(settings, "rotate", "master")
        await command(settings, "rotate", "audit")
        async with serving.write() as tx:
            assert await audit.verify(tx)


# --- start ------------------------------------------------------------------------------------


async def test_a_start_says_what_is_wrong_with_a_key_and_what_to_do(settings: Settings) -> None:
    path = settings.master_key_file
    right = path.read_text()
    lines = set()
    path.chmod(0o644)
    lines.add(line := await refusal(settings))
    assert "chmod 600" in line
    path.chmod(0o600)
    path.write_text(new_master().hex())
    lines.add(line := await refusal(settings))
    assert "does not open this database" in line
    path.write_text("broken")
    lines.add(line := await refusal(settings))
    assert "does not hold a key" in line
    path.unlink()
    lines.add(line := await refusal(settings))
    assert "enter-paper" in line
    keyfile.make(path, bytes.fromhex(right.strip()))
    same = settings.model_copy(update={"push_key_file": path})
    lines.add(line := await refusal(same))
    assert "TIENGTHO_PUSH_KEY_FILE" in line
    assert len(lines) == 5
    assert not any(right.strip() in line for line in lines)


@pytest.mark.parametrize("twin", ["a purpose", "the master"])
async def test_a_start_refuses_two_keys_that_are_equal(settings: Settings, twin: str) -> None:
    master = keyfile.read(settings.master_key_file)

    async def spoil(database: Database) -> None:
        raw = new_master() if twin == "a purpose" else master
        async with database.engine.begin() as connection:
            rows = [row for row in await ring.read(connection) if row.purpose not in TWINS]
            made = [wrap_key(master, purpose, 1, raw) for purpose in TWINS]
            await ring.put(connection, [*rows, *made])

    await opened(settings, spoil)
    assert "two keys of this database are equal" in await refusal(settings)


TWINS = (Purpose.BELL, Purpose.UNITS)


async def test_a_start_refuses_a_keyring_with_a_gap(settings: Settings) -> None:
    async def spoil(database: Database) -> None:
        async with database.engine.begin() as connection:
            await connection.execute(delete(keyring).where(keyring.c.purpose == "bell"))

    await opened(settings, spoil)
    assert "a key is missing" in await refusal(settings)


# --- doctor -----------------------------------------------------------------------------------


async def examined(settings: Settings) -> list[Finding]:
    """What it finds, but for this process, which the tests have not closed to onlookers."""
    found = await doctor_cli.examine(settings)
    return [each for each in found if not each.line.startswith("memory:")]


async def wrong(settings: Settings) -> list[str]:
    return [each.line for each in await examined(settings) if each.well is False]


async def test_the_doctor_is_red_until_the_key_is_on_paper_and_away_from_the_database(
    settings: Settings, tmp_path: Path
) -> None:
    paper, backups = await wrong(settings)
    assert "the master key is on no paper" in paper
    assert "backups: none." in backups
    await opened(settings, keys_cli.confirm)
    assert await wrong(settings) == [backups]
    beside = tmp_path / "master.key"
    settings.master_key_file.rename(beside)
    moved = settings.model_copy(update={"master_key_file": beside})
    line, *_ = await wrong(moved)
    assert "it lies beside the database" in line
    link = tmp_path / "keys" / "link"
    link.symlink_to(beside)
    linked = settings.model_copy(update={"master_key_file": link})
    assert any("it is a link" in line for line in await wrong(linked))


async def test_a_demo_is_not_red_for_what_a_demo_may(sqlite_url: str, tmp_path: Path) -> None:
    await demo_house.prepare(sqlite_url, tmp_path / "master.key")
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(sqlite_url),
        master_key_file=tmp_path / "master.key",
    )
    found = await examined(settings)
    assert [each for each in found if each.well is False] == []
    assert len([each for each in found if each.well is None and "demo" in each.line]) == 2


async def test_the_doctor_says_what_is_missing_and_makes_nothing(tmp_path: Path) -> None:
    url = SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    key = tmp_path / "master.key"
    settings = Settings(_env_file=None, database_url=url, master_key_file=key)
    first, second = await wrong(settings)
    assert "does not exist" in first
    assert "python -m bot init" in second
    assert list(tmp_path.iterdir()) == []
