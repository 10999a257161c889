"""The auditor's page: what staff did, by act, unit, person and day; and the same as a file."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from operator import attrgetter
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.web import sheets
from bot.web.access import NotYours, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said, see_other
from bot.web.parts import PARTS
from bot.web.sheets import Sheet
from bot.web.unit_narrowing import MOST, Narrowed, narrowed
from handlers import alphabet
from handlers.exports import Authority, Reason
from handlers.folding import fold
from handlers.roles import Role
from handlers.texts import Texts
from handlers.tips import Outcome
from handlers.unit_editing import FIELDS
from storage import audit, audit_log, units
from storage.audit import Act
from storage.audit_log import Filter, Line, Scope
from storage.crypto import Unopenable
from storage.staff import Member

PAGE = "/desk/nhat-ky"
SHOWN = 50
MOST_EXPORTED = 10_000
_WIDTHS = (18, 34, 26, 30, 12, 30, 24)
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address or a form asks for; `wrong` where a day is none."""

    wanted: Filter
    fields: Mapping[str, str]
    wrong: bool = False


def add_routes(app: web.Application) -> None:
    """GET /desk/nhat-ky and POST /desk/nhat-ky/xuat."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE + "/xuat", guarded(_export))
    # Where the answer to a form is loaded again.
    app.router.add_get(PAGE + "/xuat", guarded(_show))


async def _show(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    asked, before = _asked(request.query), _number(request.query.get("truoc", ""))
    broken = False
    async with parts.database.read() as tx:
        scope, tree = await audit_log.scope_of(tx, seat.member.id), await units.tree(tx)
        if scope is None or tree is None:
            raise NotYours
        try:
            found = await audit_log.find(
                tx, seat.member.id, asked.wanted, before=before, limit=SHOWN
            )
        except Unopenable:
            found, broken = None, True
    says = said("desk.audit.broken") if broken else said("desk.audit.wrong_day")
    texts = parts.texts[seat.language]
    older = found.older if found else None
    shown = narrowed(request, tree, scope.units.keys(), (asked.fields["don-vi"],))
    return page(
        request,
        "log",
        language=seat.language,
        seat=seat,
        says=says if broken or asked.wrong else (),
        lines=[
            (line, _noted(line, texts), _minute(line, parts.timezone))
            for line in (found.lines if found else ())
        ],
        acts=alphabet.by_name(Act, lambda act: texts.get(f"desk.audit.act.{act}")),
        scope=scope,
        units=shown.units,
        narrowed=shown,
        people=_people(scope, shown, asked.fields["nguoi"]),
        asked=asked.fields,
        older=f"{PAGE}?{urlencode({**asked.fields, 'truoc': older})}" if older else "",
        newest=f"{PAGE}?{urlencode(asked.fields)}" if before else "",
        most=MOST_EXPORTED,
    )


def _people(scope: Scope, shown: Narrowed, asked: str) -> list[Member]:
    """Whom one can choose; of a whole country those of that name, and who was chosen."""
    words = fold(shown.typed).split()
    found = [
        member
        for member in scope.people.values()
        if not shown.many or member.id.hex() == asked or _is_named(member, words)
    ]
    return alphabet.by_name(found, attrgetter("name"))[: MOST if shown.many else None]


def _is_named(member: Member, words: list[str]) -> bool:
    name = fold(member.name).split()
    return all(any(part.startswith(word) for part in name) for word in words)


async def _export(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    kind, asked, now = fields.get("as", ""), _asked(fields), parts.clock()
    if kind not in {"csv", "xlsx"}:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        try:
            found = await audit_log.find(tx, seat.member.id, asked.wanted, limit=MOST_EXPORTED)
        except Unopenable:
            # The page says what is the matter.
            return see_other(PAGE)
        if found is None:
            raise NotYours
        note = f"{kind} {len(found.lines)}"
        unit = min(unit for unit, role in seat.member.grants if role is Role.AUDITOR)
        await audit.write(
            tx, Act.LOG_EXPORTED, staff=seat.member.id, unit=unit, minute=now, note=note
        )
    texts, zone = parts.texts[seat.language], parts.timezone
    head = [texts.get(f"desk.audit.{name}") for name in _COLUMNS]
    rows = [_row(line, texts, zone) for line in found.lines]
    if found.older:
        rows.append((texts.get("desk.audit.more", count=len(rows)),))
    if kind == "csv":
        body, mime = sheets.as_csv(head, rows), sheets.CSV
    else:
        sheet = Sheet(texts.get("desk.audit.title"), head, rows, _WIDTHS)
        body, mime = sheets.as_xlsx([sheet], now.astimezone(zone)), sheets.XLSX
    name = f"nhat-ky-{now.astimezone(zone):%Y-%m-%d}.{kind}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=mime, headers=disposition)


_COLUMNS = ("when", "act_name", "by", "unit", "tip", "about", "note")


def _row(line: Line, texts: Texts, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        _minute(line, zone),
        texts.get(f"desk.audit.act.{line.act}"),
        line.by or texts.get("desk.audit.house"),
        line.unit,
        line.tip,
        ", ".join(line.about),
        _noted(line, texts),
    )


def _noted(line: Line, texts: Texts) -> str:
    """What the note says beside names: a role or an outcome in words, everything else as it is."""
    told = []
    for each in line.ids:
        if each in Role.__members__.values():
            told.append(texts.get(f"desk.role.{each}"))
        elif each in Outcome.__members__.values():
            told.append(texts.get(f"desk.outcome.{each}"))
        elif each in Authority.__members__.values():
            told.append(texts.get(f"desk.export.authority.{each}"))
        elif each in Reason.__members__.values():
            told.append(texts.get(f"desk.export.reason.{each}"))
        elif line.act is Act.UNIT_CHANGED and each in FIELDS:
            told.append(texts.get(f"desk.edit.field.{each}"))
        else:
            told.append(each)
    return ", ".join(told)


def _minute(line: Line, zone: ZoneInfo) -> str:
    return f"{line.when.astimezone(zone):%d/%m/%Y %H:%M}"


def _asked(given: Mapping[str, str]) -> _Asked:
    fields = {name: given.get(name, "") for name in ("viec", "don-vi", "nguoi", "tu", "den")}
    act = next((each for each in Act if each == fields["viec"]), None)
    member = None
    with suppress(ValueError):
        member = bytes.fromhex(fields["nguoi"]) or None
    first, last = _day(fields["tu"]), _day(fields["den"])
    wrong = any(fields[name] and day is None for name, day in (("tu", first), ("den", last)))
    return _Asked(Filter(act, fields["don-vi"], member, first, last), fields, wrong)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _number(text: str) -> int | None:
    right = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if right else None
