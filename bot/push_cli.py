"""`python -m bot push-key`: makes the key that Web Push is signed with."""

from typing import Protocol

import click

from bot.config import Settings


class Runner(Protocol):
    """What every command gets: the settings."""

    @property
    def settings(self) -> Settings:
        """The settings of this start."""


@click.command("push-key", help="Make the key for Web Push in TIENGTHO_PUSH_KEY_FILE.")
@click.pass_obj
def push_key(runner: Runner) -> None:
    """`push-key`; exit code 1 where no file is named, 2 where it cannot be made."""
    path = runner.settings.push_key_file
    if not runner.settings.has_push:
        raise click.ClickException("set TIENGTHO_PUSH_KEY_FILE to the file that shall be made")
    from bot.push import keys  # noqa: PLC0415 - without a key nothing of it shall be loaded

    keys.make(path)
    click.echo(f"Made the push key {path}. Keep a copy: with another one nobody who subscribed")
    click.echo(
        "can be reached. Start `run` again: /ban-tin offers notices, and officers find the bell"
    )
    click.echo("of their browser on the page Báo động.")
