"""A place is looked up for a turn: the operator's parks are known as soon as they are imported."""

from pathlib import Path

from handlers.parks import Park, ParkKind
from handlers.places import Why
from handlers.turn import Needs
from storage import atlas, parks
from tests.players import open_house

PARK = Park("hoa-mai-92", ParkKind.KCN, "KCN Hoa Mai", ("31360", "31441"))


async def test_a_park_is_found_by_its_name_once_it_was_imported(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as (house, _):
        before = await house.inbound.look_up(Needs(place="kcn hoa mai"))
        assert Why.PARK not in {each.why for each in before.places.found}
        async with house.database.write() as tx:
            await parks.seed(tx, [PARK])
        async with house.database.read() as tx:
            await atlas.current(tx)
        found = (await house.inbound.look_up(Needs(place="kcn hoa mai"))).places.found
        assert found[0].place.label == "KCN Hoa Mai, Thành phố Cần Thơ"
        assert found[0].place.codes == PARK.communes
        # Within it the name of one of its communes is enough.
        needs = Needs(place="thạnh xuân", within=found[0].place)
        inside = (await house.inbound.look_up(needs)).places
        assert [each.code for each in inside.places] == ["31360"]
        assert inside.is_certain


async def test_nothing_typed_is_nothing_looked_up(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, _):
        assert (await house.inbound.look_up(Needs())).places.found == ()
