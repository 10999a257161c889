"""What a worker will read, before it is sent: by the same lines that draw the worker's thread."""

from dataclasses import replace
from datetime import date

from handlers import entries
from handlers.folding import clean
from handlers.languages import Language
from handlers.moderators.actions import Action, Answer, Ask, Close
from handlers.screens import Screen
from handlers.tips import Author, Kind
from handlers.turn import Entry


def preview(
    action: Action, today: date, language: Language, file: Kind | None = None
) -> Screen | None:
    """The lines and buttons that stand in the worker's thread afterwards, with a file of that kind;
    None for what no worker reads.
    """
    match action:
        case Ask(words, _, extras):
            kind = Kind.QUESTION
        case Answer(words, _, extras):
            kind = Kind.ANSWER
        case Close(_, words, _, extras):
            kind = Kind.CLOSING
        case _:
            return None
    entry = Entry(kind, Author.OFFICER, clean(words), today)
    said = [replace(entry, english=extras.english, picks=extras.picks)]
    if file is not None:
        said.append(Entry(file, Author.OFFICER, "", today))
    lines = [entries.shown(each, language) for each in said]
    asks = kind is Kind.QUESTION
    standing = (entries.standing(),) if asks else ()
    picks = entries.pick_choices(0, extras.picks, language) if asks else ()
    return Screen((*lines, *standing), picks)


def languages(action: Action) -> tuple[Language, ...]:
    """The languages in which the words differ: Vietnamese, and English where that is known."""
    if not isinstance(action, Ask | Answer | Close):
        return (Language.VI,)
    extras = action.extras
    is_two = bool(extras.english) or any(each.english for each in extras.picks)
    return (Language.VI, Language.EN) if is_two else (Language.VI,)
