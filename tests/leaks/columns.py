"""The register of columns: every one that there is, and what it is.

A column that is not here fails a test, and so does one that is gone. Whoever adds a line answers
the question: could this hold, or give away, who told us something, or when?
"""

from collections.abc import Mapping

from tests.leaks.what import Fields, Kind, What

_ID = What(Kind.RANDOM, "16 random bytes")
_OF_TIP = What(Kind.RANDOM, "the tip's id")
_UNIT = What(Kind.PUBLIC, "a unit's id")
_MEMBER = What(Kind.STAFF, "a member's random id")
_BOT = What(Kind.HOUSE, "the number of one of our bots")
_COUNT = What(Kind.COUNT, "of a bulletin")
_NUMBER = What(Kind.COUNT, "a number of a bulletin's sending")
_CHOICE = What(Kind.SUBSCRIBER, "chosen with the subscription")
_LEASE = What(Kind.HOUSE, "which process works on it, until when")
_BULLETIN = What(Kind.PUBLIC, "a bulletin: its id, words, plan")

TIPS: Mapping[str, Fields] = {
    "tips": {
        "id": _ID,
        "locator": What(Kind.OPENS_WITH_CODE, "code stretched, under the pepper"),
        "reporter": What(Kind.OPENS_WITH_CODE, "public half of the code's key pair"),
        "reporter_wrap": What(Kind.OPENS_WITH_CODE, "the case key for whoever has the code"),
        "bell": What(Kind.SEALED, "bell number, under the case key"),
        "record": What(Kind.SEALED, "storage.record, under the metadata key"),
        "day": What(Kind.DAY, "of filing"),
    },
    "parts": {"id": _ID, "tip": _OF_TIP, "body": What(Kind.SEALED, "words, under the case key")},
    "chunks": {"id": _ID, "tip": _OF_TIP, "body": What(Kind.SEALED, "files, under the case key")},
    "wraps": {
        "id": What(Kind.KEYED, "unit and tip, under the metadata key; or random"),
        "tip": _OF_TIP,
        "body": What(Kind.SEALED, "the case key, for a unit or for nobody"),
    },
    "knocks": {
        "tip": _OF_TIP,
        "key": What(Kind.SEALED, "a key of this row alone, under the case key; or of nothing"),
        "body": What(Kind.SENDER, "a chat that asked to be told, under that key; or nothing"),
    },
    "letters": {"id": _ID, "body": What(Kind.SEALED, "storage.outbox, under its own key")},
    "rings": {
        "id": _ID,
        "number": What(Kind.PUBLIC, "five digits of the list that everybody sees"),
        "day": What(Kind.DAY, "when the list changed"),
        "hour": What(Kind.PUBLIC, "seven or seventeen, the changes of the list"),
    },
    "tombstones": {
        "id": What(Kind.KEYED, "the id of a deleted tip"),
        "day": What(Kind.DAY, "of deletion"),
    },
    "tallies": {"id": _ID, "body": What(Kind.SEALED, "counts of a closed tip, without its id")},
}

SUBSCRIBERS: Mapping[str, Fields] = {
    "subscribers": {
        "id": What(Kind.COUNT, "the order of sending"),
        "account": _BOT,
        "fingerprint": What(Kind.KEYED, "the chat's address, under the subscribers' key"),
        "address": What(Kind.SEALED, "the chat's address, under the subscribers' key"),
        "language": _CHOICE,
        "topics": _CHOICE,
        "place_1": _CHOICE,
        "place_2": _CHOICE,
        "place_3": _CHOICE,
        "per_week": _CHOICE,
        "part": _CHOICE,
        "paused_until": What(Kind.DAY, "chosen with the subscription"),
        "joined": What(Kind.DAY, "the first of a month"),
    },
    "series": {
        "account": _BOT,
        "fingerprint": What(Kind.KEYED, "the chat's address, under the subscribers' key"),
        "course": What(Kind.SEALED, "address, first day and how far, under the subscribers' key"),
    },
    "outcomes": {
        "sending": _NUMBER,
        "subscriber": What(Kind.SUBSCRIBER, "the number in `subscribers`"),
        "kind": What(Kind.CLOSED, "how the sending went"),
        "message": What(Kind.SUBSCRIBER, "our own message, to take a bulletin back"),
    },
}

OTHERS: Mapping[str, Fields] = {
    "units": {
        **dict.fromkeys(("id", "parent", "kind", "name", "places", "categories"), _UNIT),
        **dict.fromkeys(("inside_company", "conflicts", "hours", "contact", "at_once"), _UNIT),
        "public_key": What(Kind.PUBLIC, "half of the unit's key pair"),
        "private_key": What(Kind.SEALED, "the other half, under the units' key"),
    },
    "unit_changes": {"unit": _UNIT, "last": What(Kind.COUNT, "the number of an entry of the log")},
    "unit_rules": {
        "unit": _UNIT,
        "topic": What(Kind.CLOSED, "storage.unit_rules.Topic"),
        "body": What(Kind.PUBLIC, "what the unit decided for itself, never of a tip"),
    },
    "unit_choices": {"unit": _UNIT, "page_first": What(Kind.CLOSED, "categories")},
    "staff": {
        "id": _MEMBER,
        "login": What(Kind.KEYED, "a member's log-in name"),
        "enrolment": What(Kind.KEYED, "an enrolment link"),
        "body": What(Kind.SEALED, "storage.staff"),
    },
    "grants": {"staff": _MEMBER, "unit": _UNIT, "role": What(Kind.CLOSED, "roles")},
    "desk_links": {
        "id": What(Kind.KEYED, "a member's account in a chat app"),
        "staff": _MEMBER,
        "body": What(Kind.SEALED, "that account"),
    },
    "desk_groups": {
        "id": _ID,
        "fingerprint": What(Kind.KEYED, "the group of a desk"),
        "unit": _UNIT,
        "body": What(Kind.SEALED, "storage.desk_groups"),
    },
    "desk_codes": {
        "id": What(Kind.KEYED, "a one-time code for staff"),
        "body": What(Kind.SEALED, "storage.desk_codes"),
    },
    "alarms": {
        "id": What(Kind.KEYED, "where a member is rung"),
        "staff": _MEMBER,
        "body": What(Kind.SEALED, "storage.alarms"),
    },
    "views": {"staff": _MEMBER, "body": What(Kind.SEALED, "storage.views, closed values")},
    "released_texts": {
        "text": What(Kind.PUBLIC, "a text of the library"),
        "seal": What(Kind.PUBLIC, "hash of that text"),
        "staff": _MEMBER,
        "day": What(Kind.DAY, "when an editor released it"),
    },
    "law_changes": {
        "number": What(Kind.PUBLIC, "a document of law"),
        "replaced_by": What(Kind.PUBLIC, "another one"),
        "since": What(Kind.DAY, "from when that one counts"),
        "staff": _MEMBER,
        "day": What(Kind.DAY, "when an editor said so"),
    },
    "quiz_tallies": {
        "quiz": What(Kind.PUBLIC, "a quiz"),
        "players": What(Kind.COUNT, "how many played, in batches of ten and more"),
        "body": What(Kind.COUNT, "how many knew each answer, in the same batches"),
    },
    "practices": {
        "id": _ID,
        "unit": _UNIT,
        "stage": What(Kind.CLOSED, "proposed, published, taken back"),
        "month": What(Kind.DAY, "the first of the month from which it is shown"),
        "body": What(Kind.SEALED, "what a unit wrote for everybody, without names"),
    },
    "agreements": {"id": _ID, "body": What(Kind.SEALED, "storage.agreements")},
    "audit": {
        "number": What(Kind.COUNT, "the order of what staff did"),
        "previous": What(Kind.SEALED, "hash of what is sealed"),
        "body": What(Kind.SEALED, "storage.audit"),
    },
    "accounts": {
        **dict.fromkeys(("id", "name", "channel", "enabled", "per_second"), _BOT),
        "body": What(Kind.SEALED, "a bot's token"),
        **dict.fromkeys(("holder", "until", "fence", "halted_until"), _LEASE),
    },
    "bots": {"account": _BOT, "unit": _UNIT, "body": What(Kind.SEALED, "storage.bots")},
    "quotas": {
        "account": _BOT,
        "month": What(Kind.DAY, "the first of a month"),
        "used": What(Kind.COUNT, "messages of all chats of a bot, in blocks"),
        "told": What(Kind.COUNT, "per cent of which the operator was told"),
    },
    "outlets": {
        **dict.fromkeys(("id", "account", "kind"), _BOT),
        "unit": _UNIT,
        "fingerprint": What(Kind.KEYED, "a unit's public channel"),
        "body": What(Kind.SEALED, "storage.outlets"),
        **dict.fromkeys(("language", "topics", "hold_doubt", "gone"), _UNIT),
    },
    "outlet_posts": {
        **dict.fromkeys(("sending", "outlet"), _NUMBER),
        "stage": What(Kind.CLOSED, "how the post went"),
        "message": What(Kind.PUBLIC, "our own post in a public channel"),
    },
    "bulletins": {
        **dict.fromkeys(("id", "stage", "version", "seal", "created", "next_due"), _BULLETIN),
        "unit": _UNIT,
        "author": _MEMBER,
    },
    "versions": {
        **dict.fromkeys(("bulletin", "number", "seal", "body"), _BULLETIN),
        "author": _MEMBER,
    },
    "approvals": {**dict.fromkeys(("bulletin", "seal", "day"), _BULLETIN), "staff": _MEMBER},
    "sendings": {
        **dict.fromkeys(("id", "bulletin", "version", "fire_key", "due", "priority"), _BULLETIN),
        **dict.fromkeys(("stage", "reason", "begun", "ended", "asked"), _BULLETIN),
        **dict.fromkeys(("high_water", "planned_to", "planned", "uncertain"), _COUNT),
    },
    "slices": {
        **dict.fromkeys(("id", "sending", "account", "part", "first", "last"), _NUMBER),
        **dict.fromkeys(("planned", "low", "bound", "done"), _COUNT),
        **dict.fromkeys(("holder", "until", "fence"), _LEASE),
    },
    "sums": dict.fromkeys(("sending", "account", "province", "kind", "count"), _COUNT),
    "instance": {
        "name": What(Kind.HOUSE, "salt, demo, marks of the house"),
        "value": What(Kind.HOUSE, "salt, demo, since when an incident is known"),
    },
    "keyring": {
        **dict.fromkeys(("purpose", "number", "current"), What(Kind.HOUSE, "which key it is")),
        "wrapped": What(Kind.SEALED, "a purpose key, under the master key"),
    },
    "quarters": {
        "name": What(Kind.DAY, "a quarter that is over"),
        "body": What(Kind.PUBLIC, "its numbers as everybody reads them, small ones hidden"),
    },
    "parks": {
        "id": What(Kind.PUBLIC, "the operator's name for an area"),
        "kind": What(Kind.CLOSED, "what sort of area it is"),
        "name": What(Kind.PUBLIC, "as everybody calls it"),
        "aliases": What(Kind.PUBLIC, "as people call it too"),
        "communes": What(Kind.PUBLIC, "where it lies"),
        "source": What(Kind.PUBLIC, "where the operator has it from"),
        "checked_on": What(Kind.DAY, "when the operator looked last"),
    },
    "place_tables": {
        "as_of": What(Kind.DAY, "of which day the map is"),
        "imported_on": What(Kind.DAY, "when the operator brought it"),
        "body": What(Kind.PUBLIC, "names and codes of places, old and new"),
    },
    "counters": {
        "name": What(Kind.HOUSE, "a closed list"),
        "value": What(Kind.COUNT, "changes of all tips, of the keyring; stamps of units and map"),
    },
}

REGISTER: Mapping[str, Fields] = {**TIPS, **SUBSCRIBERS, **OTHERS}
