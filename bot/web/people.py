"""The administrator's page: who works at which desk, new people, their links and roles. No tips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from bot.web import people_alarms, people_doorway
from bot.web import people_telegram as over_telegram
from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page
from bot.web.parts import PARTS
from bot.web.people_narrowing import MOST_PEOPLE, most_shown, names_of
from bot.web.people_telegram import Code, Desk
from bot.web.unit_narrowing import narrowed
from handlers import routing
from handlers.doorway import CASES
from handlers.moderators.accounts import login_name, shown_name
from handlers.roles import Role
from handlers.routing import Tree
from handlers.screens import Say, say
from storage import alarms, audit, desk_groups, desk_links, leaving, staff, stranded, units
from storage.alarms import Path
from storage.audit import Act
from storage.database import Tx
from storage.leaving import Kept
from storage.staff import Change, Member


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a form. `token` is that of a new enrolment link for `member`, `code` one for
    Telegram or Zalo; both are shown once.
    """

    said: Say
    well: bool = True
    token: str = field(default="", repr=False)
    member: Member | None = None
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Meant:
    """A role that is to be given or taken."""

    member: Member
    unit: str
    role: Role


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/nguoi."""
    app.router.add_get("/desk/nguoi", guarded(_show))
    app.router.add_post("/desk/nguoi", guarded(_change))


async def _show(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), None, {})


async def _change(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    todo = _TODO.get(fields.get("do", ""))
    if todo is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        # What they may do is read in the transaction that does it: a role taken away counts, also
        # when the one whose role it is takes it from us in the same moment.
        await leaving.hold_rows(tx, seat.member.id, *_named(fields))
        reach = await staff.units_run_by(tx, seat.member.id)
        if not reach:
            raise NotYours
        done = await todo(tx, Desk(seat.member.id, reach, parts.clock()), fields)
    return await _page(request, seat, done, fields)


async def _add(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    login, name = login_name(fields.get("login", "")), shown_name(fields.get("name", ""))
    unit, role = fields.get("unit", ""), _role(fields)
    if login is None or name is None or role is None:
        missing = "login" if login is None else "name" if name is None else "role"
        return _no(missing)
    if unit not in desk.reach:
        return _no("unit")
    if await staff.by_login(tx, login) is not None:
        return _no("used")
    if await staff.is_beyond_boarding(tx, [(unit, role)]):
        return _no("boarding")
    member, token = await staff.add(tx, login, name, {(unit, role)}, desk.now)
    await audit.write(
        tx, Act.ADDED, staff=desk.by, unit=unit, minute=desk.now, note=_note(member, role)
    )
    return _Done(say("desk.people.done.added", name=name), token=token, member=member)


async def _reset(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    member = await _theirs(tx, desk, fields)
    # Whoever holds a role elsewhere too is not theirs alone: a new link would hand that role over.
    if member is None or not all(unit in desk.reach for unit, _ in member.grants):
        return _no("member")
    if member.id == desk.by:
        return _no("yourself")
    token = await staff.reset(tx, member.login, desk.now)
    await audit.write(tx, Act.RESET, staff=desk.by, minute=desk.now, note=member.id.hex())
    done = say("desk.people.done.reset", name=member.name)
    return _Done(done, token=token or "", member=member)


async def _grant(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    meant = await _meant(tx, desk, fields)
    if isinstance(meant, _Done):
        return meant
    match await staff.grant(tx, meant.member.id, meant.unit, meant.role):
        case Change.SAME:
            return _no("same")
        case Change.JOINED:
            return _no("joined")
        case Change.BOTH:
            return _no("both")
        case Change.BOARDING:
            return _no("boarding")
        case Change.UNKNOWN:
            return _no("unit")
        case Change.DONE:
            return await _told(tx, desk, Act.GRANTED, meant)


async def _revoke(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    meant = await _meant(tx, desk, fields)
    if isinstance(meant, _Done):
        return meant
    if not await staff.revoke(tx, meant.member.id, meant.unit, meant.role):
        return _no("none")
    await leaving.hand_back(tx, meant.member.id, desk.by, desk.now)
    return await _told(tx, desk, Act.REVOKED, meant)


async def _group_code(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    return _shown(await over_telegram.group_code(tx, desk, fields.get("unit", "")))


async def _account_code(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    member = await _theirs(tx, desk, fields)
    return _shown(await over_telegram.account_code(tx, desk, member)) if member else _no("member")


async def _unlink_account(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    member = await _theirs(tx, desk, fields)
    return _shown(await over_telegram.unlink_account(tx, desk, member)) if member else _no("member")


async def _zalo_code(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    member = await _theirs(tx, desk, fields)
    return _shown(await people_alarms.zalo_code(tx, desk, member)) if member else _no("member")


async def _unlink_zalo(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    member = await _theirs(tx, desk, fields)
    return _shown(await people_alarms.unlink_zalo(tx, desk, member)) if member else _no("member")


async def _change_group(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    return _shown(await over_telegram.change_group(tx, desk, fields))


async def _unlink_group(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    return _shown(await over_telegram.unlink_group(tx, desk, fields))


async def _page_first(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    return _shown(await people_doorway.choose(tx, desk, fields))


def _shown(done: Say | Code) -> _Done:
    if isinstance(done, Code):
        return _Done(done.where, code=done.code)
    return _Done(done, well=".no." not in done.key)


async def _meant(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Meant | _Done:
    """Which role of whom a form is about, or why this administrator may not change it."""
    member, role, unit = await _theirs(tx, desk, fields), _role(fields), fields.get("unit", "")
    if member is None:
        return _no("member")
    if member.id == desk.by:
        return _no("yourself")
    if role is None:
        return _no("role")
    return _Meant(member, unit, role) if unit in desk.reach else _no("unit")


async def _told(tx: Tx, desk: Desk, act: Act, meant: _Meant) -> _Done:
    note = _note(meant.member, meant.role)
    await audit.write(tx, act, staff=desk.by, unit=meant.unit, minute=desk.now, note=note)
    role = say(f"desk.role.{meant.role}")
    return _Done(say(f"desk.people.done.{act}", name=meant.member.name, role=role))


async def _leave(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    member = await _theirs(tx, desk, fields)
    if member is None:
        return _no("member")
    if not fields.get("sure"):
        return _Done(say("desk.staff.no.unsure", name=member.name), well=False)
    gone = await leaving.leave(tx, desk.by, member.id, desk.now)
    if isinstance(gone, Kept):
        return _no(gone)
    return _Done(say("desk.staff.done.left", name=member.name))


async def _uninvite(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> _Done:
    found = await leaving.uninvite(tx, desk.by, (*_named(fields), b"")[0], desk.now)
    if found is Kept.ENROLLED:
        return _Done(say("desk.staff.no.enrolled"), well=False)
    if isinstance(found, Kept):
        return _no(found)
    return _Done(say("desk.staff.done.uninvited", name=found.name))


_TODO = {
    "add": _add,
    "reset": _reset,
    "grant": _grant,
    "revoke": _revoke,
    "group_code": _group_code,
    "account_code": _account_code,
    "unlink_account": _unlink_account,
    "zalo_code": _zalo_code,
    "unlink_zalo": _unlink_zalo,
    "change_group": _change_group,
    "unlink_group": _unlink_group,
    "page_first": _page_first,
    "leave": _leave,
    "uninvite": _uninvite,
}


async def _theirs(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> Member | None:
    """The member that a form names, if this administrator may see them."""
    named = _named(fields)
    member = await staff.by_id(tx, named[0]) if named else None
    return member if member is not None and _visible(member, desk.reach) else None


def _named(fields: Mapping[str, str]) -> tuple[bytes, ...]:
    """The id of the member that a form names, if it is one."""
    try:
        return (bytes.fromhex(fields["member"]),) if fields.get("member") else ()
    except ValueError:
        return ()


def _visible(member: Member, reach: frozenset[str]) -> bool:
    return not member.grants or any(unit in reach for unit, _ in member.grants)


async def _page(
    request: web.Request, seat: Seat, done: _Done | None, fields: Mapping[str, str]
) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        reach = await staff.units_run_by(tx, seat.member.id)
        if not reach:
            raise NotYours
        everybody = await staff.members(tx)
        tree = await units.tree(tx)
        groups = await desk_groups.every(tx)
        linked = await desk_links.linked(tx)
        on_zalo = await alarms.linked(tx, Path.ZALO)
        if tree is None:
            raise NotYours
        shown = narrowed(request, tree, reach, (fields.get("unit", ""),))
        can = await stranded.able(tx, parts.clock())
        lines = await people_alarms.lines(tx, shown.units, tree.root)
    visible = [member for member in everybody if _visible(member, reach)]
    members = most_shown(visible, shown, done.member if done else None)
    link = ""
    if done and done.token:
        link = f"{parts.public_url or request.url.origin()}/desk/moi/{done.token}"
    return page(
        request,
        "people",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.OK if done is None or done.well else HTTPStatus.UNPROCESSABLE_ENTITY,
        says=(done.said,) if done else (),
        code=done.code if done else "",
        groups=groups,
        linked=linked,
        on_zalo=on_zalo,
        alarm_lines=lines,
        link=link,
        invited=done.member if done else None,
        members=members,
        total=len(visible),
        crowd=len(visible) > MOST_PEOPLE,
        names=names_of(tree, members),
        units=shown.units,
        narrowed=shown,
        reach=reach,
        roles=tuple(Role),
        cases=CASES,
        now=parts.clock(),
        can=can,
        last=_last(everybody, members, tree),
        empty_root=tree.root.name if tree.root.id not in can else "",
        typed=fields if done is None or not done.well else {},
    )


def _last(
    everybody: Sequence[Member], shown: Sequence[Member], tree: Tree
) -> dict[bytes, list[tuple[str, str]]]:
    """Where one of those shown is the last who reads tips: the names of that unit and of the next
    one up.
    """
    here = {member.id for member in shown}
    return {
        member: [
            (unit.name, routing.above(tree, unit.id, excluded=frozenset(some)).name)
            for unit in map(tree.get, some)
            if unit is not None and unit is not tree.root
        ]
        for member, some in leaving.last_readers(everybody).items()
        if member in here
    }


def _role(fields: Mapping[str, str]) -> Role | None:
    return next((role for role in Role if role == fields.get("role")), None)


def _note(member: Member, role: Role) -> str:
    return f"{role} {member.id.hex()}"


def _no(key: str) -> _Done:
    return _Done(say(f"desk.people.no.{key}"), well=False)
