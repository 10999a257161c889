"""The sealed row of a member of staff: what stands in it, and how it is found."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyotp

from storage.chance import random_id
from storage.crypto import equal
from storage.database import Tx
from storage.keys import Purpose

ENROLMENT_HOURS = 72
CODE_SECONDS = 30
CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Body:
    """What is sealed. `step` is the last TOTP step that was used, so that no code works twice;
    `until` the end of an enrolment link; `renewed` the day on which somebody else made this member
    enrol anew, until they were told of it; `left` the day on which they left.
    """

    login: str = field(repr=False)
    name: str = field(repr=False)
    stamp: str = field(repr=False)
    secret: str = field(repr=False)
    hashed: str | None = field(default=None, repr=False)
    step: int = 0
    until: str | None = None
    renewed: str | None = None
    left: str | None = None

    @property
    def invited_until(self) -> datetime | None:
        """When the enrolment link ends, if there is one."""
        return datetime.fromisoformat(self.until) if self.until else None


def fresh(login: str, name: str, now: datetime) -> Body:
    """With a secret of its own, and an enrolment link that lives 72 hours."""
    until = (now.astimezone(UTC) + timedelta(hours=ENROLMENT_HOURS)).isoformat(timespec="minutes")
    return Body(login, name, random_id().hex(), pyotp.random_base32(), until=until)


def nobodys(login: str, name: str) -> Body:
    """A row that nobody signs in with."""
    return Body(login, name, random_id().hex(), pyotp.random_base32())


def step_of(body: Body, code: str, now: datetime) -> int | None:
    """The unused time step that `code` belongs to."""
    present = int(now.timestamp()) // CODE_SECONDS
    # Any three of the newest steps; compared as bytes, for typed digits need not be ASCII.
    typed, found = code.strip().replace(" ", "").encode(), None
    one_time = pyotp.HOTP(body.secret, digits=CODE_DIGITS)
    for step in (present - 1, present, present + 1):
        if equal(one_time.at(step).encode(), typed) and step > body.step:
            found = step
    return found


def written(tx: Tx, key: bytes, body: Body) -> dict[str, bytes]:
    """Both are of the same key, always: by the body's a rotation knows that the row is done."""
    return {"login": tx.keys.mac(Purpose.STAFF, named(body.login)), "body": _sealed(tx, key, body)}


def opened(tx: Tx, key: bytes, body: bytes) -> Body:
    """What a row says. Raises Unopenable."""
    return Body(**json.loads(tx.keys.open_sealed(Purpose.STAFF, body, about(key))))


def about(key: bytes) -> bytes:
    """What the seal of a row is bound to."""
    return b"staff" + key


def named(login: str) -> bytes:
    """What the fingerprint of a log-in name is made of."""
    return b"login" + login.encode()


def token_named(token: str) -> bytes:
    """What the fingerprint of an enrolment link is made of."""
    return b"enrolment" + token.encode()


def _sealed(tx: Tx, key: bytes, body: Body) -> bytes:
    told = {
        "login": body.login,
        "name": body.name,
        "stamp": body.stamp,
        "secret": body.secret,
        "hashed": body.hashed,
        "step": body.step,
        "until": body.until,
        "renewed": body.renewed,
        "left": body.left,
    }
    return tx.keys.seal(Purpose.STAFF, json.dumps(told).encode(), about(key))
