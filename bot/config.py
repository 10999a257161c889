"""The settings: read once, from the environment (it wins) or `.env`; frozen, refused if wrong."""

import base64
import os
import re
from enum import StrEnum
from hashlib import sha3_256
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import redis_address
from bot.flood import Ceilings
from handlers.address import Address
from handlers.folding import composed
from storage.database import read_url
from storage.retention import LONGEST, Days

PREFIX = "TIENGTHO_"
MOST = Ceilings()
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
TELEGRAM_TOKEN = re.compile(r"\d{1,16}:[A-Za-z0-9_-]{20,80}")
_MEDIA_HOST = re.compile(r"(\*\.)?([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}")
_HOOK_SECRET = re.compile(r"([A-Za-z0-9_-]{16,256})?")
_ONION = re.compile(r"(https?://)([a-z2-7]{56})\.onion/?")
EXIT_URL = "https://vi.wikipedia.org/"
LONGEST_TOLD = 300
_PUBLIC_KEY = re.compile(r"([0-9a-f]{64})?")
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class WrongSettings(Exception):
    """One readable line about what is wrong; never a value."""


def _database(url: SecretStr) -> SecretStr:
    read_url(url.get_secret_value())
    return url


def _redis(url: SecretStr) -> SecretStr:
    if url.get_secret_value():
        redis_address.read_url(url.get_secret_value())
    return url


def _key_file(path: Path) -> Path:
    if path == Path():
        raise ValueError("must name a file")
    return path


def _host(host: str) -> str:
    # Nothing at all would mean every network that the machine is in.
    if not host or host != host.strip():
        raise ValueError("must be a host or an address; 0.0.0.0 is every network")
    return host


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_wrong = parts.scheme not in ("http", "https") or not parts.hostname
        is_wrong |= bool(parts.query or parts.fragment or parts.username) or parts.port == 0
    except ValueError:
        is_wrong = True
    if url and is_wrong:
        raise ValueError("must be an address like https://tips.example.org") from None
    return url.rstrip("/")


def _onion(url: str) -> str:
    """An onion service of version 3. Its address carries a checksum, so a slip is noticed."""
    found = _ONION.fullmatch(url.lower())
    if not url:
        return ""
    raw = base64.b32decode(found[2].upper()) if found else b""
    key, check, version = raw[:32], raw[32:34], raw[34:]
    if version != b"\3" or sha3_256(b".onion checksum" + key + version).digest()[:2] != check:
        raise ValueError("must be an address like http://….onion, with 56 letters and digits")
    return url.lower().rstrip("/")


def _leads_away(url: str) -> str:
    if not url.startswith("https://") or not _web_address(url):
        raise ValueError("must be an https:// address that anybody might be reading")
    return url


def _told(text: str) -> str:
    """A line that is shown to people as it is."""
    if len(text) > LONGEST_TOLD or not text.isprintable():
        raise ValueError(f"must be one line of at most {LONGEST_TOLD} letters")
    return composed(text.strip())


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone like Asia/Ho_Chi_Minh") from None
    return name


def _level(name: str) -> str:
    if name.upper() not in _LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(_LOG_LEVELS)}")
    return name.upper()


def _token(token: SecretStr) -> SecretStr:
    value = token.get_secret_value()
    if value and not TELEGRAM_TOKEN.fullmatch(value):
        raise ValueError("must be a token as @BotFather gives it, or empty")
    return token


def _hook_secret(secret: SecretStr) -> SecretStr:
    if not _HOOK_SECRET.fullmatch(secret.get_secret_value()):
        raise ValueError("must be 16 to 256 of A-Z a-z 0-9 _ -, or empty")
    return secret


def _media_hosts(hosts: str) -> str:
    named = [each.strip() for each in hosts.split(",")] if hosts.strip() else []
    if not all(map(_MEDIA_HOST.fullmatch, named)):
        raise ValueError("must be hosts with commas between them, like *.zdn.vn, or empty")
    return ",".join(named)


def _public_key(key: str) -> str:
    if not _PUBLIC_KEY.fullmatch(key.lower()):
        raise ValueError("must be 64 hex digits as `backup-key` prints them, or empty")
    return key.lower()


def _days(longest: int) -> AfterValidator:
    """What may be shortened to a day, and never lengthened."""

    def checked(days: int) -> int:
        if not 1 <= days <= longest:
            raise ValueError(f"must be 1 to {longest} days: they may be shortened, not lengthened")
        return days

    return AfterValidator(checked)


class Mode(StrEnum):
    """How a chat app's updates come: we ask for them, or they are brought to our pages."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Settings(BaseSettings):
    """Every setting; each stands in `.env.example` and in the README."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    database_url: Annotated[SecretStr, AfterValidator(_database)] = SecretStr(
        "sqlite+aiosqlite:///data/tiengtho.db"
    )
    master_key_file: Annotated[Path, AfterValidator(_key_file)] = Path("data/master.key")
    redis_url: Annotated[SecretStr, AfterValidator(_redis)] = SecretStr("")
    redis_is_volatile: bool = False
    web_host: Annotated[str, AfterValidator(_host)] = "127.0.0.1"
    web_port: int = Field(default=8080, ge=0, le=65535)
    public_url: Annotated[str, AfterValidator(_web_address)] = ""
    trusted_proxy: bool = False
    onion_url: Annotated[str, AfterValidator(_onion)] = ""
    exit_url: Annotated[str, AfterValidator(_leads_away)] = EXIT_URL
    data_contact: Annotated[str, AfterValidator(_told)] = ""
    hosted_in: Annotated[str, AfterValidator(_told)] = ""
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Ho_Chi_Minh"
    address: Address = Address.BAN
    log_level: Annotated[str, AfterValidator(_level)] = "INFO"
    telegram_token: Annotated[SecretStr, AfterValidator(_token)] = SecretStr("")
    telegram_api_url: Annotated[str, AfterValidator(_web_address)] = "https://api.telegram.org"
    telegram_mode: Mode = Mode.POLLING
    telegram_webhook_secret: Annotated[SecretStr, AfterValidator(_hook_secret)] = SecretStr("")
    zalo_api_url: Annotated[str, AfterValidator(_web_address)] = "https://bot-api.zaloplatforms.com"
    zalo_media_hosts: Annotated[str, AfterValidator(_media_hosts)] = ""
    push_key_file: Path = Path()
    regions_file: Path = Path()
    backup_folder: Path = Path()
    forms_dir: Path = Path()
    backup_public_key: Annotated[str, AfterValidator(_public_key)] = ""
    retention_handled: Annotated[int, _days(LONGEST.handled)] = LONGEST.handled
    retention_passed: Annotated[int, _days(LONGEST.passed)] = LONGEST.passed
    retention_insufficient: Annotated[int, _days(LONGEST.insufficient)] = LONGEST.insufficient
    retention_unverified: Annotated[int, _days(LONGEST.unverified)] = LONGEST.unverified
    retention_duplicate: Annotated[int, _days(LONGEST.duplicate)] = LONGEST.duplicate
    limit_turns_per_minute: int = Field(default=MOST.turns_a_minute, ge=10)
    limit_files_per_hour: int = Field(default=MOST.files_an_hour, ge=5)
    limit_tips_per_hour: int = Field(default=MOST.tips_an_hour, ge=1)
    limit_tips_per_day: int = Field(default=MOST.tips_a_day, ge=1)
    limit_unit_tips_per_hour: int = Field(default=MOST.unit_tips_an_hour, ge=1)
    limit_house_tips_per_hour: int = Field(default=MOST.house_tips_an_hour, ge=1)
    retention_withdrawn: Annotated[int, _days(LONGEST.withdrawn)] = LONGEST.withdrawn

    @property
    def retention(self) -> Days:
        """For how many days closed tips are kept."""
        return Days(
            handled=self.retention_handled,
            passed=self.retention_passed,
            insufficient=self.retention_insufficient,
            unverified=self.retention_unverified,
            duplicate=self.retention_duplicate,
            withdrawn=self.retention_withdrawn,
        )

    @property
    def ceilings(self) -> Ceilings:
        """How much is taken as usual from one chat, for one unit, and in all."""
        return Ceilings(
            turns_a_minute=self.limit_turns_per_minute,
            files_an_hour=self.limit_files_per_hour,
            tips_an_hour=self.limit_tips_per_hour,
            tips_a_day=self.limit_tips_per_day,
            unit_tips_an_hour=self.limit_unit_tips_per_hour,
            house_tips_an_hour=self.limit_house_tips_per_hour,
        )

    @property
    def zalo_hosts(self) -> tuple[str, ...]:
        """Where pictures and voices of Zalo may be fetched; empty: from every public host."""
        return tuple(self.zalo_media_hosts.split(",")) if self.zalo_media_hosts else ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone for showing and for the bell."""
        return ZoneInfo(self.timezone)

    @property
    def has_push(self) -> bool:
        """Whether Web Push is switched on."""
        return self.push_key_file != Path()

    @property
    def has_backups(self) -> bool:
        """Whether a folder for backups is named."""
        return self.backup_folder != Path()

    @property
    def is_loopback(self) -> bool:
        """Whether the pages can be reached from this machine only."""
        return self.web_host in _LOOPBACK and not self.public_url


def load(env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings. Raises WrongSettings with one line for all that is wrong."""
    names = {f"{PREFIX}{field}".upper() for field in Settings.model_fields}
    given = {name for name in os.environ if name.upper().startswith(PREFIX)}
    if env_file is not None and env_file.exists():
        try:
            given |= {name for name in dotenv_values(env_file) if name.upper().startswith(PREFIX)}
        except (OSError, UnicodeDecodeError):
            raise WrongSettings(f"{env_file} cannot be read as UTF-8 text") from None
    unknown = sorted(name for name in given if name.upper() not in names)
    if unknown:
        raise WrongSettings(f"unknown setting: {', '.join(unknown)} (see .env.example)")
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        raise WrongSettings("; ".join(_line(each) for each in error.errors())) from None
    _check_telegram(settings)
    if not settings.zalo_api_url:
        raise WrongSettings(f"{PREFIX}ZALO_API_URL: must be an address")
    if not settings.is_loopback and not _is_safe(settings.public_url):
        # Without HTTPS a browser would refuse our cookies, and the network would read every word.
        raise WrongSettings(
            f"{PREFIX}PUBLIC_URL: must be an https:// address when the pages leave this machine"
        )
    return settings


def _is_safe(public_url: str) -> bool:
    """HTTPS, or an address of this very machine (to try something out)."""
    parts = urlsplit(public_url)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


def _check_telegram(settings: Settings) -> None:
    if not settings.telegram_api_url:
        raise WrongSettings(f"{PREFIX}TELEGRAM_API_URL: must be an address")
    if settings.telegram_mode is Mode.POLLING or not settings.telegram_token.get_secret_value():
        return
    if not settings.telegram_webhook_secret.get_secret_value():
        raise WrongSettings(f"{PREFIX}TELEGRAM_WEBHOOK_SECRET: a webhook needs one")
    if not settings.public_url:
        raise WrongSettings(f"{PREFIX}PUBLIC_URL: a webhook needs an address that Telegram reaches")


def _line(error: ErrorDetails) -> str:
    name = f"{PREFIX}{str(error['loc'][0]).upper()}" if error["loc"] else "settings"
    return f"{name}: {str(error['msg']).removeprefix('Value error, ')}"
