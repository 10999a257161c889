"""A short post for a page or a group: no tags, no people, no address that tells who came."""

from broadcasts.derived.origin import Origin, Refused, too_long
from broadcasts.derived.told import bare, sentences, texts_of, told
from handlers.languages import Language

MOST = 1_200
_LINE = 130


def text(origin: Origin, language: Language) -> str | Refused:
    """The post, at most 1,200 characters."""
    texts, words = texts_of(language), told(origin, language)
    foot = [texts.get("derived.basis", cited="; ".join(words.cited))] if words.cited else []
    if not foot and words.source:
        foot.append(texts.get("derived.source", source=words.source))
    foot += [" ".join(each for each in (words.checked, words.expires) if each), words.unit]
    ways = [texts.get("derived.more", address=bare(origin.page))] if origin.page else []
    if origin.home:
        ways.append(texts.get("derived.tip", address=bare(origin.home)))
    action = texts.get("derived.do", action=words.action)
    blocks = [words.warning, words.title, *_paragraphs(words.body), action, "\n".join(ways)]
    blocks.append("\n".join(each for each in (*foot, words.ask) if each))
    made = "\n\n".join(each for each in blocks if each)
    return made if len(made) <= MOST else too_long(len(made) - MOST)


def _paragraphs(body: str) -> list[str]:
    """The sentences of the body, short ones together: on a phone a wall of text is not read."""
    found: list[str] = []
    for each in sentences(body):
        if found and len(found[-1]) + len(each) < _LINE:
            found[-1] += f" {each}"
        else:
            found.append(each)
    return found
