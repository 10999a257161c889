"""Somebody who left is a stranger in the chats where they worked a moment ago."""

from pathlib import Path

from handlers.roles import Role
from storage import audit, leaving, units
from storage.audit import Act
from storage.staff import Member
from tests.desk_world import NOW
from tests.staff_world import enrolled
from tests.telegram_desk import scene_on
from tests.tip_world import file, new_tip, record_of
from tests.zalo_scene import officer, rings, scene


async def test_on_telegram_buttons_and_the_private_desk_are_theirs_no_more(
    database_url: str,
) -> None:
    async with scene_on(database_url) as at:
        an = await at.officer("An")
        tip = await file(at.made, new_tip())
        await at.run()
        assert "đã nhận tin" in await at.press(an, at.card(), "Nhận")
        await an.say("/desk")
        await at.run()
        assert not at.passed_on
        top = await enrolled(at.made, "top", ("root", Role.ADMINISTRATOR))
        async with at.made.write() as tx:
            gone = await leaving.leave(tx, top.id, at.members["An"].id, NOW)
            assert isinstance(gone, Member)
        await at.run()
        assert (await record_of(at.made, tip)).holder is None
        assert "Người giữ: Người an" not in at.card().text
        assert "dành cho cán bộ" in await at.press(an, at.card(), "Nhận")
        heard = len(at.private(an))
        await an.say("Tôi trả lời tin này.")
        await at.run()
        assert [each.message.text for each in at.passed_on if each.message] == [
            "Tôi trả lời tin này."
        ]
        assert len(at.private(an)) == heard


async def test_on_zalo_nothing_rings_and_no_number_claims(
    database_url: str, tmp_path: Path
) -> None:
    async with scene(tmp_path, url=database_url) as at:
        member, person = await officer(at)
        await rings(at, "Trúc Xanh")
        async with at.house.database.read() as tx:
            tree = await units.tree(tx)
            assert tree is not None
        top = await enrolled(at.house.database, "top", (tree.root.id, Role.ADMINISTRATOR))
        async with at.house.database.write() as tx:
            gone = await leaving.leave(tx, top.id, member.id, at.clock.now)
            assert isinstance(gone, Member)
        heard = len(at.heard(person))
        await rings(at, "Sen Hồng")
        assert len(at.heard(person)) == heard
        assert "Trúc Xanh" not in await at.says(person, "trực")
        assert "Bạn đã nhận" not in await at.says(person, "1")
        async with at.house.database.read() as tx:
            acts = [each.act for each in await audit.entries(tx, limit=50)]
        assert Act.CLAIMED not in acts
