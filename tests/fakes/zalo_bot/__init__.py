"""A Zalo Bot Platform of our own over HTTP, with people whom a test can move.

    async with FakeZalo() as zalo:
        bot = zalo.bot()                          # bot.token; calls go to {zalo.url}/bot{token}/…
        worker = zalo.person("Worker")
        await worker.say("xin chào")
        await zalo.settled()                      # the bot has taken it and made its turn
        answer = await worker.hears("Chào")       # or: waits until the bot has said so

What is not known of the real platform is a switch in `zalo.habits`, what it limits a number in
`Limits`, and what goes wrong an order to `zalo.fail`. Chosen where nothing is known: of two polls
at once the first is answered 408; events that no webhook takes are posted three times; a
probe of a webhook is a POST with the secret; users, months and ids are counted per bot, but a
person has the same id towards every bot. The Official Account is another platform, not this one.
"""

from tests.fakes.clock import Clock
from tests.fakes.faults import Cut, Hang, Slow, Write
from tests.fakes.zalo_bot.faults import (
    Fault,
    Label,
    Redirect,
    Refuse,
    Reset,
    Shut,
    accepted_and_silent,
    bad_gateway,
    huge,
    internal,
    nonsense,
    over_quota,
    timed_out,
    too_many,
    unauthorized,
)
from tests.fakes.zalo_bot.habits import Delivery, Fields, Habits, Idle, Order, Secret, Style
from tests.fakes.zalo_bot.limits import Beyond, Limits
from tests.fakes.zalo_bot.people import Person
from tests.fakes.zalo_bot.pictures import Picture
from tests.fakes.zalo_bot.records import Record, leaks
from tests.fakes.zalo_bot.server import FakeZalo
from tests.fakes.zalo_bot.view import Seen
from tests.fakes.zalo_bot.world import Bot

__all__ = [
    "Beyond",
    "Bot",
    "Clock",
    "Cut",
    "Delivery",
    "FakeZalo",
    "Fault",
    "Fields",
    "Habits",
    "Hang",
    "Idle",
    "Label",
    "Limits",
    "Order",
    "Person",
    "Picture",
    "Record",
    "Redirect",
    "Refuse",
    "Reset",
    "Secret",
    "Seen",
    "Shut",
    "Slow",
    "Style",
    "Write",
    "accepted_and_silent",
    "bad_gateway",
    "huge",
    "internal",
    "leaks",
    "nonsense",
    "over_quota",
    "timed_out",
    "too_many",
    "unauthorized",
]
