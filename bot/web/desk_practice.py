"""The desk's page of good practice: one member writes a note, another one publishes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS
from bot.web.practices import PRACTICES
from handlers import practice
from handlers.folding import clean
from handlers.languages import Language
from handlers.practice import Fault, Flaw, Stage, Words
from handlers.screens import Say
from storage import practices, units
from storage.days import local_day
from storage.practices import Done, Note

PAGE = "/desk/viec-tot"
_NEW = ""
_LANGUAGES = {Language.VI: "vi", Language.EN: "en"}


@dataclass(frozen=True, slots=True)
class _Tried:
    """What was typed and is not proposed (yet): for which note, and the names to be sure of."""

    key: str = _NEW
    unit: str = ""
    words: Words = field(default_factory=dict, repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    preview: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    says: tuple[Say, ...]
    tried: _Tried | None = None
    status: int = HTTPStatus.OK


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/viec-tot; `?sua=` is a note to be written anew."""
    app.router.add_get(PAGE, guarded(_look))
    app.router.add_post(PAGE, guarded(_change))


async def _look(request: web.Request) -> web.Response:
    seat = await seated(request)
    return await _page(request, seat, _Answer(()), request.query.get("sua", ""))


async def _change(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields = await checked_form(request, seat.session.token)
    match fields.get("do", ""):
        case "preview" | "propose":
            answer = await _write(request, seat, fields)
        case "publish" | "take_back" | "drop":
            answer = await _decide(request, seat, fields)
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)
    request.app[PRACTICES].forget()
    return await _page(request, seat, answer)


async def _write(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> _Answer:
    parts = request.app[PARTS]
    words = {language: clean(fields.get(name, "")) for language, name in _LANGUAGES.items()}
    key, unit = fields.get("key", _NEW), fields.get("unit", "")
    fault, names = practice.fault_in(words), practice.named_in(words)
    if fault is not None:
        tried = _Tried(key, unit, words)
        return _Answer((_wrong(fault),), tried, HTTPStatus.CONFLICT)
    if fields["do"] == "preview":
        return _Answer((), _Tried(key, unit, words, names, preview=True))
    if names and not fields.get("sure"):
        told = said("desk.practice.names", names="; ".join(names))
        return _Answer(told, _Tried(key, unit, words, names), HTTPStatus.CONFLICT)
    async with parts.database.write() as tx:
        member, now = seat.member.id, parts.clock()
        if key:
            done = await practices.revise(tx, member, _key(key), words, now)
        else:
            done = await practices.propose(tx, member, unit, words, now)
    if done is Done.DONE:
        return _Answer(said("desk.practice.done.propose"))
    return _refused(done, _Tried(_NEW, unit, words))


async def _decide(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> _Answer:
    parts, do, key = request.app[PARTS], fields["do"], _key(fields.get("key", ""))
    if do == "drop" and not fields.get("sure"):
        return _Answer(said("desk.practice.unsure"), status=HTTPStatus.CONFLICT)
    seen = {language: fields.get(name, "") for language, name in _LANGUAGES.items()}
    async with parts.database.write() as tx:
        member, now = seat.member.id, parts.clock()
        match do:
            case "publish":
                done = await practices.publish(tx, member, key, seen, now)
            case "take_back":
                done = await practices.take_back(tx, member, key, now)
            case _:
                done = await practices.drop(tx, member, key, now)
    if done is not Done.DONE:
        return _refused(done, None)
    day = practice.shown_from(local_day(now))
    return _Answer(said(f"desk.practice.done.{do}", day=f"{day:%d/%m/%Y}"))


def _refused(done: Done, tried: _Tried | None) -> _Answer:
    if done is Done.NOT_YOURS:
        raise NotYours
    most = practices.MOST_OF_A_UNIT
    return _Answer(said(f"desk.practice.no.{done}", most=most), tried, HTTPStatus.CONFLICT)


def _wrong(fault: Fault) -> Say:
    fields: dict[str, str | int | Say] = {"language": Say(f"desk.practice.{fault.language}")}
    fields["words"] = fault.words
    if fault.flaw is Flaw.LONG:
        fields = {"language": fields["language"], "most": practice.MOST_WORDS}
    return Say(f"desk.practice.flaw.{fault.flaw}", tuple(fields.items()))


def _key(typed: str) -> bytes:
    """The id of a note. Raises Stopped."""
    try:
        return bytes.fromhex(typed)
    except ValueError:
        raise Stopped(status=HTTPStatus.BAD_REQUEST) from None


async def _page(
    request: web.Request, seat: Seat, answer: _Answer, changed: str = ""
) -> web.Response:
    parts, member = request.app[PARTS], seat.member.id
    async with parts.database.read() as tx:
        writes = await practices.may_write(tx, member)
        publishes = await practices.may_publish(tx, member)
        if not writes and not publishes:
            raise NotYours
        notes = await practices.of_member(tx, member)
        names = {each: await units.name_of(tx, each) for each in writes | {n.unit for n in notes}}
    today = local_day(parts.clock())
    return page(
        request,
        "practice",
        language=seat.language,
        seat=seat,
        status=answer.status,
        says=answer.says,
        path=PAGE,
        notes=[
            {
                "key": note.id.hex(),
                "unit": names[note.unit],
                "stage": note.stage.value,
                "is_shown": note.shown_from is not None and note.shown_from <= today,
                "day": f"{note.shown_from:%d/%m/%Y}" if note.shown_from else "",
                "words": note.words,
                "own": note.author == member,
                "writes": note.unit in writes and note.stage is not Stage.PUBLISHED,
                "publishes": note.unit in publishes and note.stage is Stage.PROPOSED,
            }
            for note in notes
        ],
        units=sorted((name, each) for each, name in names.items() if each in writes),
        tried=answer.tried or _begun(notes, writes, changed),
        most=practice.MOST_WORDS,
        days=practice.HOLD_DAYS,
        shown_from=f"{practice.shown_from(today):%d/%m/%Y}",
    )


def _begun(notes: tuple[Note, ...], writes: frozenset[str], changed: str) -> _Tried:
    """The form as it opens: empty, or with the words of a note that is to be changed."""
    for note in notes:
        if note.id.hex() == changed and note.unit in writes and note.stage is not Stage.PUBLISHED:
            return _Tried(changed, note.unit, note.words)
    return _Tried()
