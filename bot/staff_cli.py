"""`python -m bot staff …`: the first administrator, and help when nobody can sign in any more."""

from datetime import datetime

import click

from bot.app import utc_now
from bot.config import Settings
from bot.runner import Runner
from handlers.moderators.accounts import login_name, shown_name
from handlers.roles import Role
from handlers.routing import UnitKind
from storage import alarms, audit, desk_codes, desk_links, leaving, units
from storage import staff as people
from storage.alarms import Path
from storage.audit import Act
from storage.database import Database, Tx
from storage.desk_codes import CodeKind
from storage.staff import Change, Member

_ROLES = click.Choice([role.value for role in Role])
_BOARDING = (
    "a boarding-house group reads no tips and has no desk: only authors and approvers of its"
    " bulletins"
)


async def add(
    database: Database, login: str, name: str, unit: str, role: Role, now: datetime, address: str
) -> str:
    """Add a member with one role; what to tell the operator, with the enrolment link.

    Raises click.ClickException with a readable line.
    """
    known, shown = login_name(login), shown_name(name)
    if known is None:
        raise click.ClickException(
            "a log-in name has 3 to 40 characters: lower-case letters, digits, dots, hyphens"
        )
    if shown is None:
        raise click.ClickException("a name has 1 to 80 characters")
    async with database.write() as tx:
        tree = await units.tree(tx)
        if tree is None or tree.get(unit) is None:
            raise click.ClickException(f"there is no unit {unit}")
        if await people.by_login(tx, known) is not None:
            raise click.ClickException(f"the log-in name {known} is taken")
        if await people.is_beyond_boarding(tx, [(unit, role)]):
            raise click.ClickException(_BOARDING)
        member, token = await people.add(tx, known, shown, {(unit, role)}, now)
        note = f"{role} {member.id.hex()}"
        await audit.write(tx, Act.ADDED, staff=None, unit=unit, minute=now, note=note)
    return f"Added {known} ({role} at {unit}).\n{_link(address, token)}"


async def reset(database: Database, login: str, now: datetime, address: str) -> str:
    """Void password and authenticator of a member; what to tell, with the new enrolment link."""
    async with database.write() as tx:
        member = await _member(tx, login)
        token = await people.reset(tx, member.login, now)
        await audit.write(tx, Act.RESET, staff=None, minute=now, note=member.id.hex())
    return f"The old password of {member.login} no longer works.\n{_link(address, token or '')}"


async def members(database: Database) -> str:
    """Everybody, one line each: log-in name, whether activated, roles, name."""
    async with database.read() as tx:
        everybody = await people.members(tx)
    return "\n".join(_line(member) for member in everybody) or "Nobody yet."


async def grant(database: Database, login: str, unit: str, role: Role, now: datetime) -> str:
    """Give a role; what to tell."""
    async with database.write() as tx:
        member = await _member(tx, login)
        match await people.grant(tx, member.id, unit, role):
            case Change.UNKNOWN:
                raise click.ClickException(f"there is no unit {unit}")
            case Change.JOINED:
                raise click.ClickException(
                    "administrators and keepers never read tips: nobody may hold both roles"
                )
            case Change.BOTH:
                raise click.ClickException(
                    "nobody reads tips for the union and for the police: make two accounts"
                    " for two people"
                )
            case Change.BOARDING:
                raise click.ClickException(_BOARDING)
            case Change.SAME:
                return f"{member.login} is {role} at {unit} already."
            case Change.DONE:
                note = f"{role} {member.id.hex()}"
                await audit.write(tx, Act.GRANTED, staff=None, unit=unit, minute=now, note=note)
    return f"{member.login} is {role} at {unit} now."


async def revoke(database: Database, login: str, unit: str, role: Role, now: datetime) -> str:
    """Take a role away; what to tell."""
    async with database.write() as tx:
        member = await _member(tx, login)
        if not await people.revoke(tx, member.id, unit, role):
            raise click.ClickException(f"{member.login} is not {role} at {unit}")
        await leaving.hand_back(tx, member.id, None, now)
        note = f"{role} {member.id.hex()}"
        await audit.write(tx, Act.REVOKED, staff=None, unit=unit, minute=now, note=note)
    return f"{member.login} is no longer {role} at {unit}."


async def leave(database: Database, login: str, now: datetime) -> str:
    """Take everything from a member who works here no more; what to tell."""
    async with database.write() as tx:
        member = await _member(tx, login)
        await leaving.gone(tx, member, None, now)
        await audit.write(tx, Act.LEFT, staff=None, minute=now, note=member.id.hex())
    return f"{member.login} has left: no role, session, alarm or linked account is theirs."


async def group_code(database: Database, unit: str, now: datetime) -> str:
    """A one-time code for the chat group of a unit; what to tell."""
    async with database.write() as tx:
        tree = await units.tree(tx)
        if tree is None or tree.get(unit) is None:
            raise click.ClickException(f"there is no unit {unit}")
        if UnitKind.BOARDING in (await units.beside_the_union(tx, (unit,))).values():
            raise click.ClickException(_BOARDING)
        code = await desk_codes.make(tx, CodeKind.GROUP, unit, now)
        await audit.write(tx, Act.CODE_MADE, staff=None, unit=unit, minute=now, note="group")
    return f"Type this in the group, within 24 hours; it works once:\n/ketnoi {code}"


async def telegram_code(database: Database, login: str, now: datetime) -> str:
    """A one-time code for the Telegram account of an officer; what to tell."""
    async with database.write() as tx:
        member = await _member(tx, login)
        if not member.reads_tips:
            raise click.ClickException(f"{member.login} reads no tips, so there is nothing to link")
        if not member.enrolled:
            raise click.ClickException(f"{member.login} has to use the activation link first")
        code = await desk_codes.make(tx, CodeKind.ACCOUNT, member.id.hex(), now)
        note = f"account {member.id.hex()}"
        await audit.write(tx, Act.CODE_MADE, staff=None, minute=now, note=note)
    return (
        f"{member.login} types this in the private chat with the bot, within 24 hours;"
        f" it works once:\n/ketnoi {code}"
    )


async def zalo_code(database: Database, login: str, now: datetime) -> str:
    """A one-time code for the Zalo chat where an officer is rung; what to tell."""
    async with database.write() as tx:
        member = await _member(tx, login)
        if not member.reads_tips:
            raise click.ClickException(f"{member.login} reads no tips, so there is nothing to ring")
        if not member.enrolled:
            raise click.ClickException(f"{member.login} has to use the activation link first")
        code = await desk_codes.make(tx, CodeKind.ALARM, member.id.hex(), now)
        note = f"{Path.ZALO} {member.id.hex()}"
        await audit.write(tx, Act.CODE_MADE, staff=None, minute=now, note=note)
    return (
        f"{member.login} types this in the private chat with the unit's Zalo bot, within 24 hours;"
        f" it works once:\n/ketnoi {code}"
    )


async def unlink(database: Database, login: str, now: datetime) -> str:
    """Take the Telegram account and the Zalo chat of a member away; what to tell."""
    async with database.write() as tx:
        member = await _member(tx, login)
        taken = []
        if await desk_links.unlink(tx, member.id):
            taken.append(("account", "Telegram account"))
        if await alarms.unlink_member(tx, member.id, Path.ZALO):
            taken.append((Path.ZALO, "Zalo chat"))
        if not taken:
            raise click.ClickException(f"{member.login} has no linked account")
        for name, _ in taken:
            note = f"{name} {member.id.hex()}"
            await audit.write(tx, Act.UNLINKED, staff=None, minute=now, note=note)
    return "\n".join(f"The {what} of {member.login} is no longer linked." for _, what in taken)


@click.group("staff", help="Who works at the desks.")
def staff() -> None:
    """`staff`."""


@staff.command("add", help="Add a member and print their activation link.")
@click.argument("login")
@click.argument("name")
@click.argument("unit")
@click.argument("role", type=_ROLES)
@click.pass_obj
def _add(runner: Runner, login: str, name: str, unit: str, role: str) -> None:
    now, address = utc_now(), address_of(runner.settings)
    click.echo(runner.run(lambda opened: add(opened, login, name, unit, Role(role), now, address)))


@staff.command("reset", help="Void a password and print a new activation link.")
@click.argument("login")
@click.pass_obj
def _reset(runner: Runner, login: str) -> None:
    address = address_of(runner.settings)
    click.echo(runner.run(lambda opened: reset(opened, login, utc_now(), address)))


@staff.command("list", help="Everybody, with their roles.")
@click.pass_obj
def _list(runner: Runner) -> None:
    click.echo(runner.run(members))


@staff.command("grant", help="Give a role at a unit.")
@click.argument("login")
@click.argument("unit")
@click.argument("role", type=_ROLES)
@click.pass_obj
def _grant(runner: Runner, login: str, unit: str, role: str) -> None:
    click.echo(runner.run(lambda opened: grant(opened, login, unit, Role(role), utc_now())))


@staff.command("revoke", help="Take a role at a unit away.")
@click.argument("login")
@click.argument("unit")
@click.argument("role", type=_ROLES)
@click.pass_obj
def _revoke(runner: Runner, login: str, unit: str, role: str) -> None:
    click.echo(runner.run(lambda opened: revoke(opened, login, unit, Role(role), utc_now())))


@staff.command("leave", help="Take everything from a member who works here no more.")
@click.argument("login")
@click.pass_obj
def _leave(runner: Runner, login: str) -> None:
    click.echo(runner.run(lambda opened: leave(opened, login, utc_now())))


@staff.command("group-code", help="Print a one-time code that makes a chat group a unit's desk.")
@click.argument("unit")
@click.pass_obj
def _group_code(runner: Runner, unit: str) -> None:
    click.echo(runner.run(lambda opened: group_code(opened, unit, utc_now())))


@staff.command("telegram-code", help="Print a one-time code that links an officer's account.")
@click.argument("login")
@click.pass_obj
def _telegram_code(runner: Runner, login: str) -> None:
    click.echo(runner.run(lambda opened: telegram_code(opened, login, utc_now())))


@staff.command("zalo-code", help="Print a one-time code that lets Zalo ring an officer.")
@click.argument("login")
@click.pass_obj
def _zalo_code(runner: Runner, login: str) -> None:
    click.echo(runner.run(lambda opened: zalo_code(opened, login, utc_now())))


@staff.command("unlink", help="Take a member's linked account and Zalo chat away.")
@click.argument("login")
@click.pass_obj
def _unlink(runner: Runner, login: str) -> None:
    click.echo(runner.run(lambda opened: unlink(opened, login, utc_now())))


async def _member(tx: Tx, login: str) -> Member:
    member = await people.by_login(tx, login_name(login) or "")
    if member is None:
        raise click.ClickException(f"nobody has the log-in name {login}")
    return member


def _line(member: Member) -> str:
    roles = ", ".join(f"{role}@{unit}" for unit, role in sorted(member.grants)) or "no role"
    waits = "left" if member.left else "not activated"
    ready = "activated" if member.enrolled else waits
    return f"{member.login}\t{ready}\t{roles}\t{member.name}"


def address_of(settings: Settings) -> str:
    """Where the pages are reached."""
    return settings.public_url or f"http://{settings.web_host}:{settings.web_port}"


def _link(address: str, token: str) -> str:
    return f"Activation link, valid once and for 72 hours:\n{address.rstrip('/')}/desk/moi/{token}"
