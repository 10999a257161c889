"""The languages of the screen."""

from enum import StrEnum


class Language(StrEnum):
    """Vietnamese first, English second."""

    VI = "vi"
    EN = "en"
