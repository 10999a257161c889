"""`make corpus`: clean every planted file, throw every hostile one, and say what was left."""

import asyncio
import json
import sys

from tests import figures
from tests.corpus import running


def main() -> int:
    """Print the figures, the last line as JSON, and keep them; 1 unless nothing was left."""
    told = asyncio.run(running.figures())
    figures.keep("files", **told)
    print(json.dumps(told, sort_keys=True))
    wrong = ("refused", "bytes_found_after", "exiftool_after", "exiftool_more", "answered_wrongly")
    is_bad = any(told[each] for each in (*wrong, "children_left"))
    return int(is_bad or told["found_before"] != told["files"])


if __name__ == "__main__":
    sys.exit(main())
