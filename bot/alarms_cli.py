"""`python -m bot doctor alarms`: whether each desk learns of a tip in danger while it is closed."""

import sys
from dataclasses import dataclass

import click

from bot.runner import Runner
from storage import alarms, units
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Finding:
    """One line about one unit: "✓", "✗" or "!" for what is bearable, and what to do."""

    mark: str
    line: str


async def examine(database: Database) -> list[Finding]:
    """The root first, then every unit where somebody reads tips."""
    async with database.read() as tx:
        tree, working = await units.tree(tx), await alarms.reachable(tx)
    if tree is None:
        return [Finding("✗", "there are no units yet; run: python -m bot import units FILE.csv")]
    found = []
    for unit in (tree.root, *(each for each in tree.all if each != tree.root)):
        if paths := working.get(unit.id):
            found.append(Finding("✓", f"{unit.id} {unit.name}: {', '.join(sorted(paths))}"))
        elif unit == tree.root:
            found.append(
                Finding(
                    "✗",
                    f"{unit.id} {unit.name} has no alarm: danger tips ring nowhere."
                    " Link a Telegram group, a Zalo chat or a browser.",
                )
            )
        elif unit.id in working:
            line = f"{unit.id} {unit.name} has no alarm: its danger tips go up."
            found.append(Finding("!", line))
    return found


@click.command("alarms", help="Check how each desk learns of a tip while it is closed.")
@click.pass_obj
def alarms_command(runner: Runner) -> None:
    """`doctor alarms`; exit code 1 where danger tips ring nowhere."""
    findings = runner.run(examine)
    for finding in findings:
        click.echo(f"{finding.mark} {finding.line}")
    if any(finding.mark == "✗" for finding in findings):
        sys.exit(1)
