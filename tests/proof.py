"""`make proof`: run what shows each promise, and write what it measured into SECURITY.md.

`python -m tests.proof --gather` only takes up what the last runs measured. The figures themselves
stand in `docs/proof.json`; no hand writes them.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import figures

ROOT = Path(__file__).parents[1]
PAGE, KEPT = ROOT / "SECURITY.md", ROOT / "docs" / "proof.json"
BEGIN, END = "<!-- figures: `make proof` -->", "<!-- end of the figures -->"
NAMES = ("seizure", "files", "retention", "restore", "police", "scope", "coach", "mutations")
TESTS = (
    "tests/whole/test_retention.py",
    "tests/whole/test_restore.py",
    "tests/handlers/test_no_police.py",
    "tests/coach/test_coach.py",
)
"""The tests that keep a figure; seizure, corpus and mutations are programs of their own."""

Figures = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: what shows it, and what was measured when it was shown last."""

    promise: str
    says: str
    command: str
    measured: Callable[[Figures], str]


def rows() -> tuple[Row, ...]:
    """The promises in their order."""
    return (
        Row(
            "P1",
            "**Seizure.** Whoever takes database, write-ahead log, files, logs, temporary files and"
            " backups, without the master key, learns no word, photo, category, place, unit or"
            " urgency of any tip, nor who sent it: only how many there are, on which dates, in"
            " which size classes",
            "`make seizure`",
            _seizure,
        ),
        Row(
            "P2",
            "**No link.** Whoever takes all that and every key cannot join a tip to a chat account,"
            " phone, browser or address (one exception, which a worker makes:"
            " [0028](docs/decisions/0028-told-in-the-chat.md))",
            "`make seizure` (linkage)",
            _linkage,
        ),
        Row(
            "P3",
            "**No trace of the talk.** What a worker types before [Send], and what they read later"
            " with a code, touches no disk",
            "`make seizure` (drafts that are never sent, and look-ups, are among its talks)",
            lambda told: f"{told['seizure']['hits']} hits of {told['seizure']['canaries']}",
        ),
        Row(
            "P4",
            "**Clean files.** A stored photo, PDF or video holds nothing that it came with but what"
            " can be seen, and heard where the worker kept the sound",
            "`make corpus`",
            _files,
        ),
        Row(
            "P5",
            "**Deletion is real.** What was deleted, or whose time has passed, cannot be recovered"
            " from the database with every key in hand, nor from a backup that our tool restored",
            "`pytest tests/whole/test_retention.py tests/whole/test_restore.py`",
            _gone,
        ),
        Row(
            "P6",
            "**Scope.** What is only about opinions, beliefs, meetings, petitions, organising or"
            " strikes is no tip: nothing of it is kept. No tip reaches a police unit at filing, nor"
            " a union inside the company that was not picked by name; one that also speaks of such"
            " things never reaches the police",
            "`make scope`, `pytest tests/handlers/test_no_police.py tests/storage/test_readers.py`",
            _police,
        ),
        Row(
            "",
            "**Careful words.** What in a worker's words may tell who they are is asked about"
            " before it goes, and so is what an officer writes that may lead to the worker",
            "`make coach`",
            _coach,
        ),
        Row(
            "",
            "The tests themselves: edits that break a promise are made one by one, and a named test"
            " must fail",
            "`make mutations`",
            lambda told: (
                f"{told['mutations']['caught']} of {told['mutations']['mutations']} caught"
            ),
        ),
    )


def table(told: Figures) -> str:
    """The table of the page."""
    lines = ["| | promise | shown by | measured |", "|---|---|---|---|"]
    lines += [
        f"| {row.promise} | {row.says} | {row.command} | {row.measured(told)} |" for row in rows()
    ]
    return "\n".join(lines)


def page(text: str, told: Figures) -> str:
    """The page `text` with its table as `told` makes it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(told)}\n\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Run everything, or with `--gather` nothing; write page and figures. 1 where a run failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gather", action="store_true", help="run nothing")
    failed = 0 if parser.parse_args(arguments).gather else _run()
    known: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    told: dict[str, Any] = {name: figures.kept(name) or known.get(name) for name in NAMES}
    lacking = [name for name, found in told.items() if not found]
    if lacking:
        print(f"not measured yet: {', '.join(lacking)}")
        return 1
    KEPT.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), told), encoding="utf-8")
    print(table(told))
    return failed


def _run() -> int:
    python = sys.executable
    commands = (
        [python, "-m", "pytest", "-q", *TESTS],
        [python, "-m", "tests.scope"],
        [python, "-m", "tests.corpus"],
        [python, "-m", "tests.whole.seizure"],
        [python, "-m", "tests.mutations"],
    )
    codes = [subprocess.run(each, cwd=ROOT, check=False).returncode for each in commands]
    return max(codes)


def _seizure(told: Figures) -> str:
    seized = told["seizure"]
    games = seized["metadata_game"]
    control = "found" if seized["control_found"] else "NOT found"
    guessed = "; ".join(
        f"{name} {_percent(share)} (chance {_percent(games['chance'][name])})"
        for name, share in games["guessed"].items()
    )
    return (
        f"{seized['canaries']:,} canaries in {seized['encodings']} encodings, searched in"
        f" {seized['bytes'] / 1_000_000:,.0f} MB: {seized['hits']} hits, planted ones {control}."
        f" Guessed without the key: {guessed}"
    )


def _linkage(told: Figures) -> str:
    joined = told["seizure"]["linkage"]
    return (
        f"of 1,000 people joined: SQLite {_percent(joined['sqlite'])}, PostgreSQL"
        f" {_percent(joined['postgresql_before'])} before the nightly pass and"
        f" {_percent(joined['postgresql_after'])} after it (chance {_percent(joined['chance'])})"
    )


def _files(told: Figures) -> str:
    files = told["files"]
    hostile = sum(files["hostile"].values())
    return (
        f"{files['files']} files, a secret planted in each at another place (a search found"
        f" {files['found_before']} before): left for a search of bytes"
        f" {files['bytes_found_after']}, for exiftool {files['exiftool_after']} (it saw"
        f" {files['exiftool_before']} before). {hostile} hostile files: answered wrongly"
        f" {len(files['answered_wrongly'])}, children left {files['children_left']}"
    )


def _gone(told: Figures) -> str:
    gone, back = told["retention"], told["restore"]
    return (
        f"PostgreSQL's files, searched for {gone['rows']} sealed values of a tip:"
        f" {gone['before']:.0%}"
        f" of every kind found before, {gone['after']:.0%} after the night. Restored on another"
        f" machine: the kept tip {'is there' if back['kept'] else 'is LOST'}, the deleted one"
        f" {'IS BACK' if back['deleted'] else 'is not'}; traces of words or master key in the"
        f" archive: {back['traces']}"
    )


def _police(told: Figures) -> str:
    filings = "{police} police, {inside_company} company readers in {tried:,} filings".format(
        **told["police"]
    )
    return (
        "{out} texts outside, {mixed} of both, {walked:,} ways into a tip: {police} that the police"
        " could get; {turned_away} of the texts outside turned away, the others asked about."
        " {inside} texts inside: {inside_turned_away} turned away,"
        " {inside_lost_police} lost the way to the police. ".format(**told["scope"])
        + filings
    )


def _coach(told: Figures) -> str:
    names = {
        "worker": "workers' lines",
        "worker_held_out": "held out of tuning",
        "officer": "officers' lines",
        "officer_held_out": "held out",
    }
    return "; ".join(
        f"{shown}: {_percent(seen['found'])} of {seen['labelled']} found,"
        f" {_percent(seen['false_alarms'])} of {seen['harmless']} harmless ones asked about"
        for name, shown in names.items()
        for seen in (told["coach"][name],)
    )


def _percent(share: float) -> str:
    return f"{share:.1%}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
