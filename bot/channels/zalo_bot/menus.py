"""A screen as one text: choices are numbers, what consents or destroys is a word, 0 goes back."""

from handlers.screens import Accepts, Button, Rendered
from handlers.texts import Texts

_BACK = ("back", "home")
# There a 0 may belong to what is asked for, so the way back is a word.
_FREE = (Accepts.WORDS, Accepts.PLACE, Accepts.NUMBER)


def text_of(rendered: Rendered, texts: Texts) -> str:
    """What a person reads: the sayings, the numbered choices, then what else may be typed."""
    numbered = [each for each in rendered.choices if not each.word]
    lines = [
        texts.get("menu.choice", number=number, label=each.label)
        for number, each in enumerate(numbered, start=1)
    ]
    lines += [
        texts.get("menu.word", word=each.word, label=each.label)
        for each in rendered.choices
        if each.word
    ]
    back = _back(rendered)
    if back is not None:
        lines.append(texts.get("menu.back", label=back.label))
    typed = [_typed(each, texts) for each in rendered.ways if each is not back]
    if typed:
        lines.append(texts.get("menu.ways", labels=", ".join(typed)))
    blocks = [*(line.text for line in rendered.lines), "\n".join(lines)]
    return "\n\n".join(each for each in blocks if each)


def _typed(way: Button, texts: Texts) -> str:
    # The label of this one, typed with its marks, would end everything without a question.
    return texts.get("menu.stop") if way.name == "stop" else way.label.upper()


def _back(rendered: Rendered) -> Button | None:
    if rendered.accepts in _FREE:
        return None
    found = {way.name: way for way in rendered.ways}
    return next((found[name] for name in _BACK if name in found), None)
