"""What may go wrong on a test's order: which call, and how."""

from dataclasses import dataclass, field

from tests.fakes.faults import Cut, Hang, Slow, Write
from tests.fakes.telegram.arrivals import Arrival
from tests.fakes.telegram.refusals import NOT_MODIFIED, OTHER_POLLER


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an error body of Telegram's shape; nothing is done."""

    code: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)


Fault = Refuse | Write | Hang | Slow | Cut


@dataclass(slots=True)
class Plan:
    """One ordered fault: for calls that fit, from the `nth` on, `times` of them (None: all)."""

    fault: Fault
    method: str | None
    chat: int | None
    token: str | None
    nth: int
    times: int | None
    seen: int = 0

    def strikes(self, arrival: Arrival) -> bool:
        """Count a call; True if the fault is for this one."""
        if self.method is not None and self.method.lower() != arrival.method.lower():
            return False
        if self.chat is not None and self.chat != arrival.chat_id:
            return False
        if self.token is not None and self.token != arrival.token:
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


def blocked() -> Refuse:
    """The person has blocked the bot."""
    return Refuse(403, "Forbidden: bot was blocked by the user")


def deactivated() -> Refuse:
    """The person's account is deleted."""
    return Refuse(403, "Forbidden: user is deactivated")


def kicked(kind: str = "supergroup") -> Refuse:
    """The bot was removed from a group, supergroup or channel."""
    return Refuse(403, f"Forbidden: bot was kicked from the {kind} chat")


def too_many(retry_after: int) -> Refuse:
    """A 429."""
    description = f"Too Many Requests: retry after {retry_after}"
    return Refuse(429, description, {"retry_after": retry_after})


def migrated(to: int) -> Refuse:
    """The group is a supergroup now."""
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refuse(400, description, {"migrate_to_chat_id": to})


def not_modified() -> Refuse:
    """An edit that changes nothing."""
    return Refuse(400, f"Bad Request: {NOT_MODIFIED}")


def unauthorized() -> Refuse:
    """The token was revoked."""
    return Refuse(401, "Unauthorized")


def conflict() -> Refuse:
    """Another poller has the token."""
    return Refuse(409, f"Conflict: {OTHER_POLLER}")


def too_large() -> Refuse:
    """An upload above the limit."""
    return Refuse(413, "Request Entity Too Large")


def server_error(code: int = 500) -> Refuse:
    """Telegram's own failure, as JSON."""
    names = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}
    return Refuse(code, names.get(code, "Gateway Timeout"))


def bad_gateway() -> Write:
    """The page of the proxy in front of Telegram."""
    page = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n"
    return Write(502, page, "text/html")


def nonsense(body: bytes = b'{"ok": tru', status: int = 200) -> Write:
    """An answer that is no JSON, or any bytes at all."""
    return Write(status, body)
