"""A worker's subscription: what it is, what may be changed, how it ends, why a bulletin came."""

from dataclasses import replace
from datetime import timedelta

from handlers.bulletins import Topic
from handlers.effects import Effect, PauseSubscription, Subscribe, Unsubscribe
from handlers.events import Chose, PressedUnder, Under
from handlers.languages import Language
from handlers.screens import Choice, Say, Screen, Tone, say
from handlers.states import (
    Aside,
    ChoosingCategory,
    ChoosingOften,
    ChoosingPart,
    ChoosingPlaces,
    ChoosingTopics,
    ReadingSubscription,
    ReadingWeek,
    Resting,
    State,
)
from handlers.subscriptions import MOST_PER_WEEK, PartOfDay, Span, Subscription, number_of
from handlers.turn import Facts
from handlers.worker import areas, first_week, leaving
from handlers.worker.step import (
    BACK,
    HOME,
    Input,
    Step,
    by_word,
    choice,
    not_taken,
    note,
    shown_day,
)
from handlers.worker.subscribing import begun, joined, place_names, story_instead

PAUSE_DAYS = 30
PAGE = "/ban-tin"
"""Where everybody may read them, and what a chat without push is shown instead."""


def opened(state: State, facts: Facts) -> Step[State]:
    """[Get bulletins]: what is chosen, or the choosing; a draft is never thrown away for it."""
    if not facts.may_subscribe:
        return Step(Aside(leaving.beneath(state), "bulletins"))
    if leaving.holds_draft(state):
        return Step(leaving.beneath(state), (note("draft_open"),))
    if facts.is_full and facts.subscription is None:
        return Step(Aside(leaving.beneath(state), "full"))
    return Step(ReadingSubscription() if facts.subscription else begun(facts))


def stopped(state: State, facts: Facts) -> Step[State]:
    """`dừng` or `stop`, typed: the draft ends where there is one, else the subscription."""
    if leaving.holds_draft(state):
        left = leaving.stopped(state)
        still = (note("subscription.goes_on"),) if facts.subscription else ()
        week = (note("week.goes_on"),) if facts.in_week else ()
        return replace(left, notes=(*left.notes, *still, *week))
    if facts.subscription or facts.in_week:
        told = (note("subscription.stopped"),) if facts.subscription else ()
        over: tuple[Effect, ...] = (Unsubscribe(),) if facts.subscription else ()
        week = (note("week.ended"),) if facts.in_week else ()
        return Step(Resting(), (*told, *week), (*over, *first_week.ended(facts)))
    return leaving.stopped(state)


def perhaps_stopped(state: State, facts: Facts) -> Step[State] | None:
    """`dung` without its marks, where nothing else could be meant: it is shown how to stop."""
    if leaving.holds_draft(state):
        return None
    if facts.in_week and not facts.subscription:
        return Step(ReadingWeek(Resting()), (note("week.stop_how"),))
    if not facts.subscription:
        return None
    return Step(ReadingSubscription(), (note("subscription.stop_how"),))


def pressed_under(state: State, event: PressedUnder, facts: Facts) -> Step[State]:
    """A button under a bulletin. Whatever is going on goes on; only the short road to a change is
    left where nothing would be lost.
    """
    free = not leaving.holds_draft(state)
    match event.button:
        case Under.WEEK:
            told = note("week.ended" if facts.in_week else "week.ended_none")
            return Step(state, (told,), first_week.ended(facts))
        case Under.STOP if facts.subscription:
            after: State = Resting() if free else state
            return Step(after, (note("subscription.stopped"),), (Unsubscribe(),))
        case _ if facts.subscription is None:
            return Step(state, (note("subscription.none"),))
        case Under.WHY:
            why = _why(facts.subscription, facts)
            if free:
                return Step(ReadingSubscription(), (why or note("subscription.why"),))
            topics = _topics(facts.subscription.topics)
            return Step(state, (why or note("subscription.why_draft", topics=topics),))
        case _:
            if free:
                return Step(ReadingSubscription())
            return Step(state, (note("subscription.after_draft"),))


def reading_subscription(
    state: ReadingSubscription, event: Input, facts: Facts
) -> Step[
    ReadingSubscription
    | ChoosingTopics
    | ChoosingPlaces
    | ChoosingOften
    | ChoosingPart
    | ChoosingCategory
    | Resting
]:
    """Each change is one or two presses."""
    had = facts.subscription
    if not isinstance(event, Chose) or had is None:
        return story_instead(event, facts) or Step(state, not_taken(event))
    match event.name:
        case "sub_topics":
            return Step(ChoosingTopics(had))
        case "sub_places":
            return Step(ChoosingPlaces(replace(had, places=_living(had, facts))))
        case "sub_often":
            return Step(ChoosingOften())
        case "sub_part":
            return Step(ChoosingPart())
        case "sub_pause":
            until = facts.today + timedelta(days=PAUSE_DAYS)
            return Step(state, (note("changed"),), (PauseSubscription(until),))
        case "sub_resume":
            return Step(state, (note("changed"),), (PauseSubscription(None),))
        case "sub_bell_on" | "sub_bell_off":
            return _changed(replace(had, bell=event.name == "sub_bell_on"))
        case "sub_speak":
            other = Language.EN if had.language is Language.VI else Language.VI
            return _changed(replace(had, language=other))
        case "sub_stop":
            return Step(Resting(), (note("subscription.stopped"),), (Unsubscribe(),))
        case _:
            return Step(state, not_taken(event))


def subscription_screen(_: ReadingSubscription, facts: Facts) -> Screen:
    """What is chosen, and a choice for each part of it."""
    had = facts.subscription
    if had is None:
        return Screen((say("subscription.none"),), (choice("bulletins"),), (HOME,))
    changes = [choice("sub_topics"), choice("sub_places"), choice("sub_often"), choice("sub_part")]
    changes.append(choice("sub_resume" if _pauses(had, facts) else "sub_pause"))
    changes.append(choice("sub_bell_off" if had.bell else "sub_bell_on"))
    to_english = had.language is Language.VI
    changes.append(choice("sub_speak", "choice.to_english" if to_english else "choice.to_vi"))
    return Screen(_told(had, facts), (*changes, by_word("sub_stop")), (HOME,))


def choosing_often(
    state: ChoosingOften, event: Input, facts: Facts
) -> Step[ChoosingOften | ReadingSubscription | ChoosingCategory]:
    """One to three a week."""
    had = facts.subscription
    match event:
        case Chose(name) if name in _OFTEN and had is not None:
            return _changed(replace(had, per_week=_OFTEN[name]))
        case _:
            return story_instead(event, facts) or Step(state, not_taken(event))


def often_screen(_: ChoosingOften, __: Facts) -> Screen:
    """Fewer than three is up to the reader; more is nobody's."""
    choices = (choice(name, "subscription.a_week", count=count) for name, count in _OFTEN.items())
    return Screen((say("subscription.often"),), tuple(choices), (BACK,))


def choosing_part(
    state: ChoosingPart, event: Input, facts: Facts
) -> Step[ChoosingPart | ReadingSubscription | ChoosingCategory]:
    """When somebody has time to read."""
    had = facts.subscription
    match event:
        case Chose(name) if had is not None and (part := _part(name)) is not None:
            return _changed(replace(had, part=part))
        case _:
            return story_instead(event, facts) or Step(state, not_taken(event))


def part_screen(_: ChoosingPart, __: Facts) -> Screen:
    """Noon, evening, or any time but the night."""
    choices = (Choice(f"part_{part}", say(f"part.{part}")) for part in PartOfDay)
    return Screen((say("subscription.part"),), tuple(choices), (BACK,))


def page_screen(facts: Facts, ways: tuple[Choice, ...]) -> Screen:
    """Where a chat can be sent nothing, everybody may read on a page, and nothing is stored."""
    page = say("raw", Tone.PAGE, text=f"{PAGE}?lang={facts.language}")
    return Screen((say("subscription.page"), page), (), ways)


def full_screen(facts: Facts, ways: tuple[Choice, ...]) -> Screen:
    """No more chats can be sent bulletins here; the page is for everybody."""
    page = (say("subscription.full_page", url=f"{facts.public_url}{PAGE}"),)
    return Screen((say("subscription.is_full"), *(page if facts.public_url else ())), (), ways)


def _changed(wish: Subscription) -> Step[ReadingSubscription]:
    return Step(ReadingSubscription(), (note("changed"),), (Subscribe(wish),))


def _living(had: Subscription, facts: Facts) -> tuple[str, ...]:
    known = facts.places_of_today
    return tuple(code for code in had.places if not areas.is_dissolved(code, known))


def _told(had: Subscription, facts: Facts) -> tuple[Say, ...]:
    paused = had.paused_until if _pauses(had, facts) else None
    gone = len(_living(had, facts)) < len(had.places)
    return (
        say(
            "subscription.card",
            topics=_topics(had.topics),
            places=place_names(had.places, facts),
            count=had.per_week,
            part=say(f"part.{had.part}"),
            language=say(f"in_language.{had.language}"),
        ),
        *((say("subscription.with_bell"),) if had.bell else ()),
        *((say("subscription.paused", day=shown_day(paused)),) if paused else ()),
        *((say("subscription.dissolved"),) if gone else ()),
        say("subscription.how"),
    )


def _why(had: Subscription, facts: Facts) -> Say | None:
    """The choices for which a bulletin came; None where it is not known which one is meant."""
    meant = facts.meant
    if meant is None:
        return None
    if meant.reminder:
        return note("subscription.why_reminder")
    chosen = next((each for each in meant.topics if each in had.topics), None)
    place = next((each for each in had.places if _lies_in(each, meant.spans)), None)
    about = say(f"topic.{meant.topics[0]}")
    if chosen is None or place is None:
        return note("subscription.why_before", about=about)
    named = areas.named(place, facts.places_of_today)
    return note("subscription.why_this", about=about, topic=say(f"topic.{chosen}"), place=named)


def _lies_in(code: str, spans: tuple[Span, ...]) -> bool:
    return any(span.first <= number_of(code) <= span.last for span in spans)


def _topics(topics: frozenset[Topic]) -> Say:
    named = [say(f"topic.{each}") for each in Topic if each in topics]
    return joined(named) if named else say("subscription.no_topic")


def _pauses(had: Subscription, facts: Facts) -> bool:
    return had.paused_until is not None and facts.today < had.paused_until


def _part(name: str) -> PartOfDay | None:
    return next((each for each in PartOfDay if name == f"part_{each}"), None)


_OFTEN = {f"often{count}": count for count in range(1, MOST_PER_WEEK + 1)}
