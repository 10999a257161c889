"""Which step and which screen belong to a state; a state without one is a type error."""

from typing import assert_never

from handlers.screens import Screen
from handlers.states import (
    AddingPicture,
    AddingPictures,
    AddingVideo,
    AddingWords,
    Aside,
    AskingAbove,
    AskingDanger,
    AskingPlace,
    AskingPolice,
    AskingWeek,
    AskingWhose,
    AskingWhoseLater,
    AtDoorway,
    Calculating,
    Changing,
    ChangingCategory,
    ChangingDetails,
    ChangingPlace,
    ChangingStory,
    CheckingCode,
    ChoosingCalculator,
    ChoosingCategory,
    ChoosingDetail,
    ChoosingOften,
    ChoosingPart,
    ChoosingPlaces,
    ChoosingQuiz,
    ChoosingTopics,
    ConfirmingAddition,
    ConfirmingCancel,
    ConfirmingClose,
    ConfirmingDelete,
    ConfirmingTold,
    ConfirmingWho,
    ConfirmingWord,
    HidingFrom,
    HidingLater,
    KeepingSound,
    KnownToFew,
    LeavingOut,
    LeavingOutLater,
    NarrowingPlace,
    PickingInsider,
    PickingPlace,
    PlayingQuiz,
    PoliceLater,
    ReadingHandbook,
    ReadingNotice,
    ReadingSubscription,
    ReadingThread,
    ReadingWeek,
    Received,
    Resting,
    Reviewing,
    SendingUp,
    State,
    TakingBackWho,
    TellingDetail,
    TellingStory,
    TellingWho,
    TypingCode,
)
from handlers.turn import Facts
from handlers.worker import (
    additions,
    calculating,
    changes,
    details,
    first_week,
    followup,
    handbook,
    late,
    later,
    leaving,
    options,
    quizzing,
    review,
    rights,
    second_look,
    sound,
    story,
    subscribing,
    subscription,
    tip,
    told,
    welcome,
    where,
    who,
    whose,
)
from handlers.worker.step import Input, Step


def step(state: State, event: Input, facts: Facts) -> Step[State]:  # noqa: PLR0912, PLR0915 - one case a state
    """Let `event` happen in `state`."""
    match state:
        case Resting():
            return welcome.resting(state, event, facts)
        case ReadingNotice():
            return tip.reading_notice(state, event, facts)
        case ChoosingCategory():
            return tip.choosing_category(state, event, facts)
        case AskingDanger():
            return tip.asking_danger(state, event, facts)
        case AskingPlace():
            return where.asking_place(state, event, facts)
        case PickingPlace():
            return where.picking_place(state, event, facts)
        case NarrowingPlace():
            return where.narrowing_place(state, event, facts)
        case AtDoorway():
            return story.at_doorway(state, event, facts)
        case TellingStory():
            return story.telling_story(state, event, facts)
        case ChoosingDetail():
            return details.choosing_detail(state, event, facts)
        case TellingDetail():
            return details.telling_detail(state, event, facts)
        case KnownToFew():
            return details.known_to_few(state, event, facts)
        case Reviewing():
            return review.reviewing(state, event, facts)
        case AddingPictures():
            return options.adding_pictures(state, event, facts)
        case KeepingSound():
            return options.keeping_sound(state, event, facts)
        case HidingFrom():
            return options.hiding_from(state, event, facts)
        case PickingInsider():
            return options.picking_insider(state, event, facts)
        case AskingPolice():
            return options.asking_police(state, event, facts)
        case CheckingCode():
            return options.checking_code(state, event, facts)
        case Changing():
            return changes.changing(state, event, facts)
        case ChangingCategory():
            return changes.changing_category(state, event, facts)
        case ChangingPlace():
            return changes.changing_place(state, event, facts)
        case ChangingStory():
            return changes.changing_story(state, event, facts)
        case ChangingDetails():
            return details.changing_details(state, event, facts)
        case LeavingOut():
            return rights.leaving_out(state, event, facts)
        case AskingWhose():
            return whose.asking_whose(state, event, facts)
        case Received():
            return review.received(state, event, facts)
        case TypingCode():
            return followup.typing_code(state, event, facts)
        case ReadingThread():
            return followup.reading_thread(state, event, facts)
        case AddingWords():
            return additions.adding_words(state, event, facts)
        case AddingPicture():
            return additions.adding_picture(state, event, facts)
        case AddingVideo():
            return sound.adding_video(state, event, facts)
        case TellingWho():
            return who.telling_who(state, event, facts)
        case ConfirmingWho():
            return who.confirming_who(state, event, facts)
        case TakingBackWho():
            return who.taking_back_who(state, event, facts)
        case ConfirmingAddition():
            return additions.confirming_addition(state, event, facts)
        case LeavingOutLater():
            return rights.leaving_out_later(state, event, facts)
        case AskingWhoseLater():
            return whose.asking_whose_later(state, event, facts)
        case ConfirmingClose():
            return later.confirming_close(state, event, facts)
        case ConfirmingDelete():
            return later.confirming_delete(state, event, facts)
        case ConfirmingTold():
            return told.confirming_told(state, event, facts)
        case HidingLater():
            return later.hiding_later(state, event, facts)
        case PoliceLater():
            return later.police_later(state, event, facts)
        case AskingAbove():
            return second_look.asking_above(state, event, facts)
        case SendingUp():
            return late.sending_up(state, event, facts)
        case ReadingSubscription():
            return subscription.reading_subscription(state, event, facts)
        case ChoosingTopics():
            return subscribing.choosing_topics(state, event, facts)
        case ChoosingPlaces():
            return subscribing.choosing_places(state, event, facts)
        case ChoosingOften():
            return subscription.choosing_often(state, event, facts)
        case ChoosingPart():
            return subscription.choosing_part(state, event, facts)
        case ReadingHandbook():
            return handbook.reading_handbook(state, event, facts)
        case ChoosingCalculator():
            return calculating.choosing_calculator(state, event, facts)
        case Calculating():
            return calculating.calculating(state, event, facts)
        case ChoosingQuiz():
            return quizzing.choosing_quiz(state, event, facts)
        case PlayingQuiz():
            return quizzing.playing_quiz(state, event, facts)
        case ReadingWeek():
            return first_week.reading_week(state, event, facts)
        case AskingWeek():
            return first_week.asking_week(state, event, facts)
        case Aside():
            return welcome.aside(state, event, facts)
        case ConfirmingCancel():
            return leaving.confirming_cancel(state, event, facts)
        case ConfirmingWord():
            return leaving.confirming_word(state, event, facts)
        case _:
            assert_never(state)


def screen(state: State, facts: Facts) -> Screen:  # noqa: PLR0912, PLR0915 - one case a state
    """What a worker in `state` is shown."""
    match state:
        case Resting():
            return welcome.resting_screen(state, facts)
        case ReadingNotice():
            return tip.notice_screen(state, facts)
        case ChoosingCategory():
            return tip.category_screen(state, facts)
        case AskingDanger():
            return tip.danger_screen(state, facts)
        case AskingPlace():
            return where.place_screen(state, facts)
        case PickingPlace():
            return where.picking_screen(state, facts)
        case NarrowingPlace():
            return where.narrowing_screen(state, facts)
        case AtDoorway():
            return story.doorway_screen(state, facts)
        case TellingStory():
            return story.story_screen(state, facts)
        case ChoosingDetail() | TellingDetail():
            return details.detail_screen(state, facts)
        case KnownToFew():
            return details.few_screen(state, facts)
        case Reviewing():
            return review.review_screen(state, facts)
        case AddingPictures():
            return options.pictures_screen(state, facts)
        case KeepingSound():
            return options.sound_screen(state, facts)
        case HidingFrom():
            return options.hiding_screen(state, facts)
        case PickingInsider():
            return options.insider_screen(state, facts)
        case AskingPolice():
            return options.police_screen(state, facts)
        case CheckingCode():
            return options.check_screen(state, facts)
        case Changing():
            return changes.changing_screen(state, facts)
        case ChangingCategory():
            return changes.changing_category_screen(state, facts)
        case ChangingPlace():
            return changes.changing_place_screen(state, facts)
        case ChangingStory():
            return changes.changing_story_screen(state, facts)
        case ChangingDetails():
            return details.changing_details_screen(state, facts)
        case LeavingOut():
            return rights.leaving_out_screen(state, facts)
        case AskingWhose():
            return whose.asking_whose_screen(state, facts)
        case Received():
            return review.received_screen(state, facts)
        case TypingCode():
            return followup.code_screen(state, facts)
        case ReadingThread():
            return followup.thread_screen(state, facts)
        case AddingWords():
            return additions.adding_screen(state, facts)
        case AddingPicture():
            return additions.adding_picture_screen(state, facts)
        case AddingVideo():
            return sound.adding_video_screen(state, facts)
        case TellingWho():
            return who.telling_who_screen(state, facts)
        case ConfirmingWho():
            return who.confirming_who_screen(state, facts)
        case TakingBackWho():
            return who.taking_back_screen(state, facts)
        case ConfirmingAddition():
            return additions.confirming_addition_screen(state, facts)
        case LeavingOutLater():
            return rights.leaving_out_later_screen(state, facts)
        case AskingWhoseLater():
            return whose.asking_whose_later_screen(state, facts)
        case ConfirmingClose():
            return later.close_screen(state, facts)
        case ConfirmingDelete():
            return later.delete_screen(state, facts)
        case ConfirmingTold():
            return told.told_screen(state, facts)
        case HidingLater():
            return later.hiding_later_screen(state, facts)
        case PoliceLater():
            return later.police_later_screen(state, facts)
        case AskingAbove():
            return second_look.asking_above_screen(state, facts)
        case SendingUp():
            return late.sending_up_screen(state, facts)
        case ReadingSubscription():
            return subscription.subscription_screen(state, facts)
        case ChoosingTopics():
            return subscribing.topics_screen(state, facts)
        case ChoosingPlaces():
            return subscribing.places_screen(state, facts)
        case ChoosingOften():
            return subscription.often_screen(state, facts)
        case ChoosingPart():
            return subscription.part_screen(state, facts)
        case ReadingHandbook():
            return handbook.handbook_screen(state, facts)
        case ChoosingCalculator():
            return calculating.calculators_screen(state, facts)
        case Calculating():
            return calculating.calculating_screen(state, facts)
        case ChoosingQuiz():
            return quizzing.list_screen(state, facts)
        case PlayingQuiz():
            return quizzing.quiz_screen(state, facts)
        case ReadingWeek():
            return first_week.week_screen(state, facts)
        case AskingWeek():
            return first_week.asking_screen(state, facts)
        case Aside():
            return welcome.aside_screen(state, facts)
        case ConfirmingCancel():
            return leaving.cancel_screen(state, facts)
        case ConfirmingWord():
            return leaving.word_screen(state, facts)
        case _:
            assert_never(state)
