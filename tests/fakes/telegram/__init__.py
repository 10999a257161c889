"""A Telegram of our own: a stateful Bot API over HTTP, with people whom a test can move.

    async with FakeTelegram() as telegram:
        bot = telegram.bot()                      # bot.token; the server is at telegram.url
        worker = telegram.person("Worker")
        await worker.say("/start")
        answer = await worker.hears("Welcome")    # waits until the bot has said so
        press = await worker.press(answer, "yes")

PTB connects with `base_url=telegram.url + "/bot"` and `base_file_url=telegram.url + "/file/bot"`,
aiogram with `TelegramAPIServer.from_base(telegram.url)`. What is not modelled: parse modes other
than HTML, inline queries, payments, topics in private chats, reactions, Telegram's rule of one new
webhook connection per two seconds while a webhook fails.
"""

from tests.fakes.clock import Clock
from tests.fakes.faults import Cut, Hang, Slow, Write
from tests.fakes.telegram.arrivals import Arrival
from tests.fakes.telegram.faults import (
    Fault,
    Refuse,
    bad_gateway,
    blocked,
    conflict,
    deactivated,
    kicked,
    migrated,
    nonsense,
    server_error,
    too_large,
    too_many,
    unauthorized,
)
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.rooms import Channel, Group
from tests.fakes.telegram.server import FakeTelegram
from tests.fakes.telegram.view import Button, PopUp, Seen
from tests.fakes.telegram.waiting import Press
from tests.fakes.telegram.world import Bot, Post

__all__ = [
    "Arrival",
    "Bot",
    "Button",
    "Channel",
    "Clock",
    "Cut",
    "FakeTelegram",
    "Fault",
    "Group",
    "Hang",
    "Limits",
    "Person",
    "PopUp",
    "Post",
    "Press",
    "Refuse",
    "Seen",
    "Slow",
    "Write",
    "bad_gateway",
    "blocked",
    "conflict",
    "deactivated",
    "kicked",
    "migrated",
    "nonsense",
    "server_error",
    "too_large",
    "too_many",
    "unauthorized",
]
