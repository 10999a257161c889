"""What may be logged: a canary is put wherever a library or Python itself could print it."""

import io
import json
import logging
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from bot.logs import Event

CANARY = "chim-hoang-yen-4711"
ROOT = Path(__file__).parents[2]


class _Colour(StrEnum):
    GREEN = "green"


def _run(script: str, level: str = "DEBUG") -> tuple[str, list[dict[str, Any]]]:
    """All that a program prints after `set_up`, raw and as lines; it prints to one pipe only."""
    start = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom bot import logs\n"
    start += f"logs.set_up({level!r}, sys.stderr)\nCANARY = {CANARY!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout, [json.loads(line) for line in done.stdout.splitlines()]


def test_an_event_becomes_one_line_of_json_with_its_numbers() -> None:
    _, lines = _run("logs.note(logs.Event.STARTED, port=8080, warm=True, seconds=0.5)")
    assert len(lines) == 1
    line = lines[0]
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "INFO",
        "event": "started",
        "port": 8080,
        "warm": True,
        "seconds": 0.5,
    }


def test_what_a_worker_does_is_said_at_debug_only_and_with_the_day_only() -> None:
    script = "logs.note(logs.Event.TIP_FILED); logs.note(logs.Event.TURN, ms=3)"
    assert _run(script, "INFO")[1] == []
    lines = _run(script, "DEBUG")[1]
    assert [line["event"] for line in lines] == ["tip_filed", "turn"]
    assert [len(line["time"]) for line in lines] == [len("2030-01-01")] * 2


def test_the_level_holds_back_our_own_lower_events() -> None:
    script = "logs.note(logs.Event.STARTED); logs.note(logs.Event.STORE_FULL, drafts=3)"
    assert [line["event"] for line in _run(script, "WARNING")[1]] == ["store_full"]


@pytest.mark.parametrize("value", [CANARY, b"bytes", None, ["list"], {"a": 1}, 1j], ids=repr)
def test_a_note_refuses_whatever_is_not_a_number_or_an_enum_value(value: Any) -> None:
    with pytest.raises(TypeError):
        logs.note(Event.STARTED, thing=value)
    with pytest.raises(TypeError):
        logs.note_failure(Event.TURN_FAILED, ValueError(), thing=value)


@pytest.mark.parametrize("value", [5_123_456_789, -100_000_000, 1.7e9, float("nan"), float("inf")])
def test_a_note_refuses_numbers_that_could_be_an_address_or_a_moment(value: float) -> None:
    with pytest.raises(ValueError, match="too large"):
        logs.note(Event.STARTED, chat=value)


def test_a_note_refuses_an_event_outside_the_list_and_a_name_that_is_taken() -> None:
    stranger: Any = "started"
    with pytest.raises(TypeError):
        logs.note(stranger)
    with pytest.raises(TypeError):
        logs.note(Event.STARTED, time=3)


def test_an_enum_value_is_written_as_its_word(quiet_logging: None) -> None:
    stream = io.StringIO()
    logs.set_up("INFO", stream)
    logs.note(Event.STARTED, colour=_Colour.GREEN)
    assert json.loads(stream.getvalue())["colour"] == "green"


def test_an_unknown_level_is_refused(quiet_logging: None) -> None:
    with pytest.raises(ValueError, match="LOUD"):
        logs.set_up("LOUD", io.StringIO())


def test_a_failure_tells_class_and_place_but_not_its_words() -> None:
    text, lines = _run(
        """
        def fail():
            raise LookupError(CANARY)
        try:
            fail()
        except LookupError as error:
            error.add_note(CANARY)
            logs.note_failure(logs.Event.TURN_FAILED, error, attempt=2)
        """
    )
    assert CANARY not in text
    assert len(lines) == 1
    line = lines[0]
    assert (line["event"], line["level"], line["error"]) == ("turn_failed", "ERROR", "LookupError")
    assert line["place"].startswith("<string>:")
    assert line["attempt"] == 2


def test_a_library_is_heard_from_warning_up_and_never_in_its_own_words() -> None:
    text, lines = _run(
        """
        import logging
        for name in ("aiohttp.server", "sqlalchemy.engine", "PIL.Image", "asyncio", CANARY):
            library = logging.getLogger(name)
            library.setLevel(logging.DEBUG)
            library.debug(CANARY)
            library.info("%s", CANARY)
            library.warning("hello %s", CANARY, extra={"user": CANARY, "tiengtho_line": CANARY})
            library.warning("%d too few", CANARY, CANARY)
            try:
                raise OSError(CANARY) from ValueError(CANARY)
            except OSError:
                library.exception(CANARY, stack_info=True)
        """
    )
    assert CANARY not in text
    assert [line["level"] for line in lines] == ["WARNING", "WARNING", "ERROR"] * 5
    assert {line["logger"] for line in lines} == {
        "aiohttp.server",
        "sqlalchemy.engine",
        "PIL.Image",
        "asyncio",
        "other",
    }
    assert [line.get("error") for line in lines[:3]] == [None, None, "OSError"]


def test_handlers_that_a_library_had_before_are_taken_away() -> None:
    text, lines = _run(
        """
        import io, logging
        loud, stream = logging.getLogger("loud"), io.StringIO()
        loud.addHandler(logging.StreamHandler(stream))
        loud.propagate = False
        logs.set_up("DEBUG", sys.stderr)
        loud.warning(CANARY)
        assert stream.getvalue() == ""
        """
    )
    assert CANARY not in text
    assert [line["logger"] for line in lines] == ["loud"]


def test_a_real_error_of_the_database_library_does_not_show_its_values() -> None:
    text, lines = _run(
        """
        import logging, sqlalchemy
        engine = sqlalchemy.create_engine("sqlite://")
        try:
            with engine.connect() as connection:
                connection.execute(sqlalchemy.text("select :word from nowhere"), {"word": CANARY})
        except sqlalchemy.exc.OperationalError as error:
            assert CANARY in str(error)
            logs.note_failure(logs.Event.TICK_FAILED, error)
            logging.getLogger("sqlalchemy").error("%s", error, exc_info=True)
        engine.dispose()
        """
    )
    assert CANARY not in text
    assert [line["error"] for line in lines] == ["OperationalError"] * 2


def test_warnings_are_told_by_class_and_place() -> None:
    text, lines = _run(
        """
        import warnings
        warnings.simplefilter("always")
        warnings.warn(CANARY)
        warnings.warn_explicit(CANARY, DeprecationWarning, "/home/" + CANARY + "/a/b.py", 7)
        """
    )
    assert CANARY not in text
    assert [line["error"] for line in lines] == ["UserWarning", "DeprecationWarning"]
    assert lines[1]["place"] == "a/b.py:7"


def test_an_exception_that_nobody_catches_is_told_by_class_and_place() -> None:
    text, lines = _run("raise RuntimeError(CANARY)")
    assert CANARY not in text
    assert [(line["event"], line["error"]) for line in lines] == [("unhandled", "RuntimeError")]


def test_an_exception_in_a_thread_or_in_a_finalizer_is_told_by_class_and_place() -> None:
    text, lines = _run(
        """
        import threading
        def fail():
            raise RuntimeError(CANARY)
        thread = threading.Thread(target=fail, name=CANARY)
        thread.start()
        thread.join()
        class Thing:
            def __del__(self):
                raise KeyError(CANARY)
        del_me = Thing()
        del del_me
        """
    )
    assert CANARY not in text
    assert [line["error"] for line in lines] == ["RuntimeError", "KeyError"]


@pytest.mark.parametrize("watched", [True, False])
def test_an_exception_that_a_loop_finds_later_is_told_by_class_and_place(watched: bool) -> None:
    text, lines = _run(
        f"""
        import asyncio
        async def fail():
            raise RuntimeError(CANARY)
        async def main():
            loop = asyncio.get_running_loop()
            if {watched}:
                logs.watch(loop)
            loop.call_soon(lambda: 1 / len(CANARY[:0]))
            task = loop.create_task(fail(), name=CANARY)
            await asyncio.sleep(0.01)
            del task
            loop.call_exception_handler({{"message": CANARY}})
        asyncio.run(main(), debug=True)
        """
    )
    assert CANARY not in text
    failed = [line for line in lines if line["level"] == "ERROR"]
    assert [line.get("error") for line in failed] == ["ZeroDivisionError", "RuntimeError", None]


def test_the_canary_would_be_seen_without_our_hooks() -> None:
    """The control: the same program without `set_up` prints what it should not."""
    script = f"import logging; logging.error({CANARY!r}); raise RuntimeError({CANARY!r})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stderr.count(CANARY) >= 2


@pytest.fixture
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Puts back afterwards what `set_up` changes in this process."""
    before = logging.root.handlers[:], logging.root.level
    for owner, name in (
        (logging, "raiseExceptions"),
        (logging, "lastResort"),
        (sys, "excepthook"),
        (sys, "unraisablehook"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr("threading.excepthook", __import__("threading").excepthook)
    monkeypatch.setattr("warnings.showwarning", __import__("warnings").showwarning)
    yield
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)
    logging.getLogger("tiengtho").setLevel(logging.NOTSET)
