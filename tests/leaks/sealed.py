"""The register of what is sealed: every place in `storage` that seals, and the fields inside.

Sealed is no excuse: whoever takes every key as well shall not learn who told us something, for it
is stored nowhere.
"""

from collections.abc import Mapping

from storage.audit import Entry
from storage.outbox import Letter
from storage.record import End, Ending, Given, Post, Record
from storage.thread import NewPart, Part
from tests.leaks.what import Fields, Kind, What

_TIP = What(Kind.RANDOM, "the tip's id")
_UNIT = What(Kind.PUBLIC, "ids of units")
_MEMBER = What(Kind.STAFF, "a member's random id")
_DUE = What(Kind.DEADLINE, "the full hour at which a card may leave, or at once")
_HOUSE = What(Kind.HOUSE, "until when a process works on it")
_STATE = What(Kind.CLOSED, "categories, statuses, outcomes, yes and no")
_MERGED = What(Kind.RANDOM, "ids of tips about the same thing, which an officer merged")
_CHAIN = What(Kind.COUNT, "the part's number, the hash of the one before")
_OF_STAFF = What(Kind.STAFF, "how a member proves who they are, and is reached")
_LETTER = {
    "kind": What(Kind.CLOSED, "letters"),
    "tip": _TIP,
    "unit": _UNIT,
    "due": _DUE,
    "group": What(Kind.RANDOM, "our id of a desk's group"),
    "to": What(Kind.STAFF, "an officer's chat, or the id of an alarm"),
    "messages": What(Kind.STAFF, "our own messages in a desk's group or an officer's chat"),
    "lease": _HOUSE,
    "notice": What(Kind.CLOSED, "handlers.moderators.notices.Notice"),
    "counts": What(Kind.COUNT, "of tips that wait, of no single one"),
    "topic": What(Kind.STAFF, "our topic in a desk's group"),
}
_RECORD = {
    **dict.fromkeys(("unit", "readers", "excluded", "trail", "returns_to", "given"), _UNIT),
    "police_asked": What(Kind.COUNT, "how often its worker was asked about the police"),
    "asks_police": _STATE,
    "nickname": What(Kind.RANDOM, "two words drawn for the desk"),
    **dict.fromkeys(("category", "danger", "status", "outcome", "answered", "aside"), _STATE),
    "place": What(Kind.PUBLIC, "the commune that the worker chose"),
    "files": What(Kind.COUNT, "files of the worker"),
    "holder": _MEMBER,
    "recused": _MEMBER,
    "triage_by": What(Kind.DEADLINE, "rounded up, gone when the tip is claimed"),
    "rises": What(Kind.DEADLINE, "the same in danger; where its worker sent it up, a full hour"),
    "closing_on": What(Kind.DAY, "of a deadline"),
    "spans": What(Kind.CLOSED, "the minutes and days that its unit gives every tip"),
    "behind": What(Kind.PUBLIC, "the unit above that may read it later"),
    **dict.fromkeys(("resulted", "rises_anyway"), _STATE),
    **dict.fromkeys(("answer_on", "result_on"), What(Kind.DAY, "promised to the worker")),
    "end": What(Kind.COUNT, "how many parts, and the hash of the last"),
    "posts": What(Kind.STAFF, "its cards in groups of desks"),
    "export": What(Kind.STAFF, "an officer's request to export the tip, and who agreed"),
    "pepper": What(Kind.COUNT, "the number of the key that its code is bound to"),
    "closed_on": What(Kind.DAY, "of closing"),
    "tally": What(Kind.RANDOM, "the id of the row that counts it"),
    **dict.fromkeys(("triage", "answer", "overdue"), What(Kind.CLOSED, "classes of durations")),
    "begun": What(Kind.DAY, "the month of filing"),
    "valuable": What(Kind.CLOSED, "reasons why a tip was valuable"),
    "thanked": What(Kind.CLOSED, "whether its worker reads thanks"),
    "acted": What(Kind.STAFF, "the minute of the holder's last act, to the hour where none was"),
    "ending": What(Kind.STAFF, "who closed the tip, until when they may undo it, how it stood"),
    "labels": What(Kind.CLOSED, "what there is to do for the tip"),
    **dict.fromkeys(("lead", "followers"), _MERGED),
    "held_back": _STATE,
}
_PART = {
    **dict.fromkeys(("number", "previous"), _CHAIN),
    "kind": What(
        Kind.CLOSED,
        "story, file, question … that who it is was said, read, taken back",
    ),
    "words": What(Kind.WORDS, "as they were sent"),
    "by": What(Kind.STAFF, "the officer's name, in an officer's part"),
    "minute": What(
        Kind.STAFF, "of writing, in an officer's part or of a move that the house tells of"
    ),
    "mime": What(Kind.CLOSED, "kinds of files"),
    "chunks": What(Kind.RANDOM, "ids of the rows of a file, or of who the worker says they are"),
    "english": What(Kind.WORDS, "an officer's words, as their template has them in English"),
    "picks": What(Kind.WORDS, "answers to press that an officer laid under a question"),
    "change": What(Kind.CLOSED, "whether an officer changed the words, or took them back"),
}
_ENTRY = {
    "act": What(Kind.CLOSED, "what staff do"),
    "staff": _MEMBER,
    "tip": _TIP,
    "unit": _UNIT,
    "minute": What(Kind.STAFF, "of what a member did"),
    "note": What(Kind.CLOSED, "outcomes, roles, ids; 80 letters at most"),
    "change": What(Kind.PUBLIC, "what changed of a unit, as everybody may read it"),
}

_TALLY = {
    "unit": _UNIT,
    **dict.fromkeys(("category", "outcome", "overdue", "valuable", "police"), _STATE),
    "province": What(Kind.PUBLIC, "the province that the worker chose"),
    **dict.fromkeys(("month", "begun"), What(Kind.DAY, "the months of closing and filing")),
    **dict.fromkeys(("triage", "answer"), What(Kind.CLOSED, "classes of durations")),
}

WHOLE = ""
"""The name of the only field where what is sealed has none."""

OF_TIPS: Mapping[str, Fields] = {
    "storage.outbox._sealed": _LETTER,
    "storage.record.seal": {"police": _STATE, **_RECORD},
    "storage.thread.extend": _PART,
    "storage.thread.rewrite": _PART,
    "storage.stored.seal_bell": {WHOLE: What(Kind.RANDOM, "five digits")},
    "storage.knocks._sealed": {WHOLE: What(Kind.RANDOM, "a key of one row alone")},
    "storage.audit._append": _ENTRY,
    "storage.tally.seal": _TALLY,
}

OTHERS: Mapping[str, Fields] = {
    "storage.accounts._sealed": {WHOLE: What(Kind.HOUSE, "a bot's token")},
    "storage.bots._sealed": dict.fromkeys(
        ("mode", "path", "secret"), What(Kind.HOUSE, "how a bot's updates come")
    ),
    "storage.unit_imports._with_keys": {WHOLE: What(Kind.HOUSE, "half of a unit's key pair")},
    "storage.staff_rows._sealed": dict.fromkeys(
        ("login", "name", "stamp", "secret", "hashed", "step", "until", "renewed", "left"),
        _OF_STAFF,
    ),
    "storage.agreement_rows.sealed": dict.fromkeys(
        (
            *("unit", "police", "categories", "document", "contact", "hours", "backup"),
            *("review_on", "ended_on"),
        ),
        What(Kind.STAFF, "a signed agreement with a police unit, and whom to call there"),
    ),
    "storage.alarms._sealed": dict.fromkeys(("path", "address", "trouble"), _OF_STAFF),
    "storage.desk_links.link": {WHOLE: _OF_STAFF},
    "storage.desk_groups._sealed": dict.fromkeys(
        ("chat", "topics", "reading", "trouble", "left"), What(Kind.STAFF, "the group of a desk")
    ),
    "storage.desk_codes.make": dict.fromkeys(("kind", "about", "until"), _OF_STAFF),
    "storage.views._sealed": {
        "views": What(Kind.STAFF, "a member's filters, by closed values, with names of their own")
    },
    "storage.practices._sealed": {
        "words": What(Kind.PUBLIC, "what a unit wrote for everybody, without names"),
        "author": _MEMBER,
    },
    "storage.subscribers._sealed": {WHOLE: What(Kind.SUBSCRIBER, "the chat's address")},
    "storage.series._sealed": {
        "address": What(Kind.SUBSCRIBER, "the chat's address"),
        **dict.fromkeys(
            ("language", "next", "on", "ends"),
            What(Kind.SUBSCRIBER, "how far a first week is, and its days"),
        ),
    },
    "storage.outlets._sealed": dict.fromkeys(
        ("address", "title"), What(Kind.PUBLIC, "a unit's public channel")
    ),
}

REGISTER: Mapping[str, Fields] = {**OF_TIPS, **OTHERS}

_OWN_ROW = {"id": What(Kind.RANDOM, "of the row")}
CLASSES: Mapping[type, Fields] = {
    Letter: {**_LETTER, **_OWN_ROW, "sealed": What(Kind.SEALED, "the row as it was read")},
    Record: {"may_go_to_police": _STATE, **_RECORD},
    Ending: {
        "by": _MEMBER,
        "until": What(Kind.STAFF, "ten minutes after they closed it"),
        "triage_by": _RECORD["triage_by"],
        "end": _RECORD["end"],
        **dict.fromkeys(("status", "answered", "answer", "overdue"), _STATE),
    },
    End: {"count": _CHAIN, "last": _CHAIN},
    Given: {"unit": _UNIT, "stage": _STATE},
    Post: dict.fromkeys(
        ("group", "handle", "message", "topic"), What(Kind.STAFF, "our card in a desk's group")
    ),
    Part: {
        **{name: what for name, what in _PART.items() if name != "previous"},
        **_OWN_ROW,
        "author": What(Kind.CLOSED, "worker, officer or house"),
    },
    NewPart: {
        **{
            name: _PART[name]
            for name in ("kind", "words", "by", "minute", "mime", "english", "picks")
        },
        "author": What(Kind.CLOSED, "worker, officer or house"),
        "data": What(Kind.WORDS, "a clean file, or who the worker says they are"),
    },
    Entry: {**_ENTRY, "number": What(Kind.COUNT, "the order of what staff did")},
}
