"""Takes the files of a form into the talk, one after the other."""

from contextlib import aclosing
from dataclasses import dataclass, field

from bot.inbound import MOST_FILES, Answer
from bot.web.numbering import Turns
from bot.web.uploads import Form
from handlers.events import Brought, Picture, Showed, Unusable
from handlers.screens import Line, Tone
from handlers.texts import Texts

MOST_AT_ONCE = MOST_FILES
"""More than a draft may hold are not even cleaned."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the files: the last answer of the talk (None: there was no file), how many
    were kept and left, and what was said about those that were left, and of sounds.
    """

    answer: Answer | None
    kept: int
    left: int
    said: tuple[Line, ...] = field(repr=False)


async def take(turns: Turns, form: Form) -> Taken:
    """Each file is a turn; what cannot be taken is answered once for each reason."""
    answer: Answer | None = None
    kept, refused, said = 0, list[Unusable](), list[Line]()
    async with aclosing(form.files()) as files:
        async for brought in files:
            result: Picture | Unusable
            if isinstance(brought, Unusable):
                result = brought
            elif Unusable.STORE_FULL in refused:
                result = Unusable.STORE_FULL
            elif kept == MOST_AT_ONCE or await turns.has_enough():
                result = Unusable.ENOUGH
            else:
                result = await turns.keep_picture(brought)
            if isinstance(result, Picture):
                answer, kept = await turns.take(Showed(result)), kept + 1
                if result.loud:
                    # That its sound is gone is said, whatever comes after it.
                    said.extend(_remarks(answer))
            else:
                refused.append(result)
    for why in dict.fromkeys(refused):
        answer = await turns.take(Brought(why))
        said.extend(answer.rendered.lines)
    return Taken(answer, kept, len(refused), tuple(said))


def _remarks(answer: Answer) -> list[Line]:
    return [line for line in answer.rendered.lines if line.tone is Tone.NOTE]


def notices(taken: Taken, texts: Texts, shown: Answer) -> tuple[str, ...]:
    """What stands above the screen `shown`: counts, and why files were left, if it does not say."""
    if taken.kept + taken.left < 2:
        return ()  # the talk itself has said it
    counts = {"page.pictures.kept": taken.kept, "page.pictures.left": taken.left}
    told = [texts.get(key, n=count) for key, count in counts.items() if count]
    # The screen itself is repeated in every answer; what only one of them said is the reason.
    reasons = [line.text for line in taken.said if line not in shown.rendered.lines]
    return (*told, *dict.fromkeys(reasons))
