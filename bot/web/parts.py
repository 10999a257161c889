"""What the web pages are joined from: the parts that `bot/app.py` hands over."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.channels import Outcome
from bot.config import EXIT_URL
from bot.inbound import Inbound
from bot.live import Hub
from bot.web.lent import Lent
from handlers.handbook import Handbook
from handlers.languages import Language
from handlers.texts import Texts
from storage.atlas import of_the_program
from storage.database import Database
from storage.places import Places
from storage.volatile import Volatile

Whisper = Callable[[str, tuple[str, ...]], Awaitable[bool]]
"""Sends some messages to a linked account; whether they arrived."""
RingTrial = Callable[[str], Awaitable[Outcome]]
"""Rings an officer's browser for trial; `storage.alarms` has the address."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the pages need from the rest of the house.

    `secure`: the browser reaches us by HTTPS, so cookies are `__Host-` and Secure; False only for
    plain HTTP on loopback. `clock` gives the present time, aware and in UTC; `timezone` is for
    showing. `whisper` is None while no chat app is joined. `push_key` is what browsers subscribe
    with, empty while Web Push is not switched on; `ring_trial` is None then, and where this process
    rings nobody.
    `lent` are the pictures that a chat app fetches. `neutral` is where the quick exit leads: a page
    that anybody might be reading. `onion` is the same site as an onion service, empty if there is
    none. `data_contact` and `hosted_in` stand in the notice after an incident.
    """

    public_url: str | None
    trusted_proxy: bool
    secure: bool
    demo: bool
    timezone: ZoneInfo
    inbound: Inbound = field(repr=False)
    hub: Hub = field(repr=False)
    database: Database = field(repr=False)
    volatile: Volatile = field(repr=False)
    texts: Mapping[Language, Texts] = field(repr=False)
    handbooks: Mapping[Language, Handbook] = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    places: Callable[[], Places] = field(default=of_the_program, repr=False)
    whisper: Whisper | None = field(default=None, repr=False)
    push_key: str = ""
    neutral: str = EXIT_URL
    onion: str = ""
    data_contact: str = ""
    hosted_in: str = ""
    lent: Lent | None = field(default=None, repr=False)
    ring_trial: RingTrial | None = field(default=None, repr=False)


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
