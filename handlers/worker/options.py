"""What may be added at the review: files, who must not see it, the police, a code check."""

from dataclasses import replace

from handlers import routing
from handlers.effects import DropPictures
from handlers.events import Chose, Said, Showed
from handlers.folding import fold
from handlers.places import Place
from handlers.receipt import read, show
from handlers.screens import Accepts, Choice, Screen, Tone, say
from handlers.states import (
    AddingPictures,
    AskingPolice,
    CheckingCode,
    HidingFrom,
    KeepingSound,
    PickingInsider,
    Received,
    Reviewing,
)
from handlers.tips import Category
from handlers.turn import Facts
from handlers.worker.review import SEND, keep, reader_of, send
from handlers.worker.sound import keeping, sound_choice, sound_line
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    by_word,
    choice,
    given_back,
    named,
    not_taken,
    note,
)

_MOST_INSIDERS = 7
_LONGEST_TAIL = 15
_ALIKE = str.maketrans("OIL", "011")


def adding_pictures(
    state: AddingPictures, event: Input, facts: Facts
) -> Step[AddingPictures | KeepingSound | Reviewing | Received]:
    """Files for the draft; it can be sent as it is at any time."""
    match event:
        case Chose("send"):
            return send(state.draft, facts)
        case Chose("done"):
            return Step(Reviewing(state.draft))
        case Chose("sound"):
            return Step(KeepingSound(state.draft))
        case Chose("no_sound"):
            return Step(AddingPictures(keeping(state.draft, keeps=False)), (note("sound.dropped"),))
        case Chose("drop_pictures"):
            dropped = DropPictures(state.draft.pictures)
            return Step(
                Reviewing(replace(state.draft, pictures=())),
                (note("pictures_dropped"),),
                (dropped,),
            )
        case Said() | Showed():
            kept, notes = keep(state.draft, event, facts)
            return Step(AddingPictures(kept), notes)
        case _:
            return Step(state, not_taken(event))


def pictures_screen(state: AddingPictures, facts: Facts) -> Screen:
    """How many there are, and that hidden data is removed but faces are not."""
    choices = [SEND, choice("done"), *sound_choice(state.draft)]
    if state.draft.pictures:
        choices.append(by_word("drop_pictures"))
    # Where every answer is one message more, it is enough to read this once.
    is_told = bool(state.draft.pictures) and not facts.room.buttons
    return Screen(
        (
            *(() if is_told else (say("pictures.ask"),)),
            say("pictures.count", count=len(state.draft.pictures), most=facts.most_pictures),
            *sound_line(state.draft),
        ),
        tuple(choices),
        (BACK, STOP),
        Accepts.PICTURE,
    )


def keeping_sound(
    state: KeepingSound, event: Input, facts: Facts
) -> Step[KeepingSound | AddingPictures | Received | Reviewing]:
    """The sound of the draft's videos; the choice can be changed until [Send]."""
    match event:
        case Chose("send"):
            return send(state.draft, facts)
        case Chose("keep_sound"):
            kept = keeping(state.draft, keeps=True)
            return Step(AddingPictures(kept), (note("sound.kept"),))
        case Chose():
            return Step(AddingPictures(keeping(state.draft, keeps=False)))
        case Said() | Showed():
            kept, notes = keep(state.draft, event, facts)
            return Step(KeepingSound(kept), notes)
        case _:
            return Step(state, not_taken(event))


def sound_screen(_: KeepingSound, __: Facts) -> Screen:
    """Voices can give people away."""
    return Screen(
        (say("sound.warning", Tone.DANGER),),
        (SEND, choice("silent"), by_word("keep_sound")),
        (BACK, STOP),
    )


def hiding_from(
    state: HidingFrom, event: Input, facts: Facts
) -> Step[HidingFrom | PickingInsider | Reviewing | Received]:
    """Each press shuts out a unit, or lets it read again."""
    draft = state.draft
    match event:
        case Chose("send"):
            return send(draft, facts)
        case Chose("done"):
            return Step(Reviewing(draft))
        case Chose("hide_nobody"):
            return Step(Reviewing(replace(draft, hidden=frozenset())), (note("changed"),))
        case Chose("insiders"):
            return Step(PickingInsider(draft))
        case Chose(name) if name.startswith("hide_"):
            key = name.removeprefix("hide_")
            picked_unit = None if key == "company" else draft.picked
            return Step(HidingFrom(replace(draft, hidden=draft.hidden ^ {key}, picked=picked_unit)))
        case Said() | Showed():
            kept, notes = keep(draft, event, facts)
            return Step(HidingFrom(kept), notes)
        case _:
            return Step(state, not_taken(event))


def hiding_screen(state: HidingFrom, facts: Facts) -> Screen:
    """Who may be shut out here, and who reads it then."""
    draft = state.draft
    offered = hide_choices(draft.hidden, facts, draft.place)
    return Screen(
        (
            say("hide.ask" if offered else "hide.nothing"),
            say("review.reader", unit=reader_of(draft, facts).name),
        ),
        (
            SEND,
            *offered,
            *((choice("insiders"),) if routing.insiders(facts.tree, draft.place) else ()),
            *((choice("hide_nobody"),) if draft.hidden else ()),
            choice("done"),
        ),
        (BACK, STOP),
    )


def hide_choices(hidden: frozenset[str], facts: Facts, place: Place | None) -> tuple[Choice, ...]:
    """Who can be shut out at a place, with a mark on those who are."""
    return tuple(
        choice(
            f"hide_{each.key}",
            "hide.off" if each.key.value in hidden else "hide.on",
            who=say(f"hide.{each.key}"),
        )
        for each in routing.excludable(facts.tree, place)
    )


def picking_insider(
    state: PickingInsider, event: Input, facts: Facts
) -> Step[PickingInsider | HidingFrom | Reviewing | Received]:
    """A grassroots union reads a tip only when it is picked by name, after the warning."""
    draft = state.draft
    offered = routing.insiders(facts.tree, draft.place)[:_MOST_INSIDERS]
    match event:
        case Chose("send"):
            return send(draft, facts)
        case Chose(name) if name.startswith("unit"):
            at = int(name.removeprefix("unit"))
            unit = offered[at].id if at < len(offered) else None
            return Step(Reviewing(replace(draft, picked=unit, hidden=draft.hidden - {"company"})))
        case Chose("no_insider"):
            return Step(Reviewing(replace(draft, picked=None)))
        case Said() | Showed():
            kept, notes = keep(draft, event, facts)
            return Step(PickingInsider(kept), notes)
        case _:
            return Step(state, not_taken(event))


def insider_screen(state: PickingInsider, facts: Facts) -> Screen:
    """The warning, then the names."""
    units = routing.insiders(facts.tree, state.draft.place)[:_MOST_INSIDERS]
    return Screen(
        (say("insider.warning", Tone.DANGER), say("insider.ask")),
        (
            SEND,
            *(named(f"unit{at}", unit.name) for at, unit in enumerate(units)),
            choice("no_insider"),
        ),
        (BACK, STOP),
    )


def asking_police(
    state: AskingPolice, event: Input, facts: Facts
) -> Step[AskingPolice | Reviewing | Received]:
    """The default is: only the union."""
    match event:
        case Chose("send"):
            return send(state.draft, facts)
        case Chose("police_yes" | "police_no"):
            allowed = event.name == "police_yes"
            return Step(Reviewing(replace(state.draft, police=allowed)))
        case Said() | Showed():
            kept, notes = keep(state.draft, event, facts)
            return Step(AskingPolice(kept), notes)
        case _:
            return Step(state, not_taken(event))


def police_screen(state: AskingPolice, facts: Facts) -> Screen:
    """May it go to the police? Nothing goes by itself: a union officer decides after this yes."""
    key = "police.ask_unsafe" if state.draft.category is Category.UNSAFE else "police.ask"
    return Screen(
        (say(key, unit=reader_of(state.draft, facts).name),),
        (SEND, by_word("police_yes"), choice("police_no")),
        (BACK, STOP),
    )


def checking_code(
    state: CheckingCode, event: Input, facts: Facts
) -> Step[CheckingCode | Reviewing | Received]:
    """The last four symbols are asked back; it may be skipped."""
    match event:
        case Chose("send"):
            return send(state.draft, facts)
        case Chose("skip"):
            return Step(Reviewing(state.draft))
        case Said(words):
            if ends_right(words, state.draft.code):
                return Step(Reviewing(state.draft), (note("check.right"),))
            # More than four symbols may be something that somebody wanted to say.
            more = given_back(words if len(words) > _LONGEST_TAIL else "")
            return Step(state, (note("check.wrong"), *more))
        case _:
            return Step(state, not_taken(event))


def check_screen(_: CheckingCode, __: Facts) -> Screen:
    """The code is not shown here."""
    return Screen((say("check.ask"),), (SEND, choice("skip")), (BACK, STOP), Accepts.CODE)


def ends_right(words: str, code: str) -> bool:
    """Whether `words` are the last four symbols of `code`, or all of it, on any keyboard."""
    last = fold(words).replace(" ", "").upper().translate(_ALIKE)
    return last == code[-4:] or code in read(words) or code in read(f"{show(code[:-4])} {words}")
