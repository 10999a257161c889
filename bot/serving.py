"""Runs the house until it is told to stop: doors, mail room, clock, an end that loses nothing."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from aiohttp import web

from bot import backup_ledger, chat_apps, demo, moving_up, retaining, watching
from bot import clock as ticks
from bot.app import CannotStart, House, open_house
from bot.chat_apps import Doors
from bot.config import Settings
from bot.locks import only_one
from bot.logs import Event as Log
from bot.logs import note
from bot.web.server import make_application
from broadcasts import reminder
from broadcasts import tick as plans
from handlers import quizzes
from handlers.languages import Language
from storage import alarms, atlas, bell, order, quiz_tallies, rotation, units
from storage.database import changes

STOP_SECONDS = 300
_LOOK_SECONDS = 1
_TIDY_SECONDS = 60
_ORDER_SECONDS = 3600
# What open pages and the store of a process need, whether the clock's work is done here or not.
_EACH_PROCESS = ("look", "sweep")
_ORDER_AGAIN_SECONDS = 600
_QUIZ_SECONDS = 3600


async def serve(
    settings: Settings,
    roles: frozenset[str],
    stop: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    """Run the house until `stop` is set. Raises CannotStart."""
    begun = time.perf_counter()
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(settings.database_url.get_secret_value()))
        house = await stack.enter_async_context(open_house(settings, make_demo=True))
        await _tidy(house)
        await _send_pushes(house, stack)
        wanted = _ticks(house)
        if "clock" not in roles:
            wanted = {name: each for name, each in wanted.items() if name in _EACH_PROCESS}
        stack.callback(ticks.start(wanted))
        async with asyncio.TaskGroup() as group:
            mail = group.create_task(house.mail_room.run()) if "send" in roles else None
            apps, doors = await chat_apps.join(house), Doors()
            if "send" in roles:
                group.create_task(house.mailing.run())
            if "web" in roles:
                doors = await stack.enter_async_context(apps.open(say))
                runner = await _open_door(house, doors)
                stack.push_async_callback(runner.cleanup)
                await _greet(house, runner, say)
            note(Log.STARTED, milliseconds=round((time.perf_counter() - begun) * 1000))
            await stop.wait()
            await _let_finish(house, doors, say)
            house.mailing.stop()
            if mail is not None:
                mail.cancel()
        note(Log.STOPPED)


async def _send_pushes(house: House, stack: AsyncExitStack) -> None:
    """Let bulletins go out to browsers and officers' browsers ring, where a push key is set. Raises
    CannotStart.
    """
    if house.push is None:
        return
    from bot.push.account import CHANNEL, OtherKey, contact_of, opener  # noqa: PLC0415
    from bot.push.ringer import PushRinger  # noqa: PLC0415

    try:
        open_bulk = await opener(house.database, house.push, house.settings.public_url)
    except OtherKey:
        raise CannotStart("people get notices by another push key; put that key back") from None
    house.mailing.send_over(CHANNEL, open_bulk)
    contact = contact_of(house.settings.public_url)
    ringer = PushRinger(house.push, contact, house.texts[Language.VI])
    await stack.enter_async_context(ringer)
    house.mail_room.ring_over(alarms.Path.PUSH, ringer)
    house.ring_trial = ringer.trial


async def _open_door(house: House, doors: Doors) -> web.AppRunner:
    parts = replace(house.web_parts(), whisper=doors.whisper)
    application = make_application(parts, doors.hooks)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=5)
    await runner.setup()
    site = web.TCPSite(runner, house.settings.web_host, house.settings.web_port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise CannotStart(
            f"port {house.settings.web_port} is taken; set TIENGTHO_WEB_PORT to another"
        ) from None
    return runner


async def _greet(house: House, runner: web.AppRunner, say: Callable[[str], None]) -> None:
    host, port = runner.addresses[0][:2]
    shown = f"[{host}]" if ":" in str(host) else host
    address = f"http://{shown}:{port}"
    say(f"Tiếng Thợ: {house.settings.public_url or address}")
    if house.installation.demo and house.settings.is_loopback:
        for line in await demo.links(house.web_parts(), address):
            say(line)


def _ticks(house: House) -> dict[str, tuple[float, ticks.Tick]]:
    seen = -1

    async def look() -> None:
        # Another process (a chat at a prompt, an import) may have changed something.
        nonlocal seen
        async with house.database.read() as tx:
            version = await changes(tx)
            await atlas.current(tx)
            await units.tree(tx)
        if version != seen:
            seen = version
            house.hub.tell_all()

    async def sweep() -> None:
        await house.volatile.sweep()

    async def tidy() -> None:
        await _tidy(house)

    async def count_quizzes() -> None:
        await quiz_tallies.flush(house.database, house.volatile, quizzes.load())

    return {
        "look": (_LOOK_SECONDS, look),
        "sweep": (_TIDY_SECONDS, sweep),
        "tidy": (_TIDY_SECONDS, tidy),
        "order": (_TIDY_SECONDS, retaining.before(house, _forget_order(house))),
        "keys": (_TIDY_SECONDS, _drop_old_keys(house)),
        "due": (_LOOK_SECONDS, _begin_due(house)),
        "ledger": (_LOOK_SECONDS, backup_ledger.keeping(house)),
        "moving_up": (_TIDY_SECONDS, moving_up.moving(house)),
        "quizzes": (_QUIZ_SECONDS, count_quizzes),
        "clocks": (watching.SECONDS, watching.each(house)),
    }


def _forget_order(house: House) -> ticks.Tick:
    return _each_hour(house) if house.database.is_sqlite else _each_night(house)


def _each_hour(house: House) -> ticks.Tick:
    """Soon after a start, then once an hour in which some tip changed."""
    seen = -1
    again = datetime.min.replace(tzinfo=UTC)

    async def forget_order() -> None:
        nonlocal seen, again
        async with house.database.read() as tx:
            version = await changes(tx)
        if version != seen and house.clock() >= again:
            await order.forget_order(house.database)
            seen, again = version, house.clock() + timedelta(seconds=_ORDER_SECONDS)

    return forget_order


def _each_night(house: House) -> ticks.Tick:
    """Once a night, or soon after a start that comes too late for it. Several processes tick: the
    database says whether it was done.
    """
    again = datetime.min.replace(tzinfo=UTC)

    async def forget_order() -> None:
        nonlocal again
        now = house.clock()
        local = now.astimezone(house.settings.zone)
        async with house.database.read() as tx:
            is_due = await order.is_due(tx, local)
        if not is_due or now < again:
            return
        again = now + timedelta(seconds=_ORDER_AGAIN_SECONDS)
        passed = await order.forget_order(house.database)
        for left in passed.left:
            note(Log.ORDER_LEFT, left=left)
        if passed.is_over:
            async with house.database.write() as tx:
                await order.remember(tx, local)

    return forget_order


def _drop_old_keys(house: House) -> ticks.Tick:
    """Once a day: links, codes and tips that needed an older key may be gone by now."""
    last: date | None = None

    async def drop_old_keys() -> None:
        nonlocal last
        today = house.clock().astimezone(house.settings.zone).date()
        if today != last:
            await rotation.go_on(house.database, house.clock())
            last = today

    return drop_old_keys


def _begin_due(house: House) -> ticks.Tick:
    last: datetime | None = None
    is_reminding = False

    async def begin_due() -> None:
        nonlocal last, is_reminding
        now, zone = house.clock(), house.settings.zone
        # Units may be imported at any time after the start.
        if not is_reminding:
            is_reminding = await reminder.ensure(house.database, now, zone)
        # At a start, and when the clock went back: what ran ahead of it has put bulletins off.
        if last is None or now < last:
            await plans.mend(house.database, now, zone)
        last = now
        if await plans.tick(house.database, now, zone, house.places):
            house.mailing.wake()

    return begin_due


async def _tidy(house: House) -> None:
    local = house.clock().astimezone(house.settings.zone)
    async with house.database.write() as tx:
        await bell.draw(tx, local)
    await house.database.truncate_log()


async def _let_finish(house: House, doors: Doors, say: Callable[[str], None]) -> None:
    """Give open drafts up to five minutes and tell them; the next start knows nothing of them,
    unless they lie in a store that it shares.
    """
    if house.volatile.is_shared or not await house.inbound.has_drafts():
        return
    say("Waiting up to five minutes for open drafts; press Ctrl+C again to stop at once.")
    until = house.clock() + timedelta(seconds=STOP_SECONDS)
    house.inbound.close_at(until)
    house.hub.tell_all()
    await doors.tell_closing()
    # Drafts end in many ways and by time; a look a second is enough.
    while await house.inbound.has_drafts() and house.clock() < until:  # noqa: ASYNC110
        await asyncio.sleep(1)
