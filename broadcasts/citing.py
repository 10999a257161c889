"""What a bulletin rests on, in the language of its reader."""

import re
import unicodedata

from handlers import laws
from handlers.bulletins import Citation
from handlers.folding import clean
from handlers.languages import Language

_ARTICLES = re.compile(r"^\s*(?:điều|đ\.|articles?|arts?\.?)\s*", re.IGNORECASE)
_IN_AN_ARTICLE = ((r"\bkhoản\b", "clause"), (r"\bđiểm\b", "point"), (r"\bvà\b", "and"))
_IN_A_SOURCE = (
    (r"\bbài viết về\b", "an article on the"),
    (r"\bbản sửa đổi năm\b", "as amended in"),
    (r"\bvà\b", "and"),
)


def plain(words: str) -> str:
    """One line, composed, without what cannot be seen."""
    return " ".join(unicodedata.normalize("NFC", clean(words)).split())


def cited(citation: Citation, language: Language) -> tuple[str, str]:
    """The document and its articles, which may be empty; in English by the English name, where we
    know one.
    """
    document, article = plain(citation.document), plain(citation.article)
    if language is Language.VI:
        return document, article
    return _named(document), _counted(article)


def source(words: str, language: Language) -> str:
    """Where it was read: in English the documents that we know by their English names, and the few
    words that stand between them in our library.
    """
    words = plain(words)
    if language is Language.VI:
        return words
    for number in laws.numbers_in(words):
        document = laws.load().get(number)
        if document is not None:
            words = words.replace(f"{document.vi} {number}", f"{document.en} {number}")
    for vietnamese, english in _IN_A_SOURCE:
        words = re.sub(vietnamese, english, words, flags=re.IGNORECASE)
    return words


def _named(document: str) -> str:
    """Every document that is named in it, in English; as it stands where one is not known."""
    known = laws.load()
    numbers = laws.numbers_in(document)
    if not numbers or any(each not in known for each in numbers):
        return document
    names = [f"{known[each].en} {each}" for each in numbers]
    return ", amended by ".join(names) if "sửa" in document else ", ".join(names)


def _counted(article: str) -> str:
    words = _ARTICLES.sub("", article)
    for vietnamese, english in _IN_AN_ARTICLE:
        words = re.sub(vietnamese, english, words)
    many = len(laws.articles_in(words)) > 1
    return f"{'Articles' if many else 'Article'} {words}" if words else ""
