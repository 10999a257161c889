"""Letters come composed through every door, however a phone or a file writes them."""

import unicodedata

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.config import Settings
from bot.web.uploads import Budget, Form
from handlers.folding import clean, composed
from handlers.moderators.accounts import shown_name

WORDS = "Xưởng Đông Hòa, cửa thoát hiểm"
APART = unicodedata.normalize("NFD", WORDS)


async def _fields(*, multipart: bool) -> dict[str, str]:
    found: dict[str, str] = {}

    async def take(request: web.Request) -> web.Response:
        form = Form(request, Budget(1 << 20))
        await form.begin()
        found.update(form.fields)
        return web.Response()

    application = web.Application()
    application.router.add_post("/", take)
    sent = FormData({"words": APART, "password": APART}, default_to_multipart=multipart)
    async with TestClient(TestServer(application)) as client:
        assert (await client.post("/", data=sent)).status == 200
    return found


@pytest.mark.parametrize("multipart", [True, False])
async def test_what_comes_over_a_form_is_composed_and_a_password_stays(multipart: bool) -> None:
    assert APART != WORDS
    assert await _fields(multipart=multipart) == {"words": WORDS, "password": APART}


def test_settings_that_people_read_are_composed() -> None:
    settings = Settings(_env_file=None, data_contact=APART, hosted_in=APART)
    assert (settings.data_contact, settings.hosted_in) == (WORDS, WORDS)


def test_names_and_words_of_chats_are_composed() -> None:
    assert shown_name(APART) == clean(APART) == composed(APART) == WORDS


def test_a_letter_with_a_thousand_marks_costs_nothing() -> None:
    assert len(composed("a" + "\u0301" * 100_000)) <= 31
