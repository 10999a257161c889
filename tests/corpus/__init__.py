"""Files with a secret in every place known to leak, and files made to hurt whoever opens them.

All are made anew by small writers, the same each time. `make corpus` cleans them and counts what is
left of the secret.
"""

from collections.abc import Callable, Iterator

from tests.corpus import films, gifs, heifs, jpegs, pdfs, pngs, webps
from tests.corpus.planting import CANARY, Planted, forms

_MAKERS: dict[str, Callable[[], Iterator[Planted]]] = {
    "jpeg": jpegs.planted,
    "png": pngs.planted,
    "webp": webps.planted,
    "gif": gifs.planted,
    "heif": heifs.planted,
    "pdf": pdfs.planted,
    "film": films.planted,
}
FAMILIES = tuple(_MAKERS)

__all__ = ["CANARY", "FAMILIES", "Planted", "family", "forms", "planted"]


def family(name: str) -> Iterator[Planted]:
    """All planted files of one family."""
    return _MAKERS[name]()


def planted() -> Iterator[Planted]:
    """The whole corpus."""
    for name in FAMILIES:
        yield from family(name)
