"""The questionnaires of this house: those of the product, and the operator's in their place."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.config import WrongSettings
from handlers.address import Address, addressed
from handlers.forms import Form, reading
from handlers.forms.reading import Mistake, Read
from handlers.languages import Language
from handlers.screens import say
from handlers.texts import Texts
from handlers.tips import Category

MOST_BYTES = 256 * 1024
_SETTING = "TIENGTHO_FORMS_DIR"
_NONE = Path()


def load(folder: Path, address: Address = Address.BAN) -> Mapping[Category, Form]:
    """All forms, as workers are addressed. Raises WrongSettings with every mistake in the
    operator's files, one a line.
    """
    found = reading.with_own(own(folder))
    if found.mistakes:
        lines = "\n".join(told(each) for each in found.mistakes)
        raise WrongSettings(f"the questionnaires have mistakes:\n{lines}")
    return {category: _addressed(form, address) for category, form in found.forms.items()}


def check(folder: Path) -> Read:
    """What is in the operator's folder, with every mistake. Raises WrongSettings where it cannot be
    read.
    """
    return reading.read(own(folder))


def own(folder: Path) -> dict[str, bytes]:
    """The operator's files by name; none where no folder is set. Raises WrongSettings."""
    if folder == _NONE:
        return {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise WrongSettings(f"{_SETTING}: {folder} cannot be read: {error.strerror}") from None
    return {path.name: _bytes(path) for path in paths if _is_form(path.name)}


def aside(folder: Path) -> tuple[str, ...]:
    """The names of what lies in that folder and is no questionnaire by its name, like
    `loans.toml.txt`: an editor may have called it so unseen.
    """
    names = sorted(path.name for path in folder.iterdir()) if folder != _NONE else []
    return tuple(each for each in names if not _is_form(each) and not each.startswith("."))


def told(mistake: Mistake) -> str:
    """A mistake with file and line, in both languages."""
    return " / ".join(
        Texts.load(language).say(
            say(
                "form.flaw.at",
                file=mistake.file,
                line=mistake.line,
                told=say(f"form.flaw.{mistake.flaw}", about=mistake.about),
            )
        )
        for language in Language
    )


def _addressed(form: Form, address: Address) -> Form:
    """The form with its questions so; labels and answers stay, for they are what the unit reads."""
    questions = (
        replace(each, ask=replace(each.ask, vi=addressed(each.ask.vi, address)))
        for each in form.questions
    )
    return replace(form, questions=tuple(questions))


def _is_form(name: str) -> bool:
    """Files that begin with a point are those of editors and machines (`._loans.toml`)."""
    return name.lower().endswith(reading.ENDING) and not name.startswith(".")


def _bytes(path: Path) -> bytes:
    try:
        # A pipe would keep the start waiting for words that never come.
        if path.exists() and not path.is_file():
            raise WrongSettings(f"{_SETTING}: {path.name} is no file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        why = f"{path.name} cannot be read: {error.strerror}"
        raise WrongSettings(f"{_SETTING}: {why}") from None
    if len(data) > MOST_BYTES:
        raise WrongSettings(f"{_SETTING}: {path.name} is larger than {MOST_BYTES} bytes")
    return data
