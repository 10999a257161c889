"""A bulletin as people read it: one text for all of a language, nothing of the reader in it."""

from functools import cache

from broadcasts import citing
from handlers.bell import Listed
from handlers.bulletins import Citation, Content
from handlers.languages import Language
from handlers.screens import Button
from handlers.texts import Texts

MOST_UNITS = 4096
"""What a Telegram message holds, in UTF-16 units."""
STOP, CHANGE, WHY = "bulletin:stop", "bulletin:change", "bulletin:why"
_LABELS = {
    STOP: "mailing.button.stop",
    CHANGE: "mailing.button.change",
    WHY: "mailing.button.why",
}
_MORE = "…"


def text_of(
    content: Content, language: Language, unit_name: str, bells: Listed | None = None
) -> str:
    """What a subscriber reads, at most 4096 UTF-16 units: a wording that is too long (see
    `length_of`) loses the end of its body, never its action, source or the way out. The bell's list
    stands under it where it is short and there is room, the same for everybody.
    """
    return _fitted(content, language, unit_name, bells, why=True)


def post_of(
    content: Content, language: Language, unit_name: str, bells: Listed | None = None
) -> str:
    """The same for a channel or a group, where nobody subscribed with us."""
    return _fitted(content, language, unit_name, bells, why=False)


def bells_of(listed: Listed | None, language: Language) -> str:
    """The bell's list as it stands under a bulletin; empty where it is too long for that."""
    if listed is None or not listed.fits_under_a_bulletin:
        return ""
    return _texts(language).get(
        "mailing.bells",
        hour=listed.change.hour,
        day=f"{listed.change.day:%d/%m/%Y}",
        numbers=" ".join(listed.numbers),
    )


def length_of(content: Content, language: Language, unit_name: str) -> int:
    """How long the whole text is, in UTF-16 units; above MOST_UNITS it would be cut."""
    body = content.wording(language).body.strip()
    return units(_whole(content, language, unit_name, body, why=True))


def buttons(language: Language, bulletin: str = "") -> tuple[Button, ...]:
    """What stands under a subscriber's bulletin; the names work for ever, on any bulletin. With its
    id, [Why?] can say why this one came.
    """
    texts, about = _texts(language), {WHY: f"{WHY}:{bulletin}"} if bulletin else {}
    return tuple(Button(about.get(name, name), texts.get(key)) for name, key in _LABELS.items())


def units(text: str) -> int:
    """The length of a text as Telegram counts it: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fitted(
    content: Content, language: Language, unit_name: str, listed: Listed | None, *, why: bool
) -> str:
    body = content.wording(language).body.strip()
    bells = bells_of(listed, language)
    full = _whole(content, language, unit_name, body, bells, why=why)
    if units(full) <= MOST_UNITS:
        return full
    whole = _whole(content, language, unit_name, body, why=why)
    over = units(whole) - MOST_UNITS
    if over <= 0:
        return whole
    shorter = _cut(body, max(0, units(body) - over - units(_MORE))) + _MORE
    return _cut(_whole(content, language, unit_name, shorter, why=why), MOST_UNITS)


def _whole(
    content: Content,
    language: Language,
    unit_name: str,
    body: str,
    bells: str = "",
    *,
    why: bool,
) -> str:
    wording, texts = content.wording(language), _texts(language)
    foot = [texts.get("mailing.from", unit=unit_name)]
    if content.legal:
        foot.insert(0, texts.get("mailing.no_advice", unit=unit_name))
    if content.citations:
        cited = "; ".join(_cited(each, language) for each in content.citations)
        foot.insert(0, texts.get("mailing.basis", citations=cited))
    if why:
        foot.append(texts.get("mailing.why"))
    told = (wording.title.strip(), body, wording.action.strip(), bells, "\n".join(foot))
    return "\n\n".join(each for each in told if each)


def _cited(citation: Citation, language: Language) -> str:
    texts = _texts(language)
    cited, article = citing.cited(citation, language)
    if article:
        cited = texts.get("mailing.cited", document=cited, article=article)
    if citation.effective_from is None:
        return cited
    day = f"{citation.effective_from:%d/%m/%Y}"
    return texts.get("mailing.effective", cited=cited, day=day)


def _cut(text: str, most: int) -> str:
    """The beginning of a text, at most `most` units; no character is cut in two."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * most].decode("utf-16-le", "ignore")


@cache
def _texts(language: Language) -> Texts:
    return Texts.load(language)
