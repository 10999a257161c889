"""What `doctor` finds: one line each, what is well, what is not, and what nobody can know."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for the operator. `well` is False where something has to be done, None for a hint:
    it cannot be told from here, or is bearable.
    """

    well: bool | None
    line: str

    def __str__(self) -> str:
        mark = "?" if self.well is None else "✓" if self.well else "✗"
        return f"{mark} {self.line}"


def are_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing has to be done."""
    return all(finding.well is not False for finding in findings)
