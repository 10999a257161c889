"""The review: the summary, who will read it, the receipt code; [Send], and the receipt."""

from dataclasses import replace

from handlers import clocks, going_up, routing
from handlers.effects import DropPictures, Effect, FileTip
from handlers.events import Chose, Said, Showed
from handlers.folding import fold, has_letters
from handlers.nicknames import nickname
from handlers.receipt import show
from handlers.screens import Accepts, Say, Screen, Tone, say
from handlers.states import (
    AddingPictures,
    AddingVideo,
    AskingPolice,
    Changing,
    CheckingCode,
    ConfirmingAddition,
    ConfirmingTold,
    Draft,
    HidingFrom,
    KeepingSound,
    ReadingThread,
    Received,
    Resting,
    Reviewing,
)
from handlers.tips import may_be_muted, police_allowed
from handlers.turn import Facts, Thread
from handlers.worker import onward, scope
from handlers.worker.additions import add_picture
from handlers.worker.onward import Onward
from handlers.worker.sound import keeping, sound_choice, sound_line
from handlers.worker.step import (
    BACK,
    HOME,
    STOP,
    Input,
    Step,
    choice,
    given_back,
    has_room,
    kept,
    not_taken,
    note,
    shown_day,
    too_long,
)
from handlers.worker.story import ROAD, kept_by_app
from handlers.worker.words import is_greeting

SEND = choice("send")


def excluded_units(draft: Draft, facts: Facts) -> frozenset[str]:
    """The ids of the units that the worker shut out."""
    return frozenset(
        unit
        for each in routing.excludable(facts.tree, draft.place)
        if each.key.value in draft.hidden
        for unit in each.units
    )


def reader_of(draft: Draft, facts: Facts) -> routing.Unit:
    """The unit that will read this draft."""
    unit, excluded = _reader(draft, facts, danger=draft.danger), excluded_units(draft, facts)
    if not draft.danger:
        return unit
    return going_up.on_duty(facts.tree, unit, draft.category, facts.now, excluded=excluded)


def _reader(draft: Draft, facts: Facts, *, danger: bool) -> routing.Unit:
    return routing.reader(
        facts.tree,
        draft.category,
        draft.place,
        excluded=excluded_units(draft, facts),
        picked=draft.picked,
        danger=danger,
    )


def reviewing(
    state: Reviewing, event: Input, facts: Facts
) -> Step[
    Reviewing
    | Received
    | AddingPictures
    | KeepingSound
    | HidingFrom
    | AskingPolice
    | CheckingCode
    | Changing
    | Onward
]:
    """Nothing is stored before [Send]."""
    draft = state.draft
    match event:
        case Chose("send"):
            return send(draft, facts)
        case Chose("pictures"):
            return Step(AddingPictures(draft))
        case Chose("sound"):
            return Step(KeepingSound(draft))
        case Chose("no_sound"):
            return Step(Reviewing(keeping(draft, keeps=False)), (note("sound.dropped"),))
        case Chose("hide"):
            return Step(HidingFrom(draft))
        case Chose("police"):
            return Step(AskingPolice(draft))
        case Chose("check"):
            return Step(CheckingCode(draft))
        case Chose("change"):
            return Step(Changing(draft))
        case Chose("details"):
            again = replace(draft, asked_to="", asks=True)
            return Step(onward.onward(again, facts))
        case Said() | Showed():
            after, notes = keep(draft, event, facts)
            return Step(Reviewing(after), notes)
        case _:
            return Step(state, not_taken(event))


def review_screen(state: Reviewing, facts: Facts) -> Screen:
    """What will be sent, to whom, and the code to write down."""
    draft = state.draft
    choices = [SEND, choice("pictures"), *sound_choice(draft), choice("hide")]
    if _police_possible(draft):
        choices.append(choice("police"))
    choices += [choice("check"), choice("change")]
    if not draft.details and onward.asked(draft, facts):
        choices.append(choice("details"))
    return Screen(
        (
            say("review.title"),
            *summary(draft, facts),
            say("review.code"),
            say("keep.code", Tone.KEEP, code=show(draft.code)),
            *kept_by_app(facts),
            say("review.send"),
        ),
        tuple(choices),
        (BACK, STOP),
        Accepts.NOTHING,
        (5, ROAD),
    )


def summary(draft: Draft, facts: Facts) -> tuple[Say, ...]:
    """The draft in lines."""
    place = say("raw", text=draft.place.label) if draft.place else say("place.unsaid")
    hidden = [say(f"hide.{key}") for key in sorted(draft.hidden)]
    reader = reader_of(draft, facts)
    lines = [
        say(
            "review.summary",
            category=say(f"category.{draft.category}"),
            place=place,
            danger=say("yes" if draft.danger else "no"),
            files=len(draft.pictures),
        ),
        *sound_line(draft),
        say("review.story", Tone.OWN, story=draft.story),
        *_details(draft, facts),
        say("review.reader", unit=reader.name),
    ]
    if reader.id != _reader(draft, facts, danger=draft.danger).id:
        lines.append(say("clock.other_duty", unit=reader.name))
    elif reader.id != _reader(draft, facts, danger=False).id:
        lines.append(say("review.alarm", unit=reader.name))
    up = _behind(draft, reader, facts)
    if up is not None:
        minutes = reader.clocks.of(draft.category).danger_minutes
        lines.append(say("clock.behind", unit=up.name, minutes=minutes))
    lines += [say("review.hidden", who=each) for each in hidden]
    if draft.police and _police_possible(draft):
        lines.append(say("review.police"))
    return tuple(lines)


def _details(draft: Draft, facts: Facts) -> tuple[Say, ...]:
    lines = onward.lines_of(draft, facts)
    return (say("review.details", Tone.OWN, lines=lines),) if lines else ()


def _behind(draft: Draft, unit: routing.Unit, facts: Facts) -> routing.Unit | None:
    """Who else sees a tip in danger, when nobody at its unit comes in time."""
    if not draft.danger:
        return None
    excluded = excluded_units(draft, facts)
    return going_up.behind(facts.tree, unit.id, draft.category, excluded=excluded)


def _police_possible(draft: Draft) -> bool:
    return police_allowed(draft.category) and scope.is_silent(draft.whole)


def keep(draft: Draft, event: Said | Showed, facts: Facts) -> tuple[Draft, tuple[Say, ...]]:
    """Words and pictures that come while the draft is looked at belong to it."""
    match event:
        case Said(words):
            if not has_letters(words):
                return draft, not_taken(event)
            if too_long(draft.whole, words):
                return draft, (note("too_long"), *given_back(words))
            return replace(draft, story=f"{draft.story}\n\n{words}"), (note("added_words"),)
        case Showed(picture, words):
            after, notes = draft, (note("unusable.enough"),)
            if has_room(draft, picture, facts.most_pictures):
                after = replace(draft, pictures=(*draft.pictures, picture))
                notes = (kept(picture),)
            if not has_letters(words):
                return after, notes
            after, more = keep(after, Said(words), facts)
            return after, (*notes, *more)


def send(draft: Draft, facts: Facts) -> Step[Received | Reviewing]:
    """File the tip once; pressed again, the receipt is shown again. A practice run files none."""
    if facts.filed is not None:
        return Step(_receipt_of(facts.filed, draft), (note("received.before"),))
    if facts.filing is None and not draft.practice:
        return Step(Reviewing(draft), (note("press_send"),))
    unit = reader_of(draft, facts)
    dates = clocks.deadlines(
        facts.now,
        facts.today,
        danger=draft.danger,
        clocks=unit.clocks,
        category=draft.category,
    )
    up = _behind(draft, unit, facts)
    received = Received(
        draft.code,
        facts.fresh_bell,
        shown_day(dates.answer_on),
        unit.name,
        draft.practice,
    )
    if draft.practice or facts.filing is None:
        return Step(received, (), (DropPictures(draft.pictures),))
    effect: Effect = FileTip(
        facts.filing,
        unit.id,
        draft.category,
        draft.danger,
        draft.place,
        draft.whole,
        draft.pictures,
        excluded_units(draft, facts),
        draft.police and _police_possible(draft),
        facts.fresh_bell,
        nickname(facts.dice),
        dates.triage_by,
        dates.answer_on,
        dates.result_on,
        mutable=not draft.officer and not draft.hidden and may_be_muted(draft.category),
        closing_on=dates.closing_on,
        given=dates.given,
        behind=up.id if up is not None else "",
    )
    return Step(received, (), (effect, DropPictures(draft.pictures)))


def _receipt_of(thread: Thread, draft: Draft) -> Received:
    return Received(draft.code, thread.bell, shown_day(thread.answer_on), thread.unit)


def received(
    state: Received, event: Input, facts: Facts
) -> Step[Received | Resting | ReadingThread | AddingVideo | ConfirmingAddition | ConfirmingTold]:
    """The receipt stays until the worker moves on. What comes after it is most likely a part of the
    tip just sent: a file is added, words are asked about.
    """
    key = facts.thread.key if facts.thread and not state.practice else None
    match event:
        case Chose("tell_here") if key:
            return Step(ConfirmingTold(key), (_block(state),))
        case Chose():
            return Step(Resting())
        case Said(words) if is_greeting(words):
            return Step(state)
        case Said(words) if fold(words) in ("gui", "send"):
            return Step(state, (note("received.before"),))
        case Said(words) if key and has_letters(words) and not too_long(words):
            return Step(ConfirmingAddition(key, words), (_block(state),))
        case Showed() if key:
            added = add_picture(ReadingThread(key), event, facts)
            return replace(added, notes=(_block(state), *added.notes))
        case _:
            return Step(state, not_taken(event))


def _block(state: Received) -> Say:
    return say("keep.block", Tone.KEEP, code=show(state.code), bell=state.bell, day=state.answer_on)


def received_screen(state: Received, facts: Facts) -> Screen:
    """Code, bell number and date of the first answer on one block."""
    block = _block(state)
    if state.practice:
        return Screen((say("practice.done"), block), (HOME, choice("report")), ())
    return Screen(
        (
            say("received.title", unit=state.unit, day=state.answer_on),
            block,
            say("received.next"),
        ),
        (
            HOME,
            choice("open_thread"),
            *((choice("tell_here"),) if facts.room.tells else ()),
            choice("forget"),
        ),
        (),
    )
