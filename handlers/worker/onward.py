"""The way over the questions of a form: which comes next, which came before, what was answered."""

from dataclasses import replace

from handlers.folding import fold
from handlers.forms import UNKNOWN, Form, Question, Wording
from handlers.states import (
    ChangingDetails,
    ChangingStory,
    ChoosingDetail,
    Detail,
    Draft,
    KnownToFew,
    Reviewing,
    TellingDetail,
)
from handlers.turn import Facts

Onward = Reviewing | ChoosingDetail | TellingDetail
"""Where a story leads: to a question of the form, or to the review."""

UNKNOWN_SAID = Wording("không rõ", "don't know")
"""What stands in the tip where the worker does not know."""


def onward(draft: Draft, facts: Facts) -> Onward:
    """The next question that was not asked yet; the review where there is none."""
    questions = asked(draft, facts)
    names = [each.name for each in questions]
    at = names.index(draft.asked_to) + 1 if draft.asked_to in names else 0
    if not draft.asks or at >= len(questions):
        return Reviewing(replace(draft, asks=False))
    return put(draft, questions[at])


def put(draft: Draft, question: Question) -> ChoosingDetail | TellingDetail:
    """The state in which that question is asked."""
    if question.options:
        return ChoosingDetail(draft, question.name)
    return TellingDetail(draft, question.name)


def asked_before(
    state: ChoosingDetail | TellingDetail | KnownToFew, facts: Facts
) -> ChoosingDetail | TellingDetail | ChangingStory | ChangingDetails:
    """Where [Back] leads: the question before, and from the first one to the story."""
    draft = state.draft
    questions = asked(draft, facts)
    names = [each.name for each in questions]
    at = names.index(state.question) if state.question in names else 0
    if isinstance(state, KnownToFew) and questions:
        return put(draft, questions[at])
    if not draft.asks:
        return ChangingDetails(draft)
    if at == 0:
        return ChangingStory(replace(draft, asked_to=""))
    before = names[at - 2] if at > 1 else ""
    return put(replace(draft, asked_to=before), questions[at - 1])


def written_anew(
    draft: Draft, piece: str, facts: Facts
) -> ChangingStory | ChoosingDetail | TellingDetail:
    """Where the worker writes that piece of their words anew: the story, or the question that it
    answered.
    """
    for given in draft.details:
        question = form_of(draft, facts).question(given.question)
        if given.is_own and given.said == piece and piece != draft.story and question is not None:
            return put(draft, question)
    return ChangingStory(draft)


def form_of(draft: Draft, facts: Facts) -> Form:
    """The form of the draft's category; one without questions where there is none."""
    return facts.forms.get(draft.category) or Form(draft.category, ())


def asked(draft: Draft, facts: Facts) -> tuple[Question, ...]:
    """The questions that are asked of whoever answered so."""
    chosen = {each.question: each.choice for each in draft.details}
    return form_of(draft, facts).asked(chosen)


def detail(draft: Draft, question: str) -> Detail | None:
    """What was answered to that question."""
    return next((each for each in draft.details if each.question == question), None)


def answered(draft: Draft, given: Detail, facts: Facts) -> tuple[Draft, tuple[Detail, ...]]:
    """The draft with that answer, in the form's order; and the answers in the worker's own words
    that went because their question is asked no more. What another category's form asked stays.
    """
    form = form_of(draft, facts)
    order = {each.name: at for at, each in enumerate(form.questions)}
    every = [*(each for each in draft.details if each.question != given.question), given]
    every.sort(key=lambda each: order.get(each.question, -1))
    after = replace(draft, details=tuple(every), asked_to=given.question)
    stays = {each.name for each in asked(after, facts)}
    gone = tuple(
        each for each in after.details if each.question in order and each.question not in stays
    )
    kept = tuple(each for each in after.details if each not in gone)
    return replace(after, details=kept), tuple(each for each in gone if each.is_own)


def without(draft: Draft, question: str) -> Draft:
    """The draft without the answer to that question."""
    kept = tuple(each for each in draft.details if each.question != question)
    return replace(draft, details=kept)


def lines_of(draft: Draft, facts: Facts) -> str:
    """The answers as the worker reads them, one a line; empty where there are none."""
    return "\n".join(_line(each, draft, facts) for each in draft.details)


def said_of(given: Detail, draft: Draft, facts: Facts) -> str:
    """The answer in the worker's language; as it will be sent where the form does not know it."""
    if given.choice == UNKNOWN:
        return UNKNOWN_SAID.get(facts.language)
    question = form_of(draft, facts).question(given.question)
    option = question.option(given.choice) if question else None
    return option.label.get(facts.language) if option else given.said


def _line(given: Detail, draft: Draft, facts: Facts) -> str:
    question = form_of(draft, facts).question(given.question)
    if question is None or fold(question.label.vi) != fold(given.label):
        return f"{given.label}: {given.said}"
    return f"{question.label.get(facts.language)}: {said_of(given, draft, facts)}"
