"""`make scope`: judge the scope rule by its sets, on every road; the last line is JSON."""

import json
import sys
from dataclasses import asdict

from handlers.worker import scope
from tests import figures
from tests.scope import texts
from tests.scope.judging import judge


def main() -> int:
    """0 where the promise is kept on the sets."""
    for name, wanted in ((texts.OUT, "ONLY"), (texts.MIXED, "MIXED"), (texts.IN, "CLEAR")):
        for each in texts.load(name):
            if (found := scope.read(each).name) != wanted:
                print(f"{name}: {found.lower()} instead of {wanted.lower()}: {each}")
    judged = judge(every_road=True)
    figures.keep("scope", **asdict(judged))
    print(json.dumps(asdict(judged), sort_keys=True))
    return 0 if judged.holds else 1


if __name__ == "__main__":
    sys.exit(main())
