"""Members of staff: who they are, how they join, and what they may do at which unit."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pyotp
from sqlalchemy import Row, delete, insert, select, update

from handlers import alphabet
from handlers.roles import BROADCASTERS, OVERSEERS, READERS_OF_NUMBERS, READERS_OF_TIPS, Role
from handlers.routing import UnitKind
from storage import desk_codes, staff_rows, stamps, unit_rows
from storage.chance import new_token, random_id
from storage.database import Tx
from storage.days import local_day
from storage.desk_codes import CodeKind
from storage.keys import Purpose
from storage.staff_rows import CODE_DIGITS, CODE_SECONDS, Body
from storage.stamps import Stamp
from storage.tables import alarms, grants, staff, units

_NEVER_READERS = frozenset({Role.ADMINISTRATOR, Role.KEEPER})


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff. `stamp` changes with every new password or enrolment link, so that
    sessions made before are no longer theirs. `invited_until` is the end of an enrolment link,
    `renewed` the day of one that they were not told of yet, `left` that they left.
    """

    id: bytes
    name: str = field(repr=False)
    login: str = field(repr=False)
    grants: frozenset[tuple[str, Role]]
    enrolled: bool
    stamp: str = field(default="", repr=False)
    invited_until: datetime | None = None
    renewed: date | None = None
    left: bool = False

    @property
    def reads_tips(self) -> bool:
        """Whether some desk is theirs."""
        return any(role in READERS_OF_TIPS for _, role in self.grants)

    @property
    def leads(self) -> bool:
        """Whether they lead some desk."""
        return any(role is Role.LEAD for _, role in self.grants)

    @property
    def administers(self) -> bool:
        """Whether they look after the people of some unit."""
        return any(role is Role.ADMINISTRATOR for _, role in self.grants)

    @property
    def oversees(self) -> bool:
        """Whether they see how the desks of some unit close their tips."""
        return any(role in OVERSEERS for _, role in self.grants)

    @property
    def sees_numbers(self) -> bool:
        """Whether they see the numbers of some unit."""
        return self.reads_tips or any(role in READERS_OF_NUMBERS for _, role in self.grants)

    @property
    def audits(self) -> bool:
        """Whether they read what the staff of some unit did."""
        return any(role is Role.AUDITOR for _, role in self.grants)

    @property
    def sees_coverage(self) -> bool:
        """Whether they see where there is a desk."""
        return self.oversees or self.administers

    @property
    def broadcasts(self) -> bool:
        """Whether they write or approve bulletins of some unit."""
        return any(role in BROADCASTERS for _, role in self.grants)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a valid enrolment link opens. `secret` is the TOTP secret in base 32."""

    member: Member
    secret: str = field(repr=False)

    @property
    def address(self) -> str:
        """The `otpauth://` address that an authenticator app scans."""
        one_time = pyotp.TOTP(self.secret, digits=CODE_DIGITS, interval=CODE_SECONDS)
        return one_time.provisioning_uri(name=self.member.login, issuer_name="Tiếng Thợ")


class Enrolment(StrEnum):
    """How an enrolment ended, when not well."""

    GONE = "gone"
    WRONG_CODE = "wrong_code"


class Change(StrEnum):
    """What became of a grant or its revocation. BOTH: nobody reads for the union and the police;
    BOARDING: a boarding-house group has people for its bulletins and no others.
    """

    DONE = "done"
    SAME = "same"
    JOINED = "joined"
    BOTH = "both"
    BOARDING = "boarding"
    UNKNOWN = "unknown"


def may_join(roles: Iterable[Role]) -> bool:
    """Whether one person may hold all of `roles`: administrators and keepers never read tips."""
    held = set(roles)
    return not (held & READERS_OF_TIPS and held & _NEVER_READERS)


async def serves_both(tx: Tx, granted: Iterable[tuple[str, Role]]) -> bool:
    """Whether somebody with these roles would read tips for the union and for the police: then the
    police would read what no worker agreed to.
    """
    reads = {unit for unit, role in granted if role in READERS_OF_TIPS}
    kinds = select(units.c.kind).where(units.c.id.in_(reads)).distinct()
    return len(await tx.rows(kinds)) > 1


async def is_beyond_boarding(tx: Tx, granted: Iterable[tuple[str, Role]]) -> bool:
    """Whether one of these roles is more than writing bulletins, at a boarding-house group:
    landlords may be in it.
    """
    held = {unit for unit, role in granted if role not in BROADCASTERS}
    boarding = units.c.kind == UnitKind.BOARDING.value
    found = await tx.row(select(units.c.id).where(boarding, units.c.id.in_(held)).limit(1))
    return found is not None


async def add(
    tx: Tx, login: str, name: str, granted: Iterable[tuple[str, Role]], now: datetime
) -> tuple[Member, str]:
    """A new member and the token of their enrolment link, which is stored nowhere and lives 72
    hours. Raises ValueError for a log-in name in use, and for roles that may not be joined: look
    with `by_login`, `may_join` and `is_beyond_boarding` first, in the same transaction.
    """
    held = frozenset(granted)
    apart = not may_join(role for _, role in held) or await serves_both(tx, held)
    apart = apart or await is_beyond_boarding(tx, held)
    if apart or await by_login(tx, login) is not None:
        raise ValueError("log-in name in use, or roles that may not be joined")
    body, token, key = staff_rows.fresh(login, name, now), new_token(), random_id()
    await tx.run(
        insert(staff).values(
            id=key,
            enrolment=tx.keys.mac(Purpose.STAFF, staff_rows.token_named(token)),
            **staff_rows.written(tx, key, body),
        )
    )
    rows = [{"staff": key, "unit": unit, "role": role} for unit, role in held]
    if rows:
        await tx.run(insert(grants), rows)
    return _member(key, body, held), token


async def reset(tx: Tx, login: str, now: datetime) -> str | None:
    """The token of a new enrolment link; the old password, secret, link and sessions are void, and
    nothing rings for them any more. Whoever was enrolled is told when they sign in again. None for
    an unknown log-in name.
    """
    member = await by_login(tx, login)
    if member is None:
        return None
    token, body = new_token(), staff_rows.fresh(login, member.name, now)
    told = local_day(now) if member.enrolled else member.renewed
    body = replace(body, renewed=told.isoformat() if told else None)
    await tx.run(
        update(staff)
        .where(staff.c.id == member.id)
        .values(
            enrolment=tx.keys.mac(Purpose.STAFF, staff_rows.token_named(token)),
            **staff_rows.written(tx, member.id, body),
        )
    )
    await silence(tx, member.id)
    return token


async def silence(tx: Tx, key: bytes) -> None:
    """Nothing rings for a member any more, and no code for that holds. Their phone may be in other
    hands: called last, so that whoever links one just now is waited for.
    """
    await desk_codes.drop(tx, CodeKind.ALARM, key.hex())
    await tx.run(delete(alarms).where(alarms.c.staff == key))


async def told_of_renewal(tx: Tx, key: bytes) -> date | None:
    """The day on which somebody made this member enrol anew, once; None when they know."""
    row = await tx.row(select(staff.c.body).where(staff.c.id == key).with_for_update())
    body = staff_rows.opened(tx, key, row.body) if row is not None else None
    if body is None or body.renewed is None:
        return None
    written = staff_rows.written(tx, key, replace(body, renewed=None))
    await tx.run(update(staff).where(staff.c.id == key).values(**written))
    return date.fromisoformat(body.renewed)


async def members(tx: Tx) -> tuple[Member, ...]:
    """Everybody, by name."""
    as_of, kept = await stamps.read_all(tx, (Stamp.STAFF, Stamp.DESKS)), tx.atlas
    if kept.staff_as_of != as_of:
        async with kept.loading:
            if kept.staff_as_of != as_of:
                found = await _everybody(tx)
                kept.staff, kept.staff_as_of = found, as_of
                return found
    return kept.staff


async def by_id(tx: Tx, key: bytes) -> Member | None:
    """The member with this id."""
    row = await tx.row(select(staff).where(staff.c.id == key))
    return (
        None if row is None else await _joined(tx, row.id, staff_rows.opened(tx, row.id, row.body))
    )


async def by_login(tx: Tx, login: str) -> Member | None:
    """The member with this log-in name (as `handlers.moderators.accounts.login_name` gives it)."""
    found = await opened_by_login(tx, login)
    return None if found is None else found[0]


async def opened_by_login(tx: Tx, login: str) -> tuple[Member, Body] | None:
    """The member with this log-in name, and their opened row."""
    fingerprints = tx.keys.macs(Purpose.STAFF, staff_rows.named(login))
    row = await tx.row(select(staff).where(staff.c.login.in_(fingerprints)))
    if row is None:
        return None
    body = staff_rows.opened(tx, row.id, row.body)
    return await _joined(tx, row.id, body), body


async def invitation(tx: Tx, token: str, now: datetime) -> Invitation | None:
    """What an enrolment link opens; None when it was used, replaced or is too old."""
    fingerprints = tx.keys.macs(Purpose.STAFF, staff_rows.token_named(token))
    row = await tx.row(select(staff).where(staff.c.enrolment.in_(fingerprints)).with_for_update())
    if row is None:
        return None
    body = staff_rows.opened(tx, row.id, row.body)
    if body.until is None or now >= datetime.fromisoformat(body.until):
        return None
    return Invitation(await _joined(tx, row.id, body), body.secret)


async def enrol(tx: Tx, token: str, hashed: str, code: str, now: datetime) -> Member | Enrolment:
    """Use an enrolment link: store the hash of the new password (`crypto.hash_password`, made
    before in a thread) when `code` shows that the TOTP secret has arrived on the phone.
    """
    invited = await invitation(tx, token, now)
    if invited is None:
        return Enrolment.GONE
    key = invited.member.id
    row = await tx.row(select(staff.c.body).where(staff.c.id == key))
    if row is None:
        return Enrolment.GONE
    body = staff_rows.opened(tx, key, row.body)
    step = staff_rows.step_of(body, code, now)
    if step is None:
        return Enrolment.WRONG_CODE
    body = replace(body, hashed=hashed, step=step, until=None, stamp=random_id().hex())
    changed = update(staff).where(staff.c.id == key)
    await tx.run(changed.values(enrolment=None, **staff_rows.written(tx, key, body)))
    return _member(key, body, invited.member.grants)


async def grant(tx: Tx, key: bytes, unit: str, role: Role) -> Change:
    """Give a role at a unit. Never both reading tips and administering or keeping keys, nor reading
    for the union and the police, nor more than bulletins for a boarding-house group.
    """
    # The row is held so that two grants at once cannot join what may not be joined.
    row = await tx.row(select(staff.c.id).where(staff.c.id == key).with_for_update())
    if row is None or await tx.row(select(units.c.id).where(units.c.id == unit)) is None:
        return Change.UNKNOWN
    held = await _held(tx, key)
    if (unit, role) in held:
        return Change.SAME
    if not may_join([role, *(other for _, other in held)]):
        return Change.JOINED
    if await serves_both(tx, [(unit, role), *held]):
        return Change.BOTH
    if await is_beyond_boarding(tx, [(unit, role)]):
        return Change.BOARDING
    await tx.run(insert(grants).values(staff=key, unit=unit, role=role))
    return Change.DONE


async def revoke(tx: Tx, key: bytes, unit: str, role: Role) -> bool:
    """Take a role away; False when it was not held. It counts from the next transaction on."""
    where = (grants.c.staff == key) & (grants.c.unit == unit) & (grants.c.role == role)
    return await tx.run(delete(grants).where(where)) > 0


async def renewed(tx: Tx, row: Row[Any], now: datetime) -> dict[str, bytes | None] | None:
    """What a row holds under the current keys, for a rotation; None while its enrolment link lives,
    for the token is stored nowhere. Raises Unopenable.
    """
    body = staff_rows.opened(tx, row.id, row.body)
    if body.until is not None and now < datetime.fromisoformat(body.until):
        return None
    return {
        "login": tx.keys.mac(Purpose.STAFF, staff_rows.named(body.login)),
        "enrolment": None,
        "body": tx.keys.reseal(Purpose.STAFF, row.body, staff_rows.about(row.id)),
    }


async def units_read_by(tx: Tx, key: bytes) -> frozenset[str]:
    """The units where this member is officer or lead, as it stands in this transaction."""
    return frozenset(unit for unit, role in await _held(tx, key) if role in READERS_OF_TIPS)


async def units_led_by(tx: Tx, key: bytes) -> frozenset[str]:
    """The units where this member is lead, as it stands in this transaction."""
    return frozenset(unit for unit, role in await _held(tx, key) if role is Role.LEAD)


async def units_with_lead(tx: Tx) -> frozenset[str]:
    """The units where somebody is lead."""
    found = await tx.rows(select(grants.c.unit).where(grants.c.role == Role.LEAD).distinct())
    return frozenset(row.unit for row in found)


async def units_run_by(tx: Tx, key: bytes) -> frozenset[str]:
    """The units whose people this member looks after: those where they are administrator, and all
    below.
    """
    return await units_under(tx, key, Role.ADMINISTRATOR)


async def units_under(tx: Tx, key: bytes, role: Role) -> frozenset[str]:
    """The units where this member holds `role`, and all below, as it stands in this transaction."""
    held = await _held(tx, key)
    return await unit_rows.under(tx, [unit for unit, each in held if each is role])


async def _joined(tx: Tx, key: bytes, body: Body) -> Member:
    return _member(key, body, await _held(tx, key))


async def _everybody(tx: Tx) -> tuple[Member, ...]:
    held: dict[bytes, set[tuple[str, Role]]] = {}
    for row in await tx.rows(select(grants)):
        held.setdefault(bytes(row.staff), set()).add((row.unit, Role(row.role)))
    # What was opened before is known by its sealed bytes, so that only what changed is opened.
    before, now = tx.atlas.bodies, dict[bytes, tuple[bytes, Body]]()
    for row in await tx.rows(select(staff.c.id, staff.c.body)):
        key, sealed = bytes(row.id), bytes(row.body)
        known = before.get(key)
        is_same = known is not None and known[0] == sealed
        now[key] = known if known and is_same else (sealed, staff_rows.opened(tx, key, sealed))
    tx.atlas.bodies = now
    found = [_member(key, body, held.get(key, ())) for key, (_, body) in now.items()]
    return tuple(sorted(found, key=lambda member: (alphabet.key(member.name), member.login)))


async def _held(tx: Tx, key: bytes) -> frozenset[tuple[str, Role]]:
    rows = await tx.rows(select(grants.c.unit, grants.c.role).where(grants.c.staff == key))
    return frozenset((row.unit, Role(row.role)) for row in rows)


def _member(key: bytes, body: Body, held: Iterable[tuple[str, Role]]) -> Member:
    return Member(
        bytes(key),
        body.name,
        body.login,
        frozenset(held),
        body.hashed is not None,
        body.stamp,
        body.invited_until,
        date.fromisoformat(body.renewed) if body.renewed else None,
        body.left is not None,
    )
