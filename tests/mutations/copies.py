"""A copy of the tree to break things in, and pytest in it."""

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import services
from tests.mutations.table import ROOT, Mutation

BASE_SECONDS, ONE_SECONDS = 600, 240
_ASSERTION = ("AssertionError", "assert ", "Failed: DID NOT RAISE", "Failed: ")
_TIMED_OUT = "Timeout"


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one run of pytest."""

    code: int
    passed: int
    failures: tuple[str, ...] = ()
    errors: int = 0
    skipped: int = 0
    said: str = field(default="", repr=False)

    @property
    def is_green(self) -> bool:
        """Every test ran and passed."""
        return self.code == 0 and self.passed > 0 and not self.skipped and not self.errors

    @property
    def is_caught(self) -> bool:
        """A test ran to its own assertion and failed there: not at its import, nor by waiting."""
        asserted = [
            each
            for each in self.failures
            if each.startswith(_ASSERTION) and _TIMED_OUT not in each.partition("\n")[0]
        ]
        return self.code == 1 and bool(asserted)


@dataclass(slots=True)
class Copy:
    """A tree of its own, where files may be spoiled."""

    root: Path
    _edits: int = 0

    def run(self, tests: Sequence[str], seconds: float, processes: int = 1) -> Ran:
        """Run these tests here."""
        report = self.root / f".report-{self._edits}.xml"
        words = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}", *tests]
        if processes > 1:
            words = ["-n", str(processes), *words]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *words],
                cwd=self.root,
                # Compiled modules are kept: the same files are imported again and again.
                env=services.environment(PYTHONDONTWRITEBYTECODE=""),
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Ran(code=-1, passed=0, said=f"took more than {seconds:.0f} s")
        return _read(report, done.returncode, done.stdout[-3000:] + done.stderr[-1000:])

    @contextmanager
    def spoiled(self, mutation: Mutation) -> Iterator[None]:
        """The tree with this edit, and as before afterwards. Raises Unusable."""
        path = self.root / mutation.file
        was = path.read_text(encoding="utf-8")
        self._write(path, mutation.applied(was))
        try:
            yield
        finally:
            self._write(path, was)

    def _write(self, path: Path, text: str) -> None:
        # Compiled modules are known by size and second: each text gets a second of its own.
        self._edits += 1
        moment = path.stat().st_mtime + self._edits
        path.write_text(text, encoding="utf-8")
        os.utime(path, (moment, moment))


@contextmanager
def copied() -> Iterator[Copy]:
    """The tree as it is now, uncommitted changes and new files included."""
    with tempfile.TemporaryDirectory(prefix="tt-mutations-") as folder:
        root = Path(folder) / ROOT.name
        for name in _tracked():
            source, target = ROOT / name, root / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        yield Copy(root)


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    return sorted({each for each in os.fsdecode(listed).split("\0") if each})


def _read(report: Path, code: int, said: str) -> Ran:
    if not report.exists():
        return Ran(code, 0, said=said)
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - pytest's own
    report.unlink()
    failures = tuple(str(each.get("message")) for case in cases for each in case.findall("failure"))
    errors = sum(case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return Ran(code, len(cases) - len(failures) - errors - skipped, failures, errors, skipped, said)
