"""What a derived form is made of, what comes out, and why nothing may come out."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.bulletins import Content, Stage
from handlers.languages import Language
from handlers.screens import Say

FREE = frozenset({Stage.APPROVED, Stage.ENDED})
"""The stages of a bulletin that may be given out; any other is a draft."""


class Form(StrEnum):
    """The forms that one text takes. SHEET are two leaflets on a sheet of A4, to be cut."""

    RADIO = "radio"
    POST = "post"
    CARD = "card"
    LEAFLET = "leaflet"
    SHEET = "sheet"


class Standing(StrEnum):
    """Whether a text may be given out; what may not says so in every form."""

    VALID = "valid"
    DRAFT = "draft"
    EXPIRED = "expired"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Origin:
    """`name` is an id of letters, digits, `_` and `-`, for the file; `unit` is whom to ask, empty
    where nobody is known yet. `home` is our start page and `page` where the text is read, as whole
    addresses, empty where there are none.
    """

    content: Content
    name: str
    unit: str = ""
    home: str = ""
    page: str = ""
    standing: Standing = Standing.VALID

    @property
    def address(self) -> str:
        """Where a reader is sent."""
        return self.page or self.home


@dataclass(frozen=True, slots=True)
class Made:
    """A file: what it is called, of which kind it is (a media type), and its bytes."""

    name: str
    kind: str
    file: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no file: a sentence for whoever wrote the text."""

    why: Say


def standing_of(
    content: Content, today: date, *, is_free: bool, is_replaced: bool = False
) -> Standing:
    """`is_free`: it was approved, or released by whoever compared it with the gazette.
    `is_replaced`: another law counts in place of one that it rests on.
    """
    if is_replaced:
        return Standing.REPLACED
    if content.expires_on is not None and content.expires_on < today:
        return Standing.EXPIRED
    return Standing.VALID if is_free else Standing.DRAFT


def too_long(over: int) -> Refused:
    """It would not fit; so many characters have to go. Nothing is cut in silence."""
    return Refused(Say("derived.refused.too_long", (("over", over),)))


def is_whole(content: Content, language: Language) -> bool:
    """Whether there are a title, a text and a line of action in `language`."""
    told = content.wording(language)
    return all(each.strip() for each in (told.title, told.body, told.action))
