"""The platforms of the contract tests: the fake in both styles, a real bot where one is lent."""

from collections.abc import AsyncIterator

import pytest

from tests import services
from tests.contract import zalo_bot_fake, zalo_bot_real
from tests.contract.zalo_bot_platform import Platform
from tests.fakes.zalo_bot import Style

_LENT = services.zalo_bot()


@pytest.fixture(params=["fake", "old fake", *(["real"] if _LENT is not None else [])])
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[Platform]:
    """A platform with one bot and one person, and nothing waiting."""
    if request.param == "real":
        assert _LENT is not None
        door = zalo_bot_real.opened(_LENT)
    else:
        style = Style.NEW if request.param == "fake" else Style.LEGACY
        door = zalo_bot_fake.opened(style)
    async with door as made:
        yield made
