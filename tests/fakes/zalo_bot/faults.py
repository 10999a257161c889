"""What may go wrong with Zalo on a test's order: which call, and how."""

from dataclasses import dataclass

from tests.fakes.faults import Cut, Hang, Slow, Write
from tests.fakes.zalo_bot.records import Record
from tests.fakes.zalo_bot.refusals import Refusal, idle, quota

_NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
# Downloads of what people sent, which are no method.
MEDIA = "media"
HUGE_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an error body of Zalo's shape; nothing is done."""

    code: int
    description: str


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection (RST), `after` doing what was asked, or without."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Do it and answer well, but under another content type."""

    content_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Answer with a redirect, without doing anything. Who follows it shows in `zalo.strays`."""

    location: str = "/elsewhere"
    status: int = 302


@dataclass(frozen=True, slots=True)
class Shut:
    """From the `nth` fitting call on, no connection is taken at all, until `heal()`.

    A server cannot know the method of a connection that it refuses: the door closes for all
    methods, at once for the first call, else when the call before was answered.
    """


Fault = Refuse | Write | Hang | Slow | Cut | Reset | Label | Redirect | Shut


@dataclass(slots=True)
class Plan:
    """One ordered fault: for calls that fit, from the `nth` on, `times` of them (None: all)."""

    fault: Fault
    method: str | None
    chat: str | None
    bot: str | None
    nth: int
    times: int | None
    seen: int = 0

    def strikes(self, record: Record) -> bool:
        """Count a call; True if the fault is for this one."""
        if self.method is not None and self.method != record.method:
            return False
        if self.chat is not None and self.chat != record.chat:
            return False
        if self.bot is not None and self.bot != record.bot:
            return False
        return self._counts()

    def strikes_media(self) -> bool:
        """Count a download; True if the fault is for this one."""
        return self.method == MEDIA and self._counts()

    def _counts(self) -> bool:
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


def unauthorized() -> Refuse:
    """The token was reset in Bot Creator."""
    return Refuse(401, "Unauthorized")


def internal() -> Refuse:
    """What the documents call "Internal server error", though its number is 403."""
    return Refuse(403, "Internal server error")


def timed_out() -> Refuse:
    """A 408 in JSON: for a poll nothing, for a send an unknown end."""
    return _refuse(idle())


def over_quota() -> Refuse:
    """A 429 in JSON."""
    return _refuse(quota())


def too_many() -> Write:
    """The 429 of the nginx in front, in HTML."""
    return Write(429, _NGINX.format("429 Too Many Requests").encode(), "text/html")


def bad_gateway() -> Write:
    """The 502 of the nginx in front, in HTML."""
    return Write(502, _NGINX.format("502 Bad Gateway").encode(), "text/html")


def nonsense(body: bytes = b'{"ok": tru', status: int = 200) -> Write:
    """An answer that breaks off in the middle of its JSON, or any bytes at all."""
    return Write(status, body)


def huge(size: int = HUGE_BYTES) -> Write:
    """A success of 10 MB."""
    start, end = b'{"ok":true,"result":{"message_id":"', b'"}}'
    return Write(200, start + b"0" * (size - len(start) - len(end)) + end)


def accepted_and_silent() -> Hang:
    """The message reaches the chat, and the answer never comes."""
    return Hang(after=True)


def _refuse(refusal: Refusal) -> Refuse:
    return Refuse(refusal.code, refusal.description)
