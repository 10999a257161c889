"""What the web pages are joined from: the parts that `bot/app.py` hands over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.inbound import Inbound
from bot.live import Hub
from handlers.languages import Language
from handlers.texts import Texts
from storage.database import Database
from storage.volatile import Memory


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the pages need from the rest of the house.

    `secure`: the browser reaches us by HTTPS, so cookies are `__Host-` and Secure; False only for
    plain HTTP on loopback. `clock` gives the present time, aware and in UTC; `timezone` is for
    showing.
    """

    public_url: str | None
    trusted_proxy: bool
    secure: bool
    demo: bool
    timezone: ZoneInfo
    inbound: Inbound = field(repr=False)
    hub: Hub = field(repr=False)
    database: Database = field(repr=False)
    volatile: Memory = field(repr=False)
    texts: Mapping[Language, Texts] = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
