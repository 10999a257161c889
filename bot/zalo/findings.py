"""What was found, one line each, and what failed calls mean for the operator."""

from dataclasses import dataclass
from enum import StrEnum

from bot.channels.zalo_bot.client import Failed, NotSent, Unauthorized, Webhook

_OUTCOMES = {
    "webhook.http.403": "something in front of us refuses it: look at the proxy and its filters",
    "webhook.http.404": "the address leads to no `run`, or to an older one: start `run` again",
    "webhook.http.5xx": "the proxy has nobody behind it: start `run`",
    "webhook.err.tls": "the certificate is not good",
    "webhook.err.dns": "the host of TIENGTHO_PUBLIC_URL is not known to the world",
    "webhook.err.conn": "nobody answers at TIENGTHO_PUBLIC_URL: start `run`; if it is at work, look"
    " at the proxy and the firewall",
    "webhook.err.timeout": "the answer took too long",
}


class Mark(StrEnum):
    """Well; something has to be done; not known, or not looked at."""

    WELL = "✓"
    WRONG = "✗"
    OPEN = "?"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for the operator, without ids, tokens and words."""

    mark: Mark
    line: str

    def __str__(self) -> str:
        return f"{self.mark} {self.line}"


def well(line: str) -> Finding:
    """All is as it should be."""
    return Finding(Mark.WELL, line)


def wrong(line: str) -> Finding:
    """Something has to be done, and the line says what."""
    return Finding(Mark.WRONG, line)


def unsure(line: str) -> Finding:
    """Nobody knows, and nothing has to be done."""
    return Finding(Mark.OPEN, line)


def explained(error: Failed) -> str:
    """What a failed call means."""
    match error:
        case Unauthorized():
            return "Zalo does not know this token; a new one is sent by Zalo Bot Creator"
        case NotSent():
            return "Zalo cannot be reached; look at the network and at TIENGTHO_ZALO_API_URL"
        case _:
            return f"Zalo did not do it ({type(error).__name__} {error.code}); try later"


def told_of_hook(hook: Webhook) -> Finding:
    """How the platform's own try of a webhook went that was just set."""
    if hook.verified:
        return well("webhook: set, and Zalo reaches it.")
    if hook.verified is None:
        return unsure("webhook: set; Zalo does not say whether it reaches it.")
    advice = _OUTCOMES.get(hook.outcome, "look at the address, the certificate and the proxy")
    return wrong(f"webhook: set, but Zalo says {hook.outcome or 'that it failed'}: {advice}.")
