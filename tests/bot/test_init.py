"""`init` at a real terminal: it asks for the first administrator, and four words back."""

import os
import pty
import re
import select
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from bot import app, keyfile, paper
from bot.cli import Context, commands
from bot.config import Settings
from handlers.roles import Role
from storage import rotation, staff, units
from tests import services

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0
NAME = "Người quản trị"

Answer = str | Callable[[str], str]


def typed(folder: Path, *words: str, answers: Sequence[tuple[str, Answer]]) -> tuple[str, int]:
    """A command at a terminal of its own; what stood there, and its exit code."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        env = services.environment(PYTHONPATH=str(ROOT), TERM="xterm")
        program = [sys.executable, "-m", "bot", *words]
        os.execve(sys.executable, program, env)  # noqa: S606 - only so it has the terminal
    told, read, waiting = "", 0, list(answers)
    while select.select([terminal], [], [], PATIENCE_SECONDS)[0]:
        try:
            told += os.read(terminal, 65536).decode(errors="replace")
        except OSError:
            # The other side is closed.
            break
        while waiting and (found := re.search(waiting[0][0], told[read:])):
            read += found.end()
            answer = waiting.pop(0)[1]
            os.write(terminal, f"{answer if isinstance(answer, str) else answer(told)}\n".encode())
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    assert not waiting, told
    return told, os.waitstatus_to_exitcode(status)


def from_paper(told: str) -> str:
    """The word that is asked for, from what was shown before."""
    shown: dict[int, str] = {}
    for at, word in re.findall(r"(\d+)\. ([a-z]+)", told):
        shown[int(at)] = word
    return shown[int(re.findall(r"Word (\d+)", told)[-1])]


ASKED_BACK: list[tuple[str, Answer]] = [("Press Enter", ""), *[(r"Word \d+: ", from_paper)] * 4]


async def test_at_a_terminal_it_asks_for_everything_and_shows_no_word_longer_than_needed(
    tmp_path: Path,
) -> None:
    answers: list[tuple[str, Answer]] = [
        ("Id of the top unit", "tổng"),
        ("Name of the top unit", "Công đoàn"),
        ("Id of the top unit", "tong"),
        ("Name of the top unit", "Công đoàn"),
        ("Log-in name", "Q"),
        ("Log-in name", "quantri"),
        ("Name of the administrator", NAME),
        *ASKED_BACK,
    ]
    told, ended = typed(tmp_path, "init", answers=answers)
    assert ended == 0, told
    assert "/desk/moi/" in told
    assert "The paper copy is confirmed" in told
    folder = tmp_path / "data"
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite+aiosqlite:///{folder / 'tiengtho.db'}"),
        master_key_file=folder / "master.key",
    )
    words = paper.words_of(keyfile.read(settings.master_key_file))
    before, cleared, after = told.rpartition("\033[2J")
    assert cleared
    assert all(f" {word}" in before for word in words)
    assert sum(word in after for word in words) <= 8
    for file in folder.iterdir():
        assert " ".join(words[:3]).encode() not in file.read_bytes()
    async with app.open_database(settings) as (database, _), database.read() as tx:
        [member] = await staff.members(tx)
        assert (member.login, member.name) == ("quantri", NAME)
        assert member.grants == {("tong", Role.ADMINISTRATOR)}
        assert await rotation.is_on_paper(tx)
        tree = await units.tree(tx)
        assert tree is not None
        assert tree.root.name == "Công đoàn"


def test_without_a_terminal_nothing_is_asked_and_it_says_how_to_go_on(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'tiengtho.db'}"),
        master_key_file=tmp_path / "keys" / "master.key",
    )
    done = CliRunner().invoke(commands.commands["init"], [], obj=Context(settings))
    assert done.exit_code == 0, done.output
    assert "python -m bot keys show-paper" in done.output
    assert "python -m bot staff add" in done.output
    words = paper.words_of(keyfile.read(settings.master_key_file))
    assert " ".join(words[:3]) not in done.output


@pytest.mark.parametrize("wrong", ["zoo", ""])
def test_a_wrong_word_does_not_confirm(wrong: str) -> None:
    words = ["art"] * paper.WORDS
    asked = []

    def answer(question: str) -> str:
        asked.append(question)
        return wrong

    assert not paper.ask_back(words, answer)
    assert len(asked) == 3
