"""How Zalo says no: a code and an English sentence, in a body that may come with HTTP 200."""

from typing import Any


class Refusal(Exception):
    """Ends a call; the server answers it as Zalo would."""

    def __init__(self, code: int, description: str, *, name: str = "error_code") -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.name = name

    def body(self, *, as_text: bool = False) -> dict[str, Any]:
        """The JSON body of the answer, its code as a number or as text."""
        code = str(self.code) if as_text else self.code
        return {"ok": False, self.name: code, "description": self.description}


def bad(what: str) -> Refusal:
    """A 400. The real sentences that are known begin like this."""
    return Refusal(400, f"Bad request: {what}")


def missing(parameter: str) -> Refusal:
    """A 400 for a parameter that is absent or empty."""
    return bad(f"The {parameter} must not be empty")


def idle() -> Refusal:
    """What a poll says that waited in vain: no failure, but written like one."""
    return Refusal(408, "Request timeout")


def unauthorized() -> Refusal:
    """A token that is no bot's."""
    return Refusal(401, "Unauthorized")


def not_found() -> Refusal:
    """No such method; or no webhook was ever set."""
    return Refusal(404, "Not Found")


def quota() -> Refusal:
    """A 429, for the month as for anything else: the code does not tell them apart."""
    return Refusal(429, "Quota exceeded")
