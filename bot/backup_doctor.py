"""What `doctor` says of the backups: whether one could be restored tomorrow, with what was deleted
staying deleted.
"""

from datetime import datetime, timedelta
from pathlib import Path

from bot import backup_files
from bot.backup_files import MOST_DAYS
from bot.config import Settings
from storage import ledger
from storage.database import file_of

MOST_HOURS = 26
"""A nightly backup that takes a little longer than yesterday's."""
MOST_LEDGER_HOURS = 2

Findings = list[tuple[bool | None, str]]
"""Whether all is well (None: a hint only), and a line on what to do."""


def findings(settings: Settings, now: datetime) -> Findings:
    """What is to be said of the backups of these settings; reads the folder, opens nothing."""
    if not settings.has_backups:
        line = (
            "backups: none. Make a key pair (python -m bot backup-key FILE), set"
            " TIENGTHO_BACKUP_FOLDER and TIENGTHO_BACKUP_PUBLIC_KEY, and let cron run"
            " `python -m bot backup` every night."
        )
        return [(False, line)]
    found: Findings = []
    if not settings.backup_public_key:
        line = "backup key: none. Make a pair (python -m bot backup-key FILE), then set"
        found.append((False, f"{line} TIENGTHO_BACKUP_PUBLIC_KEY."))
    try:
        return [*found, *_of_folder(settings, now)]
    except OSError as error:
        line = f"backups: {settings.backup_folder} cannot be read: {error.strerror}."
        return [*found, (False, line)]


def _of_folder(settings: Settings, now: datetime) -> Findings:
    folder = settings.backup_folder
    archives = backup_files.archives(folder, settings.zone)
    found: Findings = []
    if not archives:
        found.append((False, f"backups: none in {folder} yet. Run: python -m bot backup"))
    else:
        hours = _hours(now - archives[0].made)
        well = hours <= MOST_HOURS
        what = "" if well else " Look why cron did not run `python -m bot backup`."
        found.append((well, f"backups: the newest is {hours} hours old.{what}"))
    found.append(_of_ledger(folder / ledger.NAME, now))
    old = [each for each in archives if each.made < now - timedelta(days=MOST_DAYS)]
    if old:
        line = (
            f"old backups: {len(old)} older than {MOST_DAYS} days in {folder}. What workers and"
            " retention deleted lives on in them: delete them, wherever else they were copied too."
        )
        found.append((False, line))
    if _is_beside(folder, settings):
        line = (
            f"backup folder: {folder} lies on the same disk as the database, and is lost with it."
            " Copy it elsewhere (all is sealed), or mount another disk there."
        )
        found.append((None, line))
    return found


def _of_ledger(path: Path, now: datetime) -> tuple[bool, str]:
    hour = ledger.as_of(path.read_bytes()) if path.exists() else None
    if hour is None:
        return False, "ledger of deletions: none. `run` with the role clock writes it every hour."
    hours = _hours(now - hour)
    if hours <= MOST_LEDGER_HOURS:
        return True, f"ledger of deletions: {hours} hours old."
    return False, (
        f"ledger of deletions: {hours} hours old. Does `run` go on, with the role clock, and may"
        f" it write to {path.parent}? Its log says tick_failed where it may not."
    )


def _is_beside(folder: Path, settings: Settings) -> bool:
    file = file_of(settings.database_url.get_secret_value())
    if file is None or not file.exists() or not folder.exists():
        return False
    return file.stat().st_dev == folder.stat().st_dev


def _hours(age: timedelta) -> int:
    return max(0, int(age.total_seconds() // 3600))
