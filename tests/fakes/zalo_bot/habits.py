"""What is not known of the real platform, or differs between its hosts: one switch for each."""

from dataclasses import dataclass, field
from enum import Enum, auto


class Style(Enum):
    """How errors travel: with HTTP 200 (zaloplatforms.com), or with their code (zapps.me)."""

    NEW = auto()
    LEGACY = auto()


class Idle(Enum):
    """What a poll answers that waited in vain."""

    TIMEOUT = auto()  # error 408
    EMPTY = auto()  # "result": {}
    NULL = auto()  # "result": null


class Secret(Enum):
    """What a webhook delivery carries in its header."""

    RIGHT = auto()
    MISSING = auto()
    WRONG = auto()


class Order(Enum):
    """How a webhook gets what waits for it in one chat; chats never wait for each other."""

    KEPT = auto()  # the next when the one before was taken
    REVERSED = auto()  # of what waits, the newest first
    AT_ONCE = auto()  # all together


class Fields(Enum):
    """Where a picture's address stands in an event."""

    PHOTO_URL = "photo_url"
    PHOTO = "photo"
    BOTH = "both"


@dataclass(slots=True)
class Delivery:
    """How webhooks are delivered. Times are real seconds.

    `copies`: how often each event is posted in all. `tries`: how often until one copy is taken
    (2xx within `timeout_seconds`); between two tries the waits in order, the last one for ever.
    """

    wrapped: bool = True
    secret: Secret = Secret.RIGHT
    order: Order = Order.KEPT
    copies: int = 1
    delay_seconds: float = 0.0
    timeout_seconds: float = 2.0
    tries: int = 3
    waits_seconds: tuple[float, ...] = (0.02, 0.05)


@dataclass(slots=True)
class Habits:
    """Every switch, to be changed by a test at any time.

    `zero_codes`: successes carry `"error_code": 0`. `text_codes`: error codes are strings.
    `in_array`: a poll's update comes in a list. `poll_scale`: a poll of 30 s lasts 30 times this
    in real seconds, if the fake's clock does not pass 30 s before. `local_allowed`: plain HTTP and
    this machine's addresses are allowed for webhooks and pictures, which the real one refuses.
    `verifies`: `setWebhook` tells of its probe (older documents know nothing of it).
    `photo_fetches`: how a sent picture is fetched before the answer. `nameless`: events without
    `display_name`. `dates_in_seconds`, `old_fields` (`from.name`, `chat.type`): older payloads.
    """

    style: Style = Style.NEW
    zero_codes: bool = False
    text_codes: bool = False
    idle: Idle = Idle.TIMEOUT
    in_array: bool = False
    poll_scale: float = 1.0
    local_allowed: bool = True
    verifies: bool = True
    probe_has_secret: bool = True
    tests_per_day: int = 10
    unknown_chat_code: int = 400
    blocked_code: int = 400
    photo_fetches: tuple[str, ...] = ("GET", "GET", "GET")
    blocked_hosts: frozenset[str] = frozenset({"upload.wikimedia.org"})
    nameless: bool = False
    dates_in_seconds: bool = False
    old_fields: bool = False
    delivery: Delivery = field(default_factory=Delivery)
