"""The register of what is told: events of the log and their fields, settings, kinds in memory, and
who writes to a disk.
"""

from collections.abc import Mapping

from tests.leaks.what import Fields, Kind, What

_NOTHING: Fields = {}
_WHY = {"why": What(Kind.CLOSED, "reasons")}
_BOT = {"account": What(Kind.HOUSE, "the number of one of our bots")}
_LETTERS = {"letters": What(Kind.COUNT, "letters")}
_STAGE = {"stage": What(Kind.CLOSED, "stages of a sending")}
_PERCENT = {"percent": What(Kind.COUNT, "of a month's messages of all chats")}
_FATE = {"outcome": What(Kind.CLOSED, "how sending went")}

_STRANDED: Fields = {"tips": What(Kind.COUNT, "of units without readers")}

LOGGED: Mapping[str, Fields] = {
    "STARTED": {"milliseconds": What(Kind.COUNT, "until it served")},
    **dict.fromkeys(("STOPPED", "TURN", "TURN_FAILED", "TIP_FILED", "LETTER_FAILED"), _NOTHING),
    **dict.fromkeys(("PICTURE_CLEANED", "PICTURE_REFUSED", "REQUEST_FAILED"), _NOTHING),
    **dict.fromkeys(("STAFF_SIGNED_IN", "STAFF_REFUSED", "SENDING_FAILED"), _NOTHING),
    **dict.fromkeys(("STORE_FULL", "TICK_FAILED", "CHAT_FAILED", "ACCOUNT_REFUSED"), _NOTHING),
    **dict.fromkeys(("TWO_POLLERS", "HOOK_FORGED", "MEDIA_FROM_ANY_HOST"), _NOTHING),
    **dict.fromkeys(("MEDIA_REFUSED", "LIBRARY", "WARNED", "UNHANDLED"), _NOTHING),
    "LETTER_SETTLED": _LETTERS,
    "SENDING_ENDED": _STAGE,
    "LEASE_LOST": _BOT,
    "UPDATE_UNREADABLE": _WHY,
    "UPDATE_PASSED": _WHY,
    "ANSWER_NOT_SENT": _FATE,
    "BOT_UNHEARD": {**_BOT, **_WHY},
    "QUOTA_LEVEL": {**_BOT, **_PERCENT},
    "TIPS_MOVED_UP": _STRANDED,
    "NO_READERS": _STRANDED,
    "CARDS_LEFT": {"cards": What(Kind.COUNT, "our cards of tips that are gone")},
    "ORDER_LEFT": {"left": What(Kind.CLOSED, "what a pass left undone")},
    "RETENTION_DONE": dict.fromkeys(
        ("tips", "dated", "tombstones"), What(Kind.COUNT, "what the job of a night did")
    ),
    "STORE_DOUBTED": _WHY,
}
"""Every event of `bot.logs.Event`, with all that may stand beside it."""

METRICS: Fields = {}
"""The names of what is measured, as a page would show them. There is no such page."""

_WHERE = What(Kind.HOUSE, "where something of ours is")
_SECRET = What(Kind.HOUSE, "a secret of ours")
_HOW = What(Kind.HOUSE, "how we work")
_DAYS = What(Kind.HOUSE, "days that a closed tip is kept")
SETTINGS: Fields = {
    **dict.fromkeys(
        ("database_url", "redis_url", "master_key_file", "push_key_file", "regions_file"), _WHERE
    ),
    **dict.fromkeys(("web_host", "web_port", "public_url", "onion_url", "hosted_in"), _WHERE),
    "exit_url": What(Kind.HOUSE, "a public page that says nothing of us"),
    "data_contact": What(Kind.HOUSE, "whom to ask, as it is shown to everybody"),
    **dict.fromkeys(("telegram_api_url", "zalo_api_url", "zalo_media_hosts"), _WHERE),
    **dict.fromkeys(("telegram_token", "telegram_webhook_secret"), _SECRET),
    **dict.fromkeys(("trusted_proxy", "timezone", "log_level", "telegram_mode"), _HOW),
    **dict.fromkeys(("redis_is_volatile", "backup_public_key", "address"), _HOW),
    "backup_folder": _WHERE,
    "forms_dir": _WHERE,
    **dict.fromkeys(("retention_handled", "retention_passed", "retention_insufficient"), _DAYS),
    **dict.fromkeys(("retention_unverified", "retention_duplicate"), _DAYS),
    "retention_withdrawn": _DAYS,
    **dict.fromkeys(("limit_turns_per_minute", "limit_files_per_hour"), _HOW),
    **dict.fromkeys(("limit_tips_per_hour", "limit_tips_per_day"), _HOW),
    **dict.fromkeys(("limit_unit_tips_per_hour", "limit_house_tips_per_hour"), _HOW),
}

VOLATILE: Mapping[str, str] = {
    "talk": "where a worker is in the talk, with what was gathered",
    "draft": "that there is a draft, so that its end is announced",
    "picture": "a file of a draft; a video also with its sound, until it is sent",
    "desk file": "a clean file of an officer, while they are asked about the words beside it",
    "desk plays": "that a session opened a file a moment ago, so that playing on is one opening",
    "seen": "numbers of messages that were answered",
    "wrong": "how many wrong codes this chat typed",
    "wait": "until when this chat waits",
    "messages": "what the bot wrote in a chat, for [Delete this chat]",
    "choices seen": "which choices a chat saw last",
    "web_left": "that a page was left",
    "web_last_post": "the last form, so that it acts once",
    "withheld": "how often in a row Zalo kept back what a chat wrote",
    "withheld and counted": "that one of those was counted",
    "told in a group": "that a group was told to write alone",
    "correction": "the record before and after words that an officer may change for a minute",
    "undo": "what an officer may take back within ten minutes: a wrap, and the record as it was",
    "turns": "how often a chat spoke in a minute",
    "files": "how many files a chat brought in an hour",
    "tips an hour": "how many tips a chat filed in an hour",
    "tips a day": "the same of a day",
    "tips for unit": "how many tips a unit got in an hour",
    "tips of all": "how many tips there were in an hour",
    "mute handle": "which chat sent a tip, for an hour at most, so that it can be muted unseen",
    "muted": "that a chat is muted, for a day",
    "mutes of an officer": "how often an officer muted somebody",
    "pings": "what rang in an officer's chat last",
    "officer's message": "numbers of an officer's messages that were answered",
    "alarm codes": "how often a code for an alarm was guessed",
    "desk session": "who signed in",
    "desk device": "a browser of a member",
    "desk sessions": "which sessions of a member live, each on a phone or a computer",
    "desk joined": "an enrolment link that was used",
    "desk everywhere": "since when a member's sessions are void",
    "desk tries": "how often a password was guessed",
    "desk wait": "until when guesses wait",
    "desk turn": "when a browser that waited may guess, whatever others do",
    "desk demo": "a link of the demo",
    "desk once": "a form of the desk that was sent",
    "desk seen": "presses of officers that were answered",
    "desk codes": "how often a linking code was guessed",
    "desk chat": "where an officer is in the private chat, and words that they are asked about",
    "entered file": "a clean file of a tip that an officer enters for somebody, until it is sent",
    "entered code": "the receipt code of such a tip, until its slip is printed, or ten minutes",
    "entered done": "that such a form was sent, so that it files once",
    "quiz rounds": "how the last rounds of a quiz were answered, together, until they are ten",
    "studio once": "a form of the studio that was sent",
    "studio tests": "how many tests an author sent",
    "studio chat": "where an author is in the private chat",
}
"""Every kind of entry of `storage.volatile`: it dies with the process, and none outlives a day but
the sums of quizzes, which tell of nobody and wait a month for company."""

WRITERS: Mapping[str, str] = {
    "bot/keyfile.py": "the master key",
    "bot/push/keys.py": "the key of Web Push",
    "bot/backup_files.py": "archives, the ledger, the private half of their key",
    "bot/locks.py": "an empty file that says who serves",
    "bot/bulletins_cli.py": "the report of a bulletin, where the operator asked for it",
    "bot/library_cli.py": "the calendar of bulletins, where the operator asked for it",
    "bot/derived_cli.py": "cards, leaflets, posts and scripts, where the operator asked for them",
    "bot/incident_cli.py": "the notice after an incident, where the operator asked for it",
    "bot/coverage_cli.py": "which communes have a desk, where the operator asked for it",
    "bot/units_cli.py": "the tree of units, where the operator asked for it",
    "bot/review_cli.py": "a review, where the operator asked for it",
    "storage/database.py": "the database",
    "storage/one_trip.py": "the same on SQLite",
}
"""Everybody who may write to a disk. What a worker sends passes through none but the last two."""
