"""The demo: invented units and staff in a fresh database, and log-in links that work once."""

from datetime import datetime
from importlib import resources

from bot import tables_in
from bot.web.enter import demo_link
from bot.web.parts import Parts
from broadcasts import library
from handlers import park_files
from handlers import units as unit_files
from handlers.roles import Role
from storage import bulletins, parks, staff, units
from storage.database import Database
from storage.places import Places

# Login, name, unit, role. Invented: nobody is meant.
_STAFF = (
    ("canbo1", "Cán bộ trực số 1", "ban-thach", Role.OFFICER),
    ("canbo2", "Cán bộ trực số 2", "ban-thach", Role.LEAD),
    ("canbo3", "Cán bộ trực tỉnh", "da-nang", Role.OFFICER),
    ("canbo4", "Cán bộ trực toàn quốc", "tong", Role.OFFICER),
    ("canbo5", "Cán bộ công đoàn cơ sở", "cs-may-vi-du", Role.OFFICER),
    ("congan1", "Trực ban công an phường", "ca-ban-thach", Role.OFFICER),
    ("congan2", "Trực ban công an thành phố", "ca-da-nang", Role.OFFICER),
    ("quantri", "Người quản trị", "tong", Role.ADMINISTRATOR),
    ("kiemtra", "Người kiểm tra", "tong", Role.AUDITOR),
    ("tacgia1", "Người viết bản tin số 1", "tong", Role.AUTHOR),
    ("duyet1", "Người duyệt bản tin số 1", "tong", Role.APPROVER),
    ("duyet2", "Người duyệt bản tin số 2", "tong", Role.APPROVER),
)
# Texts of the library that lie there as drafts, without a time yet.
_DRAFTS = ("culture_day", "loan_interest", "fake_recruiters")
SHOWN = (
    ("canbo1", "Bàn tiếp nhận Bàn Thạch, cán bộ 1 / desk officer 1"),
    ("canbo2", "Bàn tiếp nhận Bàn Thạch, trưởng bàn / desk lead"),
    ("canbo4", "Bàn tiếp nhận toàn quốc / national desk"),
    ("quantri", "Quản trị / administrator"),
    ("tacgia1", "Viết bản tin / bulletin author"),
    ("duyet1", "Duyệt bản tin / bulletin approver"),
    ("congan1", "Công an phường Bàn Thạch / ward police, reads what is released to it"),
    ("kiemtra", "Kiểm tra nhật ký / auditor"),
)


async def fill(database: Database, places: Places, now: datetime) -> None:
    """Write the demo's units, parks, staff and drafts into a fresh database; cards are shown at
    once.
    """
    folder = resources.files("storage.data")
    text = folder.joinpath("demo_units.csv").read_text(encoding="utf-8")
    parsed = unit_files.parse(text, known_places=places.is_known)
    table = tables_in.read(folder.joinpath("demo_parks.csv").read_bytes())
    known = park_files.parse(table.rows, places.of_today, now.date())
    async with database.write() as tx:
        await units.import_all(tx, parsed, at_once=True)
        await parks.seed(tx, known)
        for login, name, unit, role in _STAFF:
            member, _ = await staff.add(tx, login, name, frozenset({(unit, role)}), now)
            if role is Role.AUTHOR:
                for text in _DRAFTS:
                    content = library.load()[text]
                    await bulletins.create(tx, unit, member.id, content, now.date())


async def links(parts: Parts, address: str) -> list[str]:
    """Lines with log-in links; each link works once, and only on this machine."""
    lines = ["Bản thử. Mỗi liên kết đăng nhập dùng một lần / demo log-in links, each works once:"]
    for login, label in SHOWN:
        link = await demo_link(parts, login)
        lines.append(f"  {label}: {address}{link}")
    return lines
