"""Keeps an eye on files that should not be there while the product works."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import product
from tests.product import Server


@contextmanager
def watched(server: Server, database: Path, *, seconds: float) -> Iterator[set[str]]:
    """Every temporary file and file without a name that the server's process had open, or that lay
    in its folder for such, at one of the looks; there is one all so many `seconds`.
    """
    loose: set[str] = set()
    is_over = threading.Event()

    def look() -> None:
        # In a thread: whoever shares the loop with those who send does not see what comes between.
        while not is_over.wait(seconds):
            process = server.process
            if process is not None and process.returncode is None:
                loose.update(product.loose_files(process.pid, server.temporary, database))

    thread = threading.Thread(target=look, name="loose files")
    thread.start()
    try:
        yield loose
    finally:
        is_over.set()
        thread.join()
