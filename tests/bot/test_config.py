"""The settings: what is wrong is one readable line without the value, and exit code 2."""

import sqlite3
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot import config
from bot.config import Settings, WrongSettings
from tests import commands, services

ROOT = Path(__file__).parents[2]
SECRET = "s3cret-4711"

# Made of the bytes 0 to 31: nobody's.
ONION = "http://aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion"

WRONG = [
    ("DATABASE_URL", ""),
    ("DATABASE_URL", f"mysql://root:{SECRET}@host/name"),
    ("DATABASE_URL", f"postgresql+asyncpg://root:{SECRET}@host:port/name"),
    ("DATABASE_URL", f"sqlite+aiosqlite://{SECRET}/tiengtho.db"),
    ("MASTER_KEY_FILE", ""),
    ("REDIS_URL", f"http://:{SECRET}@host"),
    ("REDIS_URL", f"redis://:{SECRET}@host/first"),
    ("REDIS_URL", f"redis://:{SECRET}@host:port"),
    ("REDIS_URL", f"redis://host/0?password={SECRET}"),
    ("REDIS_URL", f"unix://{SECRET}"),
    ("REDIS_IS_VOLATILE", SECRET),
    ("WEB_HOST", ""),
    ("WEB_HOST", " "),
    ("WEB_PORT", ""),
    ("WEB_PORT", SECRET),
    ("WEB_PORT", "-1"),
    ("WEB_PORT", "65536"),
    ("PUBLIC_URL", SECRET),
    ("PUBLIC_URL", f"ftp://{SECRET}"),
    ("PUBLIC_URL", f"https://host/?{SECRET}"),
    ("PUBLIC_URL", f"https://user:{SECRET}@host/"),
    ("PUBLIC_URL", f"https://[{SECRET}"),
    ("PUBLIC_URL", f"https://host:{SECRET}"),
    ("TRUSTED_PROXY", ""),
    ("TRUSTED_PROXY", SECRET),
    ("ONION_URL", f"http://{SECRET}.onion"),
    ("ONION_URL", "http://expyuzz4wqqyqhjn.onion"),
    # One letter of a good one was mistyped.
    ("ONION_URL", ONION.replace("aaaq", "aaba")),
    ("ONION_URL", f"https://host/{SECRET}"),
    ("EXIT_URL", ""),
    ("EXIT_URL", f"http://{SECRET}"),
    ("DATA_CONTACT", f"{SECRET}\nmore"),
    ("DATA_CONTACT", SECRET * 40),
    ("HOSTED_IN", SECRET * 40),
    ("TIMEZONE", ""),
    ("TIMEZONE", SECRET),
    ("TIMEZONE", "../../etc/passwd"),
    ("LOG_LEVEL", ""),
    ("LOG_LEVEL", SECRET),
    ("ZALO_API_URL", ""),
    ("ZALO_API_URL", SECRET),
    ("ZALO_MEDIA_HOSTS", f"https://{SECRET}"),
    ("ZALO_MEDIA_HOSTS", f"*.zdn.vn,,{SECRET}.vn"),
    ("ZALO_MEDIA_HOSTS", f"*{SECRET}.vn"),
    ("ZALO_MEDIA_HOSTS", "127.0.0.1"),
    ("RETENTION_HANDLED", "91"),
    ("RETENTION_WITHDRAWN", "-1"),
    ("RETENTION_DUPLICATE", "0"),
    ("RETENTION_PASSED", SECRET),
    ("BACKUP_PUBLIC_KEY", SECRET),
    ("BACKUP_PUBLIC_KEY", f"tiengtho-backup-private-key {SECRET}"),
    ("DATABSE_URL", SECRET),
]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside, no `.env` of somebody's."""
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"TIENGTHO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_there_are_defaults() -> None:
    settings = config.load()
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:///data/tiengtho.db"
    assert (settings.web_host, settings.web_port, settings.public_url) == ("127.0.0.1", 8080, "")
    assert str(settings.zone) == "Asia/Ho_Chi_Minh"
    assert settings.is_loopback


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_one_line_that_names_it_and_never_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"TIENGTHO_{name}", value)
    with pytest.raises(WrongSettings) as raised:
        config.load()
    line = str(raised.value)
    assert f"TIENGTHO_{name}" in line
    assert "\n" not in line
    assert SECRET not in line
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_an_onion_service_and_what_is_shown_are_taken_as_they_were_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TIENGTHO_ONION_URL", f"{ONION.upper()}/")
    monkeypatch.setenv("TIENGTHO_EXIT_URL", "https://example.org/weather")
    monkeypatch.setenv("TIENGTHO_DATA_CONTACT", " Chị Lan, 0900 000 000 ")
    settings = config.load()
    assert settings.onion_url == ONION
    assert settings.exit_url == "https://example.org/weather"
    assert settings.data_contact == "Chị Lan, 0900 000 000"


def test_all_that_is_wrong_stands_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIENGTHO_WEB_PORT", "many")
    monkeypatch.setenv("TIENGTHO_TIMEZONE", "nowhere")
    with pytest.raises(WrongSettings, match=r"WEB_PORT.*TIMEZONE") as raised:
        config.load()
    assert "\n" not in str(raised.value)


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("TIENGTHO_WEB_PORT=1111\nTIENGTHO_WEB_HOST=::1\nOTHER=x\n")
    monkeypatch.setenv("TIENGTHO_WEB_PORT", "2222")
    settings = config.load()
    assert (settings.web_port, settings.web_host) == (2222, "::1")


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"TIENGTHO_WEBPORT={SECRET}\n")
    with pytest.raises(WrongSettings, match="TIENGTHO_WEBPORT") as raised:
        config.load()
    assert SECRET not in str(raised.value)


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"TIENGTHO_WEB_HOST=\xff\xfe\n")
    with pytest.raises(WrongSettings, match="cannot be read"):
        config.load()


def test_settings_are_frozen_and_do_not_print_secrets() -> None:
    settings = Settings(database_url=f"postgresql+asyncpg://root:{SECRET}@host/name")
    assert SECRET not in repr(settings) + str(settings)
    with pytest.raises(Exception, match="frozen"):
        settings.web_port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("host", "public_url", "loopback"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("0.0.0.0", "", False),
        ("127.0.0.1", "https://tips.example.org/", False),
    ],
)
def test_a_house_is_closed_only_on_loopback_without_a_public_address(
    host: str, public_url: str, *, loopback: bool
) -> None:
    settings = Settings(web_host=host, public_url=public_url)
    assert settings.is_loopback is loopback
    assert not settings.public_url.endswith("/")


def started(tmp_path: Path, *words: str, **settings: str) -> CompletedProcess[str]:
    """`python -m bot …` in a folder of its own."""
    environment = services.environment(
        **{f"TIENGTHO_{name}": value for name, value in settings.items()}
    )
    return commands.bot(tmp_path, *words, environment=environment)


def refused(done: CompletedProcess[str]) -> str:
    """The one line of a refused start."""
    assert done.returncode == 2, done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("tiengtho: ")
    assert done.stdout == ""
    return line


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_PORT", SECRET), ("DATABASE_URL", f"mysql://root:{SECRET}@host/a"), ("NO_SUCH", SECRET)],
)
def test_the_command_line_says_it_in_one_line_and_ends_with_two(
    tmp_path: Path, name: str, value: str
) -> None:
    line = refused(started(tmp_path, "run", **{name: value}))
    assert f"TIENGTHO_{name}" in line
    assert SECRET not in line


@pytest.mark.parametrize("command", [("run",), ("init",), ("migrate",), ("staff", "list")])
def test_an_unreachable_database_is_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    url = f"postgresql+asyncpg://root:{SECRET}@127.0.0.1:1/none"
    line = refused(started(tmp_path, *command, DATABASE_URL=url))
    assert line == "tiengtho: the database cannot be reached"


def test_hosts_of_pictures_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.load().zalo_hosts == ()
    monkeypatch.setenv("TIENGTHO_ZALO_MEDIA_HOSTS", " *.zdn.vn , photo.example.org")
    assert config.load().zalo_hosts == ("*.zdn.vn", "photo.example.org")


@pytest.mark.parametrize("command", [("migrate",), ("staff", "list")])
def test_a_database_of_a_newer_program_is_one_line(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert started(tmp_path, "init").returncode == 0
    _change(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer version of the program" in refused(started(tmp_path, *command))


def test_key_and_database_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    assert started(tmp_path, "init").returncode == 0
    key = tmp_path / "data" / "master.key"
    right = key.read_text()
    wrong = "00" * 32
    key.write_text(wrong)
    line = refused(started(tmp_path, "staff", "list"))
    assert "does not open this database" in line
    key.chmod(0o644)
    assert "chmod 600" in refused(started(tmp_path, "staff", "list"))
    key.chmod(0o600)
    key.write_text("broken")
    assert "does not hold a key" in refused(started(tmp_path, "staff", "list"))
    key.unlink()
    line = refused(started(tmp_path, "staff", "list"))
    assert "does not exist" in line
    assert wrong not in line
    key.write_text(right)
    key.chmod(0o600)
    assert started(tmp_path, "staff", "list").returncode == 0
    assert "already holds" in refused(started(tmp_path, "init"))


def test_an_older_schema_is_refused_with_what_to_do(tmp_path: Path) -> None:
    assert started(tmp_path, "init").returncode == 0
    _change(tmp_path, "UPDATE alembic_version SET version_num = '0010'")
    assert "python -m bot migrate" in refused(started(tmp_path, "staff", "list"))


def test_an_installation_left_half_made_can_be_made_again(tmp_path: Path) -> None:
    assert started(tmp_path, "init").returncode == 0
    _change(tmp_path, "DELETE FROM instance", "DELETE FROM keyring", "DELETE FROM counters")
    assert "python -m bot init" in refused(started(tmp_path, "staff", "list"))
    assert started(tmp_path, "init").returncode == 0
    assert started(tmp_path, "staff", "list").returncode == 0


def _change(tmp_path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "tiengtho.db")) as connection:
        for each in statements:
            connection.execute(each)
        connection.commit()


@pytest.mark.parametrize(
    ("host", "public_url"),
    [("0.0.0.0", ""), ("127.0.0.1", "http://tips.example.org"), ("::", "http://tips.example.org")],
)
def test_pages_that_leave_this_machine_need_https(
    host: str, public_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIENGTHO_WEB_HOST", host)
    monkeypatch.setenv("TIENGTHO_PUBLIC_URL", public_url)
    with pytest.raises(WrongSettings, match="https://"):
        config.load(tmp_path / "absent")
    monkeypatch.setenv("TIENGTHO_PUBLIC_URL", "https://tips.example.org")
    assert config.load(tmp_path / "absent").public_url == "https://tips.example.org"
