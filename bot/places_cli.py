"""`python -m bot places`: what a typed place may mean, as the talk would understand it."""

import json
from collections.abc import Iterator

import click

from bot import app, keyfile, locks
from bot.runner import Runner
from handlers.places import Answer, Place
from storage import atlas
from storage.database import Database, file_of
from storage.places import Places

MOST = 6


@click.command("places", help="Show what a typed place may mean, the likeliest first.")
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, MOST), default=MOST, show_default=True)
@click.pass_obj
def places_command(runner: Runner, text: str, limit: int) -> None:
    """`places TEXT`: one line of JSON for each candidate, none for what is no place."""
    places = _places(runner)
    for line in _lines(places.look_up(text, limit), places):
        click.echo(line)


def _lines(answer: Answer, places: Places) -> Iterator[str]:
    """The candidates as JSON: `code` is null for a former unit and for a park, `codes` are the
    communes of today that it covers.
    """
    for found in answer.found:
        place = found.place
        told = {
            "code": place.code or None,
            "codes": _communes(place, places),
            "name": place.name,
            "type": found.type,
            "province": place.province,
            "why": found.why,
        }
        yield json.dumps(told, ensure_ascii=False)


def _communes(place: Place, places: Places) -> list[str]:
    if place.code != place.province_code:
        return list(place.codes)
    every = places.of_today.values()
    return [each.code for each in every if each.province_code == place.code != each.code]


def _places(runner: Runner) -> Places:
    """Those of this installation with its parks; those of the program where there is none yet."""
    file = file_of(runner.settings.database_url.get_secret_value())
    # To look for a place makes no database.
    if file is not None and not file.exists():
        return atlas.of_the_program()

    async def work(database: Database) -> Places:
        async with database.read() as tx:
            return await atlas.current(tx)

    try:
        return runner.run(work)
    except (app.CannotStart, keyfile.NoKey, locks.Taken) as error:
        click.echo(f"tiengtho: {error}; these are the places of the program alone", err=True)
        return atlas.of_the_program()
