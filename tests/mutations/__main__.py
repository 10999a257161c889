"""Break one promise after the other in a copy of the tree; its test must fail each time.

`python -m tests.mutations [NAME …]` (or `make mutations`). The last line is JSON; the exit code is
1 when a broken promise went unnoticed, when an edit does not apply any more, or when a test is not
green to begin with.
"""

import json
import queue
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import perf_counter

from tests import figures
from tests.mutations import table
from tests.mutations.copies import BASE_SECONDS, ONE_SECONDS, Copy, copied
from tests.mutations.table import Mutation, Unusable

COPIES = 2
"""Run at the same time, each in a copy of its own."""


def main(names: Sequence[str]) -> int:
    """All mutations, or those that are named."""
    try:
        chosen = _chosen(names)
    except Unusable as error:
        print(error, file=sys.stderr)
        return 1
    begun = perf_counter()
    with ExitStack() as stack:
        copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for _ in range(COPIES):
            copies.put(stack.enter_context(copied()))
        if not _are_green(chosen, copies):
            return 1
        with ThreadPoolExecutor(COPIES) as pool:
            verdicts = list(pool.map(lambda each: _try(each, copies), chosen))
    survived = [name for name, is_caught in verdicts if not is_caught]
    print(f"{perf_counter() - begun:.0f} s")
    caught = len(chosen) - len(survived)
    told = {"mutations": len(chosen), "caught": caught, "survived": survived}
    if not names:
        figures.keep("mutations", **told)
    print(json.dumps(told))
    return 1 if survived else 0


def _chosen(names: Sequence[str]) -> Sequence[Mutation]:
    every = table.load()
    unknown = set(names) - {each.name for each in every}
    if unknown:
        raise Unusable(f"no such mutation: {', '.join(sorted(unknown))}")
    return [each for each in every if not names or each.name in names]


def _are_green(chosen: Sequence[Mutation], copies: "queue.SimpleQueue[Copy]") -> bool:
    """The control: unbroken, every test passes and none is skipped."""
    copy = copies.get()
    try:
        tests = sorted({each.test for each in chosen})
        ran = copy.run(tests, BASE_SECONDS, COPIES)
    finally:
        copies.put(copy)
    if not ran.is_green:
        print(ran.said, file=sys.stderr)
        print("before anything was broken, these tests did not all pass", file=sys.stderr)
    return ran.is_green


def _try(mutation: Mutation, copies: "queue.SimpleQueue[Copy]") -> tuple[str, bool]:
    copy = copies.get()
    try:
        with copy.spoiled(mutation):
            ran = copy.run([mutation.test], ONE_SECONDS)
    except Unusable as error:
        print(f"does not apply: {error}")
        return mutation.name, False
    finally:
        copies.put(copy)
    print(
        f"{'caught  ' if ran.is_caught else 'SURVIVED'} {mutation.name}: {mutation.promise}",
        flush=True,
    )
    if not ran.is_caught:
        print(ran.said, file=sys.stderr)
    return mutation.name, ran.is_caught


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
