"""What we hold of a person, by what they did here; how it is deleted; whom to ask."""

from handlers.screens import Choice, Say, Screen, say
from handlers.turn import Facts
from handlers.worker.step import choice


def page_screen(facts: Facts, ways: tuple[Choice, ...]) -> Screen:
    """The same for everybody: that somebody asks tells nothing about them."""
    bulletins = say("privacy.subscription" if facts.may_subscribe else "privacy.notices")
    return Screen(
        (
            say("privacy.title"),
            say("privacy.look"),
            say("privacy.draft"),
            say("privacy.tip"),
            bulletins,
            *((say("privacy.week"),) if facts.may_subscribe else ()),
            say("privacy.staff"),
            say("privacy.withdraw"),
            say("privacy.forget"),
            *_contact(facts),
            say("privacy.complain"),
            say("privacy.law"),
        ),
        (choice("code"), choice("bulletins"), choice("handbook")),
        (*ways, choice("forget")),
    )


def _contact(facts: Facts) -> tuple[Say, ...]:
    """Whom the operator named, else the union at the top, which answers for this channel."""
    if facts.data_contact:
        return (say("privacy.contact", contact=facts.data_contact),)
    found = facts.tree.root.contact
    where = (say("withheld.call", contact=found),) if found else ()
    return (say("privacy.no_contact", service=facts.service), *where)
