"""What somebody chooses when they subscribe, and may change later: topics, places."""

from dataclasses import replace

from handlers import narrowing
from handlers.bulletins import Topic
from handlers.effects import Subscribe
from handlers.events import Chose, Said
from handlers.folding import has_letters
from handlers.places import Place
from handlers.screens import MOST_CHOICES, Accepts, Choice, Say, Screen, say
from handlers.states import (
    Aside,
    ChoosingCategory,
    ChoosingPlaces,
    ChoosingTopics,
    Early,
    ReadingSubscription,
    Resting,
)
from handlers.subscriptions import MOST_PLACES, WHOLE_COUNTRY, Subscription
from handlers.turn import Facts
from handlers.worker import areas, placing
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    by_word,
    choice,
    is_story,
    not_taken,
    note,
    too_long,
)
from handlers.worker.story import keep_early

_EVERYWHERE = (WHOLE_COUNTRY,)
_NO_PLACE = ()


def begun(facts: Facts) -> ChoosingTopics:
    """A new subscription: nothing is ticked for anybody."""
    wish = Subscription(frozenset(), places=_NO_PLACE, language=facts.language)
    return ChoosingTopics(wish, is_new=True)


def choosing_topics(
    state: ChoosingTopics, event: Input, facts: Facts
) -> Step[ChoosingTopics | ChoosingPlaces | ReadingSubscription | ChoosingCategory | Aside]:
    """Each press marks a topic or takes its mark away; all of them lead on at once."""
    wish = state.wish
    match event:
        case Chose("all_topics"):
            return _topics_chosen(replace(wish, topics=frozenset(Topic)), state, facts)
        case Chose("topics_done") if wish.topics:
            return _topics_chosen(wish, state, facts)
        case Chose(name) if (topic := _topic(name)) is not None:
            return Step(replace(state, wish=replace(wish, topics=wish.topics ^ {topic})))
        case _:
            return story_instead(event, facts) or Step(state, not_taken(event))


def topics_screen(state: ChoosingTopics, facts: Facts) -> Screen:
    """What subscribing means, then the topics; at the end all of them, or on with those marked.

    Where every mark is answered by one message more, what it means stands in the first.
    """
    chosen = state.wish.topics
    is_told = bool(chosen) and not facts.room.buttons
    is_asked = state.is_new and not is_told
    ask = (say("subscription.consent"), say("subscription.kept")) if is_asked else ()
    done = choice("topics_done", "choice.to_places" if state.is_new else "choice.save")
    onward = done if chosen else choice("all_topics")
    topics = (_topic_choice(each, marked=each in chosen) for each in Topic)
    return Screen((*ask, say("subscription.topics")), (*topics, onward), (BACK, STOP))


def choosing_places(
    state: ChoosingPlaces, event: Input, facts: Facts
) -> Step[ChoosingPlaces | ReadingSubscription | ChoosingCategory | Aside]:
    """Typed freely: a province, a commune, an old name, an industrial park; up to three."""
    wish = state.wish
    match event:
        case Chose("whole_country"):
            return _kept(replace(wish, places=_EVERYWHERE), facts, is_new=state.is_new)
        case Chose("places_done") if wish.places:
            return _kept(wish, facts, is_new=state.is_new)
        case Chose("again"):
            return Step(replace(state, candidates=()))
        case Chose(name) if (place := placing.chosen(name, state.candidates)) is not None:
            return _added(state, place, facts)
        case Chose(name) if name.removeprefix("without") in map(str, range(len(wish.places))):
            at = int(name.removeprefix("without"))
            places = (*wish.places[:at], *wish.places[at + 1 :])
            return Step(replace(state, wish=replace(wish, places=places), candidates=()))
        case Said(words) if not has_letters(words):
            return Step(state, (note("nothing_said"),))
        case Said(words):
            return _looked_up(state, words, facts)
        case _:
            return Step(state, not_taken(event))


def places_screen(state: ChoosingPlaces, facts: Facts) -> Screen:
    """The suggestions; or the question, what is chosen so far, and the whole country."""
    if state.candidates:
        says, answers = placing.which(state.candidates)
        return Screen(
            says,
            (*answers, choice("again")),
            (BACK, STOP),
            Accepts.PLACE,
        )
    known, places = facts.places_of_today, state.wish.places
    begin = by_word("places_done", "choice.begin")
    done = (begin if state.is_new else choice("places_done", "choice.save"),)
    removed = (
        choice(f"without{at}", "subscription.without", place=areas.named(code, known))
        for at, code in enumerate(places)
        if code != WHOLE_COUNTRY
    )
    everywhere = by_word("whole_country") if state.is_new else choice("whole_country")
    country = () if places == _EVERYWHERE else (everywhere,)
    chosen = (say("subscription.so_far", places=place_names(places, facts)),) if places else ()
    return Screen(
        (say("subscription.places", most=MOST_PLACES), *chosen),
        (*(done if places else ()), *removed, *country),
        (BACK, STOP),
        Accepts.PLACE,
    )


def place_names(places: tuple[str, ...], facts: Facts) -> Say:
    """Places as a person reads them, one after the other."""
    return joined([areas.named(code, facts.places_of_today) for code in places])


def joined(says: list[Say]) -> Say:
    """Several texts as one, with semicolons between them; at least one."""
    first, *rest = says
    return say("subscription.and", first=first, rest=joined(rest)) if rest else first


def story_instead(event: Input, facts: Facts) -> Step[ChoosingCategory] | None:
    """What happened somewhere, told where something else was asked: it begins a tip."""
    if not isinstance(event, Said) or not is_story(event.words) or too_long(event.words):
        return None
    early, notes = keep_early(Early(), event, facts)
    return Step(ChoosingCategory(early), notes) if early.words else None


def _topic(name: str) -> Topic | None:
    found = (each for each in Topic if name == f"topic_{each}")
    return next(found, None)


def _topic_choice(topic: Topic, *, marked: bool) -> Choice:
    key = "subscription.marked" if marked else "subscription.unmarked"
    return Choice(f"topic_{topic}", say(key, topic=say(f"topic.{topic}")))


def _topics_chosen(
    wish: Subscription, state: ChoosingTopics, facts: Facts
) -> Step[ChoosingPlaces | ReadingSubscription | Aside]:
    if state.is_new:
        return Step(ChoosingPlaces(wish, is_new=True))
    return _kept(wish, facts, is_new=False)


def _looked_up(
    state: ChoosingPlaces, words: str, facts: Facts
) -> Step[ChoosingPlaces | ChoosingCategory]:
    found = areas.found(words, facts.places, facts.tree, facts.places_of_today)
    is_sure = narrowing.is_sure(facts.places) or not facts.places.found
    story = None if is_sure and found else story_instead(Said(words), facts)
    if story is not None:
        return story
    if len(found) == 1 and is_sure:
        return _added(state, found[0], facts)
    if found:
        return Step(replace(state, candidates=found[: narrowing.MOST_OFFERED]))
    return Step(state, (note("place.not_found_again", words=words),))


def _added(state: ChoosingPlaces, place: Place, facts: Facts) -> Step[ChoosingPlaces]:
    """One place more. What stands for more than there is room for is chosen piece by piece."""
    asking, wish = replace(state, candidates=()), state.wish
    chosen = () if wish.places == _EVERYWHERE else wish.places
    codes = areas.codes_of(place, facts.places_of_today)
    fresh = tuple(code for code in codes if code not in chosen)
    if not fresh:
        return Step(asking, (note("subscription.had", place=place.label),))
    if len(chosen) + len(fresh) <= MOST_PLACES:
        added = replace(wish, places=(*chosen, *fresh))
        return Step(replace(asking, wish=added), (note("subscription.added", place=place.label),))
    if len(chosen) == MOST_PLACES:
        return Step(asking, (note("subscription.full", most=MOST_PLACES),))
    pieces = areas.pieces_of(place, facts.places_of_today)
    # Some of many would look as if they were all: then each is typed by its name.
    many = len(pieces) > MOST_CHOICES - 1
    key = "subscription.wide_many" if many else "subscription.wide"
    wide = note(key, place=place.label, count=len(codes), most=MOST_PLACES)
    return Step(replace(state, candidates=pieces[:1] if many else pieces), (wide,))


def _kept(wish: Subscription, facts: Facts, *, is_new: bool) -> Step[ReadingSubscription | Aside]:
    if is_new and facts.is_full:
        # Somebody else took the last place meanwhile.
        return Step(Aside(Resting(), "full"))
    if is_new:
        wish = replace(wish, language=facts.language)
        return Step(ReadingSubscription(), (note("subscription.begun"),), (Subscribe(wish),))
    return Step(ReadingSubscription(), (note("changed"),), (Subscribe(wish),))
