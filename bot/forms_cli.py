"""`python -m bot forms …`: whether questionnaires are sound, and how a worker meets them."""

from pathlib import Path

import click

from bot import forms
from bot.config import Settings, WrongSettings
from bot.findings import Finding
from bot.runner import Runner
from handlers.forms import Form
from handlers.forms.reading import built_in
from handlers.languages import Language
from handlers.texts import Texts
from handlers.tips import Category, category_named

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("forms", help="The questions that a worker is asked after the story.")
def forms_group() -> None:
    """`forms`."""


@forms_group.command("check", help="Say every mistake in the files of a folder, with its line.")
@click.argument("folder", required=False, type=_FOLDER)
@click.pass_obj
def check(runner: Runner, folder: Path | None) -> None:
    """`forms check [DIR]`: without a folder, that of the settings. Exit code 1 with mistakes."""
    asked = folder or runner.settings.forms_dir
    found = forms.check(asked)
    for mistake in found.mistakes:
        click.echo(forms.told(mistake), err=True)
    if found.mistakes:
        raise click.ClickException(f"{len(found.mistakes)} mistake(s)")
    if asked == Path():
        click.echo("TIENGTHO_FORMS_DIR is not set: the questionnaires of the product are asked.")
        return
    for name in forms.aside(asked):
        click.echo(f"– {name} is not looked at: a questionnaire is called like loans.toml.")
    names = ", ".join(sorted(found.forms)) or "none"
    click.echo(f"No mistakes. Questionnaires in this folder: {names}.")


@forms_group.command("show", help="Show a category's questions as a worker reads them.")
@click.argument("category")
@click.option("--english", is_flag=True, help="In English.")
@click.pass_obj
def show(runner: Runner, category: str, *, english: bool) -> None:
    """`forms show CATEGORY`."""
    named = category_named(category)
    if named is None:
        raise click.BadParameter(f"categories are {', '.join(Category)}")
    language = Language.EN if english else Language.VI
    address = runner.settings.address
    form = forms.load(runner.settings.forms_dir, address)[named]
    texts = Texts.load(language, address)
    click.echo(texts.get(f"category.{named}"))
    for line in shown(form, texts):
        click.echo(line)


def shown(form: Form, texts: Texts) -> list[str]:
    """The questions of a form with their answers, and when a question is asked only sometimes."""
    lines: list[str] = []
    for at, question in enumerate(form.questions, 1):
        ask = question.ask.get(texts.language)
        lines += ["", texts.get("form.ask", at=at, of=len(form.questions), ask=ask)]
        if question.when is not None:
            lines.append(f"  ({question.when.question} = {', '.join(sorted(question.when.among))})")
        lines += [f"  [{each.label.get(texts.language)}]" for each in question.options]
        last = ("is_unknown", "skip", "skip_all")
        lines.append("  " + " ".join(f"[{texts.get(f'choice.{each}')}]" for each in last))
    return lines


async def look(settings: Settings) -> list[Finding]:
    """For `doctor`: whose questionnaires are asked."""
    try:
        own = forms.own(settings.forms_dir)
        forms.load(settings.forms_dir)
    except WrongSettings as error:
        return [Finding(False, f"forms: {error}")]
    taken = sorted(name.removesuffix(".toml") for name in own)
    if not taken:
        return [Finding(True, f"forms: the {len(built_in())} of the product are asked.")]
    return [Finding(True, f"forms: your own are asked for {', '.join(taken)}.")]
