"""Nothing that is kept, sealed, logged or set could hold who told us something, or when.

The registers beside this file are closed: what is not in them fails here, and so does what is gone.
"""

import dataclasses
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import Column, Date, LargeBinary, SmallInteger, String, Table
from sqlalchemy.types import DateTime, Time

from bot import logs
from bot.config import Settings
from storage.tables import metadata
from tests.leaks import columns, reading, sealed, told
from tests.leaks.what import ALLOWED_EXCEPTIONS, EXCEPTIONS, Fields, Kind, What, telling_words

# Not `from storage.tables import tips`: that is the table.
_OWN_TO_TIPS = [
    each for each in vars(import_module("storage.tables.tips")).values() if isinstance(each, Table)
]
# In clear beside a tip; everything else about it is sealed.
_CLEAR = {Kind.RANDOM, Kind.KEYED, Kind.SEALED, Kind.OPENS_WITH_CODE, Kind.DAY, Kind.PUBLIC}
_NEVER_OF_TIPS = {Kind.SUBSCRIBER, Kind.SENDER}


def compared(register: Mapping[str, Any], there: set[str], *, kind: str) -> list[str]:
    """What to do about every difference, in words."""
    new = [f"{kind} {each} is not in the register: say there what it holds" for each in there]
    gone = [f"{kind} {each} is in the register and nowhere else: take it out" for each in register]
    return sorted(
        [line for line, each in zip(new, there, strict=True) if each not in register]
        + [line for line, each in zip(gone, register, strict=True) if each not in there]
    )


def entries() -> list[tuple[str, What]]:
    """Every entry of every register, by its full name."""
    registers: list[Mapping[str, Fields]] = [
        columns.REGISTER,
        sealed.REGISTER,
        {each.__name__: fields for each, fields in sealed.CLASSES.items()},
        told.LOGGED,
        {"settings": told.SETTINGS, "metrics": told.METRICS},
    ]
    return [
        (f"{owner}.{name}", what)
        for register in registers
        for owner, fields in register.items()
        for name, what in fields.items()
    ]


def test_every_column_is_known_for_what_it_is() -> None:
    assert compared(columns.REGISTER, set(metadata.tables), kind="table") == []
    for name, table in metadata.tables.items():
        there = set(table.columns.keys())
        assert compared(columns.REGISTER[name], there, kind=f"column {name}.") == []


def test_every_field_of_what_is_sealed_is_known_for_what_it_is() -> None:
    for each, fields in sealed.CLASSES.items():
        there = {field.name for field in dataclasses.fields(each)}
        assert compared(fields, there, kind=f"field {each.__name__}.") == []


def test_every_event_of_the_log_and_what_stands_beside_it_is_known() -> None:
    assert compared(told.LOGGED, {each.name for each in logs.Event}, kind="event") == []
    calls = list(reading.logged())
    assert len(calls) > 50, "the calls that log are not found any more"
    for call in calls:
        assert call.event, f"{call.where}: name the event where it is logged"
        strange = call.fields - set(told.LOGGED[call.event])
        assert not strange, f"{call.where}: {call.event} is logged with {', '.join(strange)}"
    for event, fields in told.LOGGED.items():
        used = frozenset[str]().union(*(each.fields for each in calls if each.event == event))
        assert set(fields) == used, f"{event} is never logged with all of its fields"


def test_every_setting_is_known_for_what_it_is() -> None:
    assert compared(told.SETTINGS, set(Settings.model_fields), kind="setting") == []


def test_every_kind_of_entry_in_memory_is_known() -> None:
    kinds = reading.volatile_kinds()
    for place, kind in kinds.items():
        assert kind is not None, f"{place}: name the kind in plain sight"
    assert compared(told.VOLATILE, {each or "" for each in kinds.values()}, kind="kind") == []


def test_nothing_is_measured_without_being_listed() -> None:
    words = [
        (source.name, text)
        for source in reading.sources()
        for text in reading.texts(source.tree)
        if "metrics" in text and text.startswith("/")
    ]
    assert not words or told.METRICS, (
        f"a page of metrics: list in told.METRICS what it shows {words}"
    )
    prometheus = [each.name for each in reading.sources() if "prometheus" in str(each.name)]
    assert prometheus == []


def test_only_those_who_must_write_to_a_disk() -> None:
    assert compared(told.WRITERS, reading.writers(), kind="writer") == []


def test_the_store_of_what_must_never_touch_a_disk_knows_no_disk() -> None:
    stores = [each.name for each in reading.sources() if each.name.startswith("storage/volatile")]
    assert stores
    for name in stores:
        known = {each.partition(".")[0] for each in reading.imports(name)}
        assert not known & {"os", "io", "pathlib", "tempfile", "sqlalchemy", "logging"}, name
        of_storage = {each for each in reading.imports(name) if each.startswith("storage.")}
        # Nothing of the database but the exception that says that it is away.
        of_database = {each for each in of_storage if each.startswith("storage.database.")}
        assert of_database <= {"storage.database.Unreachable"}, name
        assert not any(each.startswith("storage.tables") for each in of_storage), name


def test_there_is_at_most_the_one_exception_that_was_promised() -> None:
    assert frozenset({"answer me in this chat"}) == ALLOWED_EXCEPTIONS
    assert set(EXCEPTIONS.values()) <= ALLOWED_EXCEPTIONS
    senders = {name for name, what in entries() if what.kind is Kind.SENDER}
    assert senders == set(EXCEPTIONS), "who told us something is stored"
    assert len(EXCEPTIONS) == 1


def test_beside_a_tip_stands_only_what_says_nothing() -> None:
    assert {each.name for each in _OWN_TO_TIPS} == set(columns.TIPS)
    naming_tips = {
        name for name, table in metadata.tables.items() if {"tip", "locator"} & set(table.c.keys())
    }
    assert naming_tips <= set(columns.TIPS), "a table that names tips is not one of theirs"
    for name, fields in columns.TIPS.items():
        for column, what in fields.items():
            known = f"{name}.{column}" in EXCEPTIONS
            assert known or what.kind in _CLEAR, f"{name}.{column} stands in clear"


def test_no_table_of_tips_has_a_row_number_or_a_moment() -> None:
    for table in _OWN_TO_TIPS:
        assert table.dialect_options["sqlite"]["with_rowid"] is False, table.name
        assert not table.dialect_options["sqlite"]["autoincrement"], table.name
        [key] = table.primary_key.columns
        assert isinstance(key.type, LargeBinary), f"{table.name}: a key that counts tells the order"
        for column in table.columns:
            _says_no_moment(table, column)
            _is_no_number(table, column)


def _says_no_moment(table: Table, column: Column[Any]) -> None:
    name = f"{table.name}.{column.name}"
    for default in (column.default, column.server_default, column.onupdate):
        assert default is None, f"{name}: the database would fill in a moment of its own"
    assert column.autoincrement in (False, "auto"), name
    assert not column.foreign_keys, f"{name}: joins a tip to another table"


def _is_no_number(table: Table, column: Column[Any]) -> None:
    name, kind = f"{table.name}.{column.name}", column.type
    assert isinstance(kind, LargeBinary | Date | String | SmallInteger), f"{name}: {kind!r}"
    if isinstance(kind, String | SmallInteger):
        assert table.name == "rings", f"{name}: only the public list holds plain values"
        assert not isinstance(kind, String) or kind.length == 5, name


def test_no_table_at_all_has_a_time_of_the_day_that_a_database_keeps() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, DateTime | Time), f"{table.name}.{column.name}"


def test_tips_and_subscribers_share_no_table_no_key_and_no_name_of_a_column() -> None:
    assert not set(columns.TIPS) & set(columns.SUBSCRIBERS)
    tips = {name for fields in columns.TIPS.values() for name in fields}
    subscribers = {name for fields in columns.SUBSCRIBERS.values() for name in fields}
    assert tips & subscribers == {"id"}
    for fields in columns.SUBSCRIBERS.values():
        for name, what in fields.items():
            assert what.kind is not Kind.RANDOM, f"{name}: could be the id of a tip"


@pytest.mark.parametrize("register", [columns.TIPS, sealed.OF_TIPS], ids=["columns", "sealed"])
def test_what_belongs_to_a_tip_is_of_no_subscriber_and_no_sender(
    register: Mapping[str, Fields],
) -> None:
    for owner, fields in register.items():
        for name, what in fields.items():
            known = f"{owner}.{name}" in EXCEPTIONS
            assert known or what.kind not in _NEVER_OF_TIPS, f"{owner}.{name}"


def test_no_name_speaks_of_a_person_or_a_moment_unless_it_is_of_the_house() -> None:
    """A name is a hint: whoever calls something `chat` in a record of a tip means a chat."""
    fine = {
        # The hour at which the public list changes; the public half of a key made from the code.
        *("rings.hour", "tips.reporter", "tips.reporter_wrap"),
        # Of officers: their minute; which of the two wrote.
        *("storage.thread.extend.minute", "storage.audit.write.minute"),
    }
    for register in (columns.TIPS, sealed.OF_TIPS, told.LOGGED):
        for owner, fields in register.items():
            for name, what in fields.items():
                full = f"{owner}.{name}"
                if full in fine or full in EXCEPTIONS or what.kind is Kind.HOUSE:
                    continue
                assert not telling_words(name), f"{full}: {telling_words(name)}"
    for name, what in told.SETTINGS.items():
        assert what.kind is Kind.HOUSE, name


def test_the_registers_themselves_can_fail() -> None:
    """The control: a new column, a new field and a telling name are noticed."""
    assert compared({"a": 1, "b": 2}, {"b", "sender_chat"}, kind="column") == [
        "column a is in the register and nowhere else: take it out",
        "column sender_chat is not in the register: say there what it holds",
    ]
    for name in ("chat_id", "filed_at", "user-agent", "first_seen", "language", "phone2_number"):
        assert telling_words(name), name
    assert not telling_words("answer_on")
