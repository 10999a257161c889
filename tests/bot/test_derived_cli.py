"""`python -m bot render`: the library as files, in one command, each told by its name."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner

from bot.config import Settings
from bot.derived_cli import render as command
from broadcasts import library
from broadcasts.derived.origin import is_whole
from handlers.bulletins import Wording
from handlers.languages import Language
from storage.database import Database
from tests import commands, planning_world
from tests.planning_world import CONTENT, written

Result = TypeVar("Result")
URL = "https://tips.example.org"


class Opened:
    """The command is given a database that is there already."""

    settings = Settings(_env_file=None, web_host="127.0.0.1", public_url=URL)

    def __init__(self, database: Database, loop: asyncio.AbstractEventLoop) -> None:
        self.database, self.loop = database, loop

    def run(self, work: Callable[[Database], Coroutine[Any, Any, Result]]) -> Result:
        return asyncio.run_coroutine_threadsafe(work(self.database), self.loop).result(30)


def rendered(folder: Path, *words: str, url: str = URL, database: str = "") -> tuple[int, str]:
    environment = {"TIENGTHO_PUBLIC_URL": url} if url else {}
    if database:
        environment["TIENGTHO_DATABASE_URL"] = database
    done = commands.bot(folder, "render", *words, environment=environment)
    return done.returncode, done.stdout + done.stderr


def test_one_text_becomes_a_file_of_each_form_and_language(tmp_path: Path) -> None:
    code, said = rendered(tmp_path, "loan_interest", "--unit", "Công đoàn", "--out", "made")
    assert code == 0, said
    names = {each.name for each in (tmp_path / "made").iterdir()}
    assert names == {
        f"ban-tin-B01-loan_interest-{form}-{language}.{end}"
        for form, end in (
            ("radio", "txt"),
            ("post", "txt"),
            ("card", "png"),
            ("leaflet", "pdf"),
            ("sheet", "pdf"),
        )
        for language in Language
    }
    post = (tmp_path / "made" / "ban-tin-B01-loan_interest-post-vi.txt").read_text("utf-8")
    assert "Từ: Công đoàn" in post
    assert f"{URL}/" in post


def test_the_whole_library_is_made_in_one_command(tmp_path: Path) -> None:
    words = ("all", "--form", "radio", "--form", "card", "--lang", "vi", "--out", "made")
    code, said = rendered(tmp_path, *words)
    assert code == 0, said
    whole = [each for each in library.texts().values() if is_whole(each.content, Language.VI)]
    assert len(list((tmp_path / "made").iterdir())) == 2 * len(whole) >= 20
    assert said.count("(draft)") == 2 * sum(each.publish == "check" for each in whole)


def test_without_an_address_it_is_said_that_there_is_no_code(tmp_path: Path) -> None:
    words = ("loan_interest", "--form", "leaflet", "--lang", "vi", "--out", "made")
    code, said = rendered(tmp_path, *words, url="")
    assert code == 0
    assert "No QR codes: TIENGTHO_PUBLIC_URL is not set" in said
    assert "No QR codes" not in rendered(tmp_path, *words)[1]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("loan_interest", "--form", "poster", "--out", "made"), "poster"),
        (("loan_interest",), "--out"),
        (("loan_interest", "--lang", "fr", "--out", "made"), "fr"),
    ],
)
def test_what_it_does_not_know_is_refused_in_one_line(
    tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    code, said = rendered(tmp_path, *words)
    assert code == 2
    assert why in said
    assert "Traceback" not in said


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    typed = ("loan_interest", "--form", "post", "--lang", "vi", "--out", "file/made")
    code, said = rendered(tmp_path, *typed)
    assert (code, "file/made cannot be written" in said, "unhandled" in said) == (1, True, False)


async def test_a_bulletin_is_made_by_its_id_and_a_long_one_says_why_not(
    database_url: str, tmp_path: Path
) -> None:
    async with planning_world.database(database_url) as made:
        draft = await written(made)
        wording = Wording("Dài", "Lời rất dài. " * 200, "Hỏi công đoàn.")
        long = await written(made, replace(CONTENT, vi=wording))

        opened = Opened(made, asyncio.get_running_loop())

        async def render(*words: str) -> tuple[int, str]:
            typed = [*words, "--out", str(tmp_path)]
            done = await asyncio.to_thread(CliRunner().invoke, command, typed, obj=opened)
            return done.exit_code, done.output

        code, told = await render(draft.id, "--form", "post", "--lang", "vi")
        assert code == 0, told
        assert "(draft)" in told
        file = tmp_path / f"ban-tin-{draft.id}-post-vi.txt"
        assert file.read_text("utf-8").startswith("Bản nháp: chưa được phát")
        code, told = await render(long.id, "--form", "card", "--lang", "vi")
        assert (code, "Too long by about" in told) == (1, True)
        code, told = await render("no-such", "--form", "card")
        assert (code, "no text of the library and no bulletin" in told) == (1, True)
