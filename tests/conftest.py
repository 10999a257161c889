"""For all tests: databases, and what happens when a service is absent."""

import gc
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import databases, services

_ABSENT = "absent: "

# A busy machine is no counterexample; and what CI says twice it says the same both times.
settings.register_profile("house", deadline=None, derandomize=services.in_ci())
settings.load_profile("house")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite database that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'tiengtho.db'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of an empty PostgreSQL database, made empty again after the test. A test that
    asks for it directly is marked `postgresql`.
    """
    admin_url = services.postgresql_admin_url()
    assert admin_url is not None, "mark this test with @pytest.mark.postgresql"
    yield databases.take_postgresql(admin_url)
    databases.give_back_postgresql(admin_url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh empty database; the test runs once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    assert isinstance(url, str)
    return url


@pytest.fixture(scope="session", autouse=True)
def _databases() -> Iterator[None]:
    """What the tests of this process kept at PostgreSQL goes with it."""
    yield
    databases.drop_postgresql()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: at the end everybody would wait for them. They themselves mostly wait,
    so browsers, which keep a machine busy, come between them.
    """
    long = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if not item.get_closest_marker("long")]
    busy = [item for item in others if item.get_closest_marker("browser")]
    rest = [item for item in others if not item.get_closest_marker("browser")]
    share = -(-len(busy) // max(1, len(long)))
    for place, item in enumerate(long):
        busy.insert(place * (share + 1), item)
    items[:] = [*busy, *rest]


def pytest_collection_finish() -> None:
    """What was collected stays to the end; nobody need look through it for rubbish."""
    gc.collect()
    gc.freeze()
    # What the tests themselves make goes when nobody holds it; to look for the rest so often costs
    # one second in twenty.
    gc.set_threshold(50_000, 20, 50)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test whose service (told by its marker) is absent."""
    for mark in item.iter_markers():
        if mark.name in services.NAMES and not services.is_present(mark.name):
            pytest.skip(_ABSENT + services.NAMES[mark.name])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """On the build machine nothing is skipped: a skipped test has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and services.in_ci():
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: skipped ({_reason(report)}), but CI skips nothing"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in one line what was not tried, and why."""
    reasons = Counter(_reason(report) for report in terminalreporter.getreports("skipped"))
    absent = [
        f"{reason.removeprefix(_ABSENT)} ({count} {'test' if count == 1 else 'tests'})"
        for reason, count in sorted(reasons.items())
        if reason.startswith(_ABSENT)
    ]
    terminalreporter.section("services")
    if absent:
        terminalreporter.line(f"skipped because absent: {', '.join(absent)}")
    elif reasons:
        terminalreporter.line(f"no service was absent; skipped: {'; '.join(sorted(reasons))}")
    else:
        terminalreporter.line("nothing was skipped")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped, without the `Skipped: ` that pytest puts before it."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)
