"""Questionnaires of an operator: checked by a command and at every start, told by `doctor`."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import app, forms, forms_cli
from bot.config import Settings, WrongSettings
from handlers.address import Address
from handlers.languages import Language
from handlers.texts import Texts
from handlers.tips import Category
from tests import demo_house
from tests.handlers.test_forms import GOOD
from tests.world import forms as ours

LOOP = GOOD.replace('question = "what"', 'question = "known"')


def test_every_mistake_is_one_line_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "loans.toml").write_text(LOOP, encoding="utf-8")
    (tmp_path / "fire.toml").write_bytes(b"\xff")
    with pytest.raises(WrongSettings) as error:
        forms.load(tmp_path)
    lines = str(error.value).splitlines()[1:]
    assert lines[0].startswith("fire.toml, dòng 1: tệp không phải UTF-8 / fire.toml, line 1: ")
    assert lines[1].startswith("loans.toml, dòng 15: ")
    assert "loans.toml, line 15: the condition speaks of" in lines[1]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="FORMS_DIR"):
        forms.load(tmp_path / "none")


def test_what_cannot_be_read_is_named_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "loans.toml")
    with pytest.raises(WrongSettings, match=r"TIENGTHO_FORMS_DIR: loans\.toml is no file"):
        forms.load(tmp_path)
    (tmp_path / "loans.toml").unlink()
    (tmp_path / "fire.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(WrongSettings, match=r"fire\.toml cannot be read: No such file"):
        forms.load(tmp_path)


def test_a_file_with_thousands_of_brackets_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "loans.toml").write_text(f"questions = {'[' * 50_000}", encoding="utf-8")
    with pytest.raises(WrongSettings, match=r"loans\.toml, line 1: this is not valid TOML"):
        forms.load(tmp_path)


def test_a_name_that_an_editor_changed_is_not_passed_over_silently(tmp_path: Path) -> None:
    (tmp_path / "loans.toml.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "._loans.toml").write_bytes(b"\0\5\x16\7")
    assert forms.own(tmp_path) == {}
    assert forms.aside(tmp_path) == ("loans.toml.txt",)
    (tmp_path / "loans.TOML").write_text(GOOD, encoding="utf-8")
    with pytest.raises(WrongSettings, match=r'"loans\.TOML" is not a category'):
        forms.load(tmp_path)


def test_without_a_folder_ours_are_asked() -> None:
    assert forms.load(Path()) == ours()


def test_an_operators_form_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "loans.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a form", encoding="utf-8")
    found = forms.load(tmp_path)
    assert len(found[Category.LOANS].questions) == 3
    assert found[Category.FIRE] == ours()[Category.FIRE]


def test_questions_address_workers_as_the_operator_chose(tmp_path: Path) -> None:
    (tmp_path / "loans.toml").write_text(GOOD, encoding="utf-8")
    form = forms.load(tmp_path, Address.ANH_CHI)[Category.LOANS]
    assert form.questions[2].ask.vi == "Anh/chị biết bằng cách nào?"
    assert form.questions[2].label.vi == "Biết thế nào"


async def test_a_start_with_a_mistake_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "loans.toml").write_text(LOOP, encoding="utf-8")
    await demo_house.prepare(sqlite_url, tmp_path / "master.key")
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(sqlite_url),
        master_key_file=tmp_path / "master.key",
        forms_dir=tmp_path,
    )
    with pytest.raises(WrongSettings, match=r"loans\.toml, line 15"):
        async with app.open_house(settings, make_demo=True):
            pass


async def test_doctor_says_whose_are_asked(tmp_path: Path) -> None:
    [ours_alone] = await forms_cli.look(Settings(_env_file=None))
    assert ours_alone.well is True
    (tmp_path / "loans.toml").write_text(GOOD, encoding="utf-8")
    [own] = await forms_cli.look(Settings(_env_file=None, forms_dir=tmp_path))
    assert "loans" in own.line
    (tmp_path / "fire.toml").write_text(LOOP, encoding="utf-8")
    [wrong] = await forms_cli.look(Settings(_env_file=None, forms_dir=tmp_path))
    assert wrong.well is False


def test_a_form_is_shown_as_a_worker_meets_it() -> None:
    lines = forms_cli.shown(ours()[Category.LOANS], Texts.load(Language.VI))
    told = "\n".join(lines)
    assert "Câu 1/6 · bỏ qua được" in told
    assert "[Dọa đánh, dọa làm hại]" in told
    assert told.count("[Bỏ qua hết, xem lại tin]") == 6
