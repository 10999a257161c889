"""One bulletin: how readers will see it, whom it reaches, what is wrong, and what is done next."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot import broadcasting
from bot.broadcasting import Seen
from bot.web import studio_files
from bot.web.access import SESSION_SECONDS, NotYours, Seat, Stopped, checked_form
from bot.web.desk_pages import guarded, said, see_other
from bot.web.parts import PARTS, Parts
from bot.web.studio_pages import (
    BULLETIN,
    Marks,
    broadcaster,
    ground_of,
    labels_of,
    marks_of,
    page,
    title_of,
)
from broadcasts import audience, checks, tick, wording
from broadcasts.checks import Checked
from handlers import alphabet, broadcasters
from handlers.broadcasters import changes, schedule
from handlers.broadcasters.actions import Action, Approve, Delete, Offer, Propose, Steer
from handlers.bulletins import Content, Stage
from handlers.languages import Language
from handlers.parks import within
from handlers.screens import Say
from handlers.texts import Texts
from storage import (
    alarms,
    audit,
    bulletins,
    desk_links,
    law_changes,
    outlets,
    parks,
    published,
    restored,
    sendings,
    units,
)
from storage.alarms import AlarmPath
from storage.audit import Act
from storage.chance import new_token
from storage.database import Tx
from storage.sendings import Progress

MOST_SENDINGS = 20
TESTS_AN_HOUR = 10
_REASONS = frozenset({tick.EXPIRED, tick.REPLACED, tick.UNAPPROVED, tick.NOWHERE, restored.REASON})
_WAITING = frozenset({Stage.DRAFT, Stage.PROPOSED})


@dataclass(frozen=True, slots=True)
class _Looked:
    """Everything that the page of a bulletin shows. `approved` is the newest approved content;
    `has_zalo` says that a bot of Zalo may send it, where nothing can be pressed; `areas` are the
    parks that lie wholly in its scope, by name; `is_read` says that everybody can read it by now.
    """

    seen: Seen
    unit: str
    checked: Checked
    sendings: tuple[Progress, ...]
    outlets: int
    approved: Content | None
    linked: bool
    has_zalo: bool
    areas: tuple[str, ...]
    is_read: bool
    marked: Marks


def add_routes(app: web.Application) -> None:
    """GET and POST of one bulletin."""
    app.router.add_get(f"/studio/tin/{BULLETIN}", guarded(_show))
    app.router.add_post(f"/studio/tin/{BULLETIN}", guarded(_act))


async def _show(request: web.Request) -> web.Response:
    seat = await broadcaster(request)
    says = said("studio.done.written") if request.query.get("da") == "luu" else ()
    return await _page(request, seat, says, HTTPStatus.OK)


async def _act(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    action, once = _action(fields), fields.get("once", "")
    if fields.get("do") != Offer.TEST and (action is None or not once):
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    if action is None:
        return await _test(request, seat)
    name = f"{seat.session.staff} {once[:64]}"
    if not await parts.volatile.add("studio once", name, seconds=SESSION_SECONDS):
        return await _page(request, seat, said("studio.no.twice"), HTTPStatus.OK)
    done = False
    try:
        key = request.match_info["bulletin"]
        async with parts.database.write() as tx:
            turn = await broadcasting.act(tx, seat.member.id, key, action, ground_of(parts))
        if turn is None:
            raise NotYours
        done = turn.effect is not None
    finally:
        if not done:
            # Nothing came of it: the same form may be sent again.
            await parts.volatile.drop("studio once", name)
    if done and isinstance(action, Delete):
        return see_other("/studio?da=xoa")
    return await _page(request, seat, turn.says, HTTPStatus.OK if done else HTTPStatus.CONFLICT)


async def _test(request: web.Request, seat: Seat) -> web.Response:
    """Send it to the account of whoever asks, and to nobody else."""
    parts, member = request.app[PARTS], seat.member.id
    async with parts.database.read() as tx:
        seen = await broadcasting.see(tx, member, request.match_info["bulletin"], ground_of(parts))
        if seen is None:
            raise NotYours
        account = await desk_links.account_of(tx, member)
        name = await units.name_of(tx, seen.bulletin.unit)
    why = ""
    if parts.whisper is None:
        why = "test_off"
    elif account is None:
        why = "test_unlinked"
    elif await parts.volatile.count("studio tests", member.hex(), seconds=3600) > TESTS_AN_HOUR:
        why = "test_often"
    else:
        content = seen.bulletin.content
        told = tuple(wording.text_of(content, language, name) for language in Language)
        if await parts.whisper(account, told):
            await _note_test(parts, seat, seen)
        else:
            why = "test_failed"
    if why:
        return await _page(request, seat, said(f"studio.no.{why}"), HTTPStatus.CONFLICT)
    return await _page(request, seat, said("studio.done.tested"), HTTPStatus.OK)


async def _note_test(parts: Parts, seat: Seat, seen: Seen) -> None:
    bulletin = seen.bulletin
    async with parts.database.write() as tx:
        await audit.write(
            tx,
            Act.TEST_SENT,
            staff=seat.member.id,
            unit=bulletin.unit,
            minute=parts.clock(),
            note=f"{bulletin.id} {bulletin.version}",
        )


async def _page(
    request: web.Request, seat: Seat, says: tuple[Say, ...], status: int
) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        key = request.match_info["bulletin"]
        # A page that fetches itself shows how far a sending is: nobody has to be counted for that.
        looked = await _look(tx, parts, seat, key, count="X-Live" not in request.headers)
    bulletin, standing = looked.seen.bulletin, looked.seen.standing
    content, texts = bulletin.content, parts.texts[seat.language]
    waits = bulletin.stage in _WAITING
    return page(
        request,
        "bulletin",
        seat,
        status=status,
        says=says,
        bulletin=bulletin,
        standing=standing,
        title=title_of(content, seat.language),
        unit=looked.unit,
        marked=looked.marked,
        offers=broadcasters.offered(standing),
        steers=schedule.offered if standing.writes or standing.approves else lambda _: (),
        problems=[each.sentence for each in looked.checked.findings if waits and each.blocks],
        warnings=[each.sentence for each in looked.checked.findings if waits and not each.blocks],
        changes=_changes(parts, texts, looked) if waits else (),
        approved_before=looked.approved is not None and waits,
        facts=changes.facts(content, labels_of(parts, content), parts.timezone),
        chats={each: wording.text_of(content, each, looked.unit) for each in Language},
        posts={each: wording.post_of(content, each, looked.unit) for each in Language},
        buttons={each: wording.buttons(each) for each in Language},
        typed={each: parts.texts[each].get("mailing.typed") for each in Language},
        has_zalo=looked.has_zalo,
        areas=alphabet.by_name(looked.areas, str),
        content=content,
        languages=tuple(Language),
        count=_count(looked.checked),
        files=studio_files.offered(content, f"/studio/tin/{bulletin.id}"),
        has_address=bool(parts.public_url),
        is_read=looked.is_read,
        sendings=looked.sendings,
        outlets=looked.outlets,
        tests=parts.whisper is not None and looked.linked,
        refreshes=any(schedule.offered(each.sending.stage) for each in looked.sendings),
        once=new_token,
        reason=lambda why: texts.get(f"studio.reason.{why}") if why in _REASONS else why,
    )


async def _look(tx: Tx, parts: Parts, seat: Seat, key: str, *, count: bool) -> _Looked:
    seen = await broadcasting.see(tx, seat.member.id, key, ground_of(parts))
    if seen is None:
        raise NotYours
    bulletin, now = seen.bulletin, parts.clock()
    content = bulletin.content
    every = (await sendings.of_bulletin(tx, key))[:MOST_SENDINGS]
    found = [await sendings.progress(tx, each.id, now) for each in every]
    checked = Checked((), None)
    if count:
        unit, places = bulletin.unit, parts.places()
        checked = await checks.check(tx, unit, content, now, parts.timezone, places)
    return _Looked(
        seen,
        await units.name_of(tx, bulletin.unit),
        checked,
        tuple(each for each in found if each is not None),
        len(await outlets.for_sending(tx, [bulletin.unit], content.topic)),
        await _approved(tx, key),
        await desk_links.account_of(tx, seat.member.id) is not None,
        AlarmPath.ZALO in await alarms.enabled(tx),
        tuple(park.name for park in within(await parks.every(tx), content.scope)),
        await published.one(tx, key) is not None,
        marks_of(content, await law_changes.known(tx), now.astimezone(parts.timezone).date()),
    )


async def _approved(tx: Tx, key: str) -> Content | None:
    """What was approved last."""
    numbers = [
        await bulletins.version_of(tx, key, seal)
        for seal in await bulletins.approved_seals(tx, key)
    ]
    newest = max((number for number in numbers if number is not None), default=None)
    return await bulletins.content_of(tx, key, newest) if newest is not None else None


def _changes(parts: Parts, texts: Texts, looked: _Looked) -> tuple[changes.Change, ...]:
    if looked.approved is None:
        return ()

    def told(content: Content) -> dict[str, str]:
        labels = labels_of(parts, content)
        every = changes.wording(content) + changes.facts(content, labels, parts.timezone)
        return {each.name: texts.say(each.value) for each in every}

    return changes.changes(told(looked.approved), told(looked.seen.bulletin.content))


def _count(checked: Checked) -> tuple[Say, ...]:
    """Whom it reaches, in tens: nobody can be counted out of these."""
    estimate = checked.estimate
    if estimate is None or not estimate.people:
        return said("studio.one.reaches_none")
    if estimate.people < 10:
        reaches = said("studio.one.reaches_few")
    else:
        reaches = said("studio.one.reaches", count=audience.rounded(estimate.people))
    if not estimate.skipped:
        skipped = said("studio.one.skipped_none")
    elif estimate.skipped < 10:
        skipped = said("studio.one.skipped_few")
    else:
        skipped = said("studio.one.skipped", count=audience.rounded(estimate.skipped))
    minutes = -(-estimate.seconds // 60)
    lasts = said("studio.one.duration", minutes=minutes)
    return reaches + skipped + (lasts if minutes > 1 else said("studio.one.duration_short"))


def _action(fields: Mapping[str, str]) -> Action | None:
    do, seal = fields.get("do", ""), fields.get("seal", "")
    if do == Offer.PROPOSE:
        return Propose(seal)
    if do in {Offer.APPROVE, Offer.SCHEDULE}:
        return Approve(seal)
    if do == Offer.DELETE:
        return Delete(seal)
    number = fields.get("sending", "")
    offer = next((each for each in schedule.STEERING if each == do), None)
    if offer is None or not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return Steer(offer, int(number))
