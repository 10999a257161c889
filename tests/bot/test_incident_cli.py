"""`python -m bot incident`: the clock, the list and the notice, with and without a database."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import app
from tests import commands, services

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CONTACT = "Chị Lan, 0900 000 000"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return services.environment(
        TIENGTHO_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path / 'data' / 'tips.db'}",
        TIENGTHO_MASTER_KEY_FILE=str(tmp_path / "master.key"),
        TIENGTHO_DATA_CONTACT=CONTACT,
        TIENGTHO_HOSTED_IN="Hà Nội, máy của công đoàn",
    )


def test_an_incident_is_noted_looked_at_written_up_and_closed(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    (tmp_path / "data").mkdir()
    commands.bot(tmp_path, "init", environment=settings)
    known = app.utc_now().astimezone(ZONE) - timedelta(hours=3, minutes=30)
    given = f"{known:%Y-%m-%d %H:%M}"

    def types(*words: str) -> str:
        done = commands.bot(tmp_path, "incident", *words, environment=settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "Hiện không có sự cố nào" in types("status")
    told = types("start", "--known", given)
    assert told.index("Đã ghi lúc phát hiện.") < told.index("The moment is noted.")
    assert "Còn 68 giờ." in told
    assert f"trước: {known + timedelta(hours=72):%H:%M, %d/%m/%Y} (72 giờ)" in told
    assert "keys rotate all" in told
    again = types("start")
    assert "Giờ không bị đặt lại." in again
    assert "Còn 68 giờ." in again + types("status")
    types("form", "notice.md")
    notice = (tmp_path / "notice.md").read_text(encoding="utf-8")
    for words in (CONTACT, "Hà Nội, máy của công đoàn", f"{known:%H:%M, %d/%m/%Y}", "không có"):
        assert words in notice
    assert notice.index("# Thông báo vi phạm") < notice.index("# Notice of a breach")
    second = commands.bot(tmp_path, "incident", "form", "notice.md", environment=settings)
    assert (second.returncode, "there already" in second.stderr) == (1, True)
    assert "Đã đóng sự cố." in types("close")
    assert "Hiện không có sự cố nào" in types("close")


def test_where_the_database_is_gone_the_clock_and_the_list_are_told_all_the_same(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    told = commands.bot(tmp_path, "incident", "start", environment=settings)
    assert told.returncode == 0
    assert "chưa ghi được lúc phát hiện" in told.stdout
    assert "Còn 72 giờ." in told.stdout or "Còn 71 giờ." in told.stdout
    assert "rút mạng trước" in told.stdout
    form = commands.bot(tmp_path, "incident", "form", environment=settings)
    assert form.returncode == 0
    assert CONTACT in form.stdout
    assert "chưa đếm được" in form.stdout


@pytest.mark.parametrize("given", ["yesterday", "2999-01-01 00:00", "21/11/2026"])
def test_a_moment_that_is_none_or_has_not_come_is_refused(
    tmp_path: Path, settings: dict[str, str], given: str
) -> None:
    told = commands.bot(tmp_path, "incident", "start", "--known", given, environment=settings)
    assert told.returncode == 2
    assert "moment" in told.stderr
