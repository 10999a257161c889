"""`make coach`: how well the coach sees, and every line where it went wrong; ends with JSON."""

import json
import sys

from tests import figures
from tests.coach import measuring


def main() -> int:
    """Print and keep the figures. 1 where a set is worse than was promised."""
    seen = measuring.everything()
    for name, each in seen.items():
        print(
            f"{name}: {each.found:.1%} of {each.labelled} found,"
            f" {each.false_alarms:.1%} of {each.harmless} harmless lines asked about"
        )
        for line in each.missed:
            print(f"  missed {' '.join(sorted(line.kinds))}: {line.words}")
        for line in each.false:
            print(f"  asked for nothing: {line.words}")
    told = measuring.figures(seen)
    figures.keep("coach", **told)
    print(json.dumps(told, sort_keys=True))
    return 0 if all(measuring.is_kept(each) for each in seen.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
