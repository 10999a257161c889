"""Quizzes in the talk: a list, five questions with their answers explained, a score for the player
alone. What may be counted leaves as one effect at the end, without who, where and when.
"""

import hashlib
from collections.abc import Iterable

from handlers import quizzes
from handlers.effects import CountQuiz, Effect
from handlers.events import Chose
from handlers.quizzes import Question, Quiz
from handlers.screens import Choice, Say, Screen, Tone, say
from handlers.states import ChoosingQuiz, PlayingQuiz, ReadingHandbook, State
from handlers.turn import Facts
from handlers.worker import learning
from handlers.worker.step import BACK, HOME, Input, Step, choice, named, not_taken, note

_QUIZ = "quiz_"
_OTHERS = "quiz_others"
_AGAIN = "quiz_again"


def choosing_quiz(
    state: ChoosingQuiz, event: Input, facts: Facts
) -> Step[ChoosingQuiz | PlayingQuiz]:
    """Begin the quiz that was chosen."""
    match event:
        case Chose(name):
            quiz = _offered(name.removeprefix(_QUIZ), facts)
            if quiz is None:
                return Step(state, (note("quiz.changed"),))
            return Step(_begun(quiz, state, facts))
        case _:
            return Step(state, not_taken(event))


def list_screen(_: ChoosingQuiz, facts: Facts) -> Screen:
    """All quizzes that hold today."""
    found = quizzes.current(facts.today, facts.replaced)
    choices = tuple(Choice(f"{_QUIZ}{quiz.id}", say(f"topic.{quiz.topic}")) for quiz in found)
    says = (say("quiz.choose"), say("quiz.counted")) if choices else (say("quiz.none"),)
    return Screen(says, choices, (BACK, HOME))


def playing_quiz(
    state: PlayingQuiz, event: Input, facts: Facts
) -> Step[PlayingQuiz | ChoosingQuiz]:
    """An answer is explained at once, and the next question follows."""
    if not isinstance(event, Chose):
        return Step(state, not_taken(event))
    if event.name == _OTHERS:
        return Step(ChoosingQuiz(state.back, state.played))
    if event.name == _AGAIN:
        quiz = _offered(state.quiz, facts)
        if quiz is None:
            return Step(ChoosingQuiz(state.back, state.played), (note("quiz.changed"),))
        return Step(_begun(quiz, state, facts))
    return _answered(state, event.name, facts)


def quiz_screen(state: PlayingQuiz, facts: Facts) -> Screen:
    """The present question, or the score at the end."""
    if len(state.given) == len(state.order):
        return _end(state)
    question = _question(state)
    if question is None:
        return Screen((say("quiz.changed"),), (choice("quiz_others"),), (BACK, HOME))
    asked = question.asked(facts.language)
    number, of = len(state.given) + 1, len(state.order)
    choices = tuple(
        named(_name(state, letter), asked.options[letter])
        for letter in _shuffled(asked.options, f"{state.dice}|{question.id}")
    )
    says = (say("quiz.number", number=number, of=of), say("raw", text=asked.ask))
    return Screen(says, choices, (BACK, HOME))


def up(state: ChoosingQuiz | PlayingQuiz) -> State:
    """Where [Back] leads: to the list, and from there to the shelf of the handbook."""
    if isinstance(state, PlayingQuiz):
        return ChoosingQuiz(state.back, state.played)
    return ReadingHandbook(state.back, learning.SHELF)


def _begun(quiz: Quiz, state: ChoosingQuiz | PlayingQuiz, facts: Facts) -> PlayingQuiz:
    ids = (each.id for each in quiz.current(facts.today, facts.replaced))
    order = _shuffled(ids, str(facts.dice))
    return PlayingQuiz(state.back, quiz.id, order, facts.dice, played=state.played)


def _answered(state: PlayingQuiz, name: str, facts: Facts) -> Step[PlayingQuiz | ChoosingQuiz]:
    question = _question(state)
    if question is None:
        return Step(ChoosingQuiz(state.back, state.played), (note("quiz.changed"),))
    is_right = name == _name(state, question.right)
    given = (*state.given, is_right)
    is_over = len(given) == len(state.order)
    played = state.played | {state.quiz} if is_over else state.played
    after = PlayingQuiz(state.back, state.quiz, state.order, state.dice, given, played)
    return Step(after, _explained(question, facts, is_right=is_right), _counted(state, given))


def _counted(state: PlayingQuiz, given: tuple[bool, ...]) -> tuple[Effect, ...]:
    """Only a whole round counts, and whoever plays again at once counts once."""
    if len(given) < len(state.order) or state.quiz in state.played:
        return ()
    return (CountQuiz(state.quiz, tuple(zip(state.order, given, strict=True))),)


def _explained(question: Question, facts: Facts, *, is_right: bool) -> tuple[Say, ...]:
    asked = question.asked(facts.language)
    answer = asked.options[question.right]
    told = note("quiz.right") if is_right else note("quiz.wrong", answer=answer)
    law = question.law(facts.language)
    if not law:
        return (told, say("raw", Tone.NOTE, text=asked.why))
    because = say("quiz.why", Tone.NOTE, why=asked.why, law=say("quiz.law", law=law))
    return (told, because)


def _end(state: PlayingQuiz) -> Screen:
    score = say("quiz.score", right=sum(state.given), of=len(state.given))
    says = (score, say("quiz.yours"))
    return Screen(says, (choice("quiz_again"), choice("quiz_others")), (BACK, HOME))


def _offered(key: str, facts: Facts) -> Quiz | None:
    quiz = quizzes.load().get(key)
    return quiz if quiz and quiz.current(facts.today, facts.replaced) else None


def _question(state: PlayingQuiz) -> Question | None:
    """The present question; None where the program has changed meanwhile."""
    quiz = quizzes.load().get(state.quiz)
    return quiz.question(state.order[len(state.given)]) if quiz is not None else None


def _name(state: PlayingQuiz, letter: str) -> str:
    """What the answer is called; a button of an earlier question has another name."""
    return f"q{len(state.given) + 1}_{letter}"


def _shuffled(ids: Iterable[str], dice: str) -> tuple[str, ...]:
    return tuple(sorted(ids, key=lambda each: hashlib.sha256(f"{dice}|{each}".encode()).digest()))
