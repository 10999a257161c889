"""The metadata record of a tip: everything that a list or a clock needs to know, sealed as one."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from handlers.exports import Authority, Reason, Request
from handlers.labels import Label, in_order, known_labels
from handlers.passing import Stage
from handlers.places import Place
from handlers.tallies import AnswerTime, TriageTime
from handlers.tips import Category, Move, Outcome, Status, after
from handlers.valuable import Valuable
from storage.keys import Keys, Purpose

# One size for every record, so that its length tells nothing. Only a worker who shuts out some
# hundred units (all companies of a large commune) needs more: a filing must never fail for that.
RECORD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class End:
    """The end of a thread's chain: how many parts there are, and the hash of the last one."""

    count: int
    last: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Post:
    """The tip's card in a group: the group's id and the handle that its buttons carry, both in hex.
    `message` is 0 while it is not known whether the card arrived; `topic` is 0 in a flat group.
    """

    group: str
    handle: str = field(repr=False)
    message: int = field(default=0, repr=False)
    topic: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """A police unit that the tip was released to, or passed to by another one, and how far that
    is.
    """

    unit: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Ending:
    """What an undo of a closing puts back until `until`: who closed it (id in hex), and how the tip
    stood before.
    """

    by: str = field(repr=False)
    until: datetime
    status: Status
    triage_by: datetime | None
    answered: bool
    answer: AnswerTime | None
    overdue: bool
    end: End


@dataclass(frozen=True, slots=True)
class Record:
    """One tip's metadata. `unit` is responsible; `readers` may read; `holder` is the id (hex) of
    the officer who claimed it. `triage_by` is gone once it was claimed; `answered` says that
    `answer_on` was kept and `result_on` counts. Without `end`, the last parts could be taken out
    unseen. `posts` are its cards in groups. `pepper` is the number of the key that its receipt code
    is bound to; `closed_on` the day of its closing, from which retention counts; `tally` the id
    (hex) of the row that counts it. `triage` and `answer` are how long its desk took, once that is
    known, and `overdue` that a deadline passed. `aside`: whoever leads the desk looks at it first.
    `begun` is the month of filing, as 2026-11, empty in those of an earlier version; `valuable`
    why its officer marked it, `thanked` that its worker reads thanks.
    `resulted`: `result_on` was kept and `closing_on` counts; `spans` are the minutes and days that
    its clocks gave (`handlers.clocks.Deadlines`). `behind` is the unit above that the tip is sealed
    to as well and that sees nothing of it before `rises`; `rises_anyway`: its worker wants that,
    whatever the desk does meanwhile.
    `acted` is the minute at which the holder last did something about it, `ending` what undoes its
    closing. `lead` and `followers` are the ids (hex) of the tips with which the desk works on it as
    one, and count only where both say so (`storage.bundles`); `held_back`: one of those may not go
    to the police, so none of them may. `trail` are the units that were responsible before, in their
    order; `returns_to` the one that it can be returned to; `given` the police units that it was
    released to. `police_asked` is how often its worker was asked about the police, `asks_police`
    that they did not answer yet. `recused` are the ids (hex) of those who stepped back from it:
    they see it no more, wherever it goes.
    """

    unit: str
    readers: tuple[str, ...]
    excluded: frozenset[str]
    nickname: str
    category: Category
    place: Place | None = field(repr=False)
    danger: bool
    files: int
    may_go_to_police: bool
    status: Status
    outcome: Outcome | None
    holder: str | None
    triage_by: datetime | None
    answer_on: date
    answered: bool
    result_on: date
    end: End
    posts: tuple[Post, ...] = field(default=(), repr=False)
    pepper: int = 1
    closed_on: date | None = None
    tally: str = field(default="", repr=False)
    triage: TriageTime | None = None
    answer: AnswerTime | None = None
    overdue: bool = False
    aside: bool = False
    begun: str = ""
    valuable: Valuable | None = None
    thanked: bool = False
    export: Request | None = field(default=None, repr=False)
    resulted: bool = False
    closing_on: date | None = None
    spans: tuple[int, int] = (0, 0)
    behind: str = ""
    rises: datetime | None = None
    rises_anyway: bool = False
    acted: datetime | None = None
    ending: Ending | None = field(default=None, repr=False)
    labels: frozenset[Label] = frozenset()
    lead: str = field(default="", repr=False)
    followers: tuple[str, ...] = field(default=(), repr=False)
    held_back: bool = False
    trail: tuple[str, ...] = ()
    returns_to: str = ""
    given: tuple[Given, ...] = ()
    police_asked: int = 0
    asks_police: bool = False
    recused: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def police_may_read(self) -> bool:
        """Whether a police unit may read it: its worker agreed, and so did all with whose tips it
        was merged.
        """
        return self.may_go_to_police and not self.held_back

    def stage_at(self, unit: str) -> Stage | None:
        """How it stands at a police unit that reads the tip; None where none of that name does."""
        stages = [each.stage for each in self.given if each.unit == unit]
        return stages[-1] if stages and unit in self.readers else None

    @property
    def sealed_to(self) -> tuple[str, ...]:
        """The units that have a wrap: its readers, and the one that may become one."""
        hidden = (self.behind,) if self.behind and self.behind not in self.readers else ()
        return (*self.readers, *hidden)

    def answered_about_police(self) -> "Record":
        """The record of a tip whose worker has chosen: whether with yes or no, it is the desk's
        turn again, and a no leaves nothing else behind.
        """
        status = after(self.status, Move.ADD) if self.asks_police else None
        return replace(self, status=status or self.status, asks_police=False)


def seal(keys: Keys, tip: bytes, record: Record) -> bytes:
    """The record as it is stored."""
    place = record.place
    plain = json.dumps(
        {
            "unit": record.unit,
            "readers": record.readers,
            "excluded": sorted(record.excluded),
            "nickname": record.nickname,
            "category": record.category,
            "place": [place.code, place.name, place.province_code, place.province, *place.codes]
            if place
            else None,
            "danger": record.danger,
            "files": record.files,
            "police": record.may_go_to_police,
            "status": record.status,
            "outcome": record.outcome,
            "holder": record.holder,
            "triage_by": record.triage_by.isoformat() if record.triage_by else None,
            "answer_on": record.answer_on.isoformat(),
            "answered": record.answered,
            "result_on": record.result_on.isoformat(),
            "end": [record.end.count, record.end.last],
            "posts": [[post.group, post.handle, post.message, post.topic] for post in record.posts],
            "pepper": record.pepper,
            "closed_on": record.closed_on.isoformat() if record.closed_on else None,
            "tally": record.tally,
            "triage": record.triage,
            "answer": record.answer,
            "overdue": record.overdue,
            "aside": record.aside,
            "begun": record.begun,
            "valuable": record.valuable,
            "thanked": record.thanked,
            "export": _export_told(record.export),
            "resulted": record.resulted,
            "closing_on": record.closing_on.isoformat() if record.closing_on else None,
            "spans": record.spans,
            "behind": record.behind,
            "rises": record.rises.isoformat() if record.rises else None,
            "rises_anyway": record.rises_anyway,
            "acted": record.acted.isoformat() if record.acted else None,
            "ending": _told(record.ending) if record.ending else None,
            "labels": in_order(record.labels),
            "lead": record.lead,
            "followers": record.followers,
            "held_back": record.held_back,
            "trail": record.trail,
            "returns_to": record.returns_to,
            "given": [[each.unit, each.stage] for each in record.given],
            "police_asked": record.police_asked,
            "asks_police": record.asks_police,
            "recused": sorted(record.recused),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    if len(plain) >= RECORD_BYTES:
        plain = zlib.compress(plain)
    size = RECORD_BYTES
    while size <= len(plain):
        size *= 2
    return keys.seal(Purpose.METADATA, plain, _about(tip), size=size)


def unseal(keys: Keys, tip: bytes, sealed: bytes) -> Record:
    """The record of `tip`. Raises Unopenable."""
    plain = keys.open_sealed(Purpose.METADATA, sealed, _about(tip))
    read = json.loads(plain if plain.startswith(b"{") else zlib.decompress(plain))
    place = read["place"]
    triage_by, closed_on = read["triage_by"], read.get("closed_on")
    return Record(
        unit=read["unit"],
        readers=tuple(read["readers"]),
        excluded=frozenset(read["excluded"]),
        nickname=read["nickname"],
        category=Category(read["category"]),
        place=_place(place) if place else None,
        danger=read["danger"],
        files=read["files"],
        may_go_to_police=read["police"],
        status=Status(read["status"]),
        outcome=Outcome(read["outcome"]) if read["outcome"] else None,
        holder=read["holder"],
        triage_by=datetime.fromisoformat(triage_by) if triage_by else None,
        answer_on=date.fromisoformat(read["answer_on"]),
        answered=read["answered"],
        result_on=date.fromisoformat(read["result_on"]),
        end=End(*read["end"]),
        # Records of earlier versions have none of the following.
        posts=tuple(Post(*post) for post in read.get("posts", ())),
        pepper=read.get("pepper", 1),
        closed_on=date.fromisoformat(closed_on) if closed_on else None,
        tally=read.get("tally", ""),
        triage=TriageTime(read["triage"]) if read.get("triage") else None,
        answer=AnswerTime(read["answer"]) if read.get("answer") else None,
        overdue=read.get("overdue", False),
        aside=read.get("aside", False),
        begun=read.get("begun", ""),
        valuable=Valuable(read["valuable"]) if read.get("valuable") else None,
        thanked=read.get("thanked", False),
        export=_export(read["export"]) if read.get("export") else None,
        resulted=read.get("resulted", False),
        closing_on=date.fromisoformat(read["closing_on"]) if read.get("closing_on") else None,
        spans=_spans(read.get("spans", (0, 0))),
        behind=read.get("behind", ""),
        rises=_moment(read.get("rises")),
        rises_anyway=read.get("rises_anyway", False),
        acted=_moment(read.get("acted")),
        ending=_ending(read["ending"]) if read.get("ending") else None,
        labels=known_labels(read.get("labels", ())),
        lead=read.get("lead", ""),
        followers=tuple(read.get("followers", ())),
        held_back=read.get("held_back", False),
        trail=tuple(read.get("trail", ())),
        returns_to=read.get("returns_to", ""),
        given=tuple(Given(unit, Stage(stage)) for unit, stage in read.get("given", ())),
        police_asked=read.get("police_asked", 0),
        asks_police=read.get("asks_police", False),
        recused=frozenset(read.get("recused", ())),
    )


def renewed(keys: Keys, tip: bytes, sealed: bytes) -> bytes:
    """The same record under the current key. Raises Unopenable."""
    return keys.reseal(Purpose.METADATA, sealed, _about(tip))


def _told(ending: Ending) -> dict[str, Any]:
    return {
        "by": ending.by,
        "until": ending.until.isoformat(),
        "status": ending.status,
        "triage_by": ending.triage_by.isoformat() if ending.triage_by else None,
        "answered": ending.answered,
        "answer": ending.answer,
        "overdue": ending.overdue,
        "end": [ending.end.count, ending.end.last],
    }


def _ending(read: dict[str, Any]) -> Ending:
    return Ending(
        by=read["by"],
        until=datetime.fromisoformat(read["until"]),
        status=Status(read["status"]),
        triage_by=_moment(read["triage_by"]),
        answered=read["answered"],
        answer=AnswerTime(read["answer"]) if read["answer"] else None,
        overdue=read["overdue"],
        end=End(*read["end"]),
    )


def _moment(read: str | None) -> datetime | None:
    return datetime.fromisoformat(read) if read else None


def _spans(read: Sequence[int]) -> tuple[int, int]:
    minutes, days = read
    return minutes, days


def _place(read: list[str]) -> Place:
    code, name, province_code, province, *codes = read
    return Place(code, name, province_code, province, tuple(codes))


def _export_told(export: Request | None) -> list[str] | None:
    if export is None:
        return None
    kinds = [export.by, export.unit, export.authority, export.reason]
    return [*kinds, export.words, export.until.isoformat(), export.agreed]


def _export(read: list[str]) -> Request:
    by, unit, authority, reason, words, until, agreed = read
    end = datetime.fromisoformat(until)
    return Request(by, unit, Authority(authority), Reason(reason), words, end, agreed)


def _about(tip: bytes) -> bytes:
    return b"record" + tip
