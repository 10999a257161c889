"""Days of annual leave, and leave around a birth."""

from enum import StrEnum
from fractions import Fraction

YEAR_MONTHS = 12
EXTRA_EVERY_YEARS = 5
"""One day more for every five years with the same employer. 45/2019/QH14, art. 114."""
MOTHER_MONTHS = 6
SECOND_CHILD_MONTHS = 7
"""For a second child since 01/07/2026. 45/2019/QH14, art. 139.1, amended by 113/2025/QH15."""


class Job(StrEnum):
    """What decides on annual leave: normal work; heavy or hazardous work, minors and people with a
    disability; specially heavy or hazardous work.
    """

    NORMAL = "normal"
    HEAVY = "heavy"
    SPECIAL = "special"


DAYS = {Job.NORMAL: 12, Job.HEAVY: 14, Job.SPECIAL: 16}
"""Working days a year after twelve months. Art. 113.1."""


class Birth(StrEnum):
    """What decides on a father's leave. Law 41/2024/QH15, art. 53.2; the second child: the
    Population Law 113/2025/QH15, since 01/07/2026.
    """

    ONE = "one"
    SURGERY = "surgery"
    TWINS = "twins"
    TWINS_SURGERY = "twins_surgery"
    SECOND = "second"


FATHER_DAYS = {
    Birth.ONE: 5,
    Birth.SURGERY: 7,
    Birth.TWINS: 10,
    Birth.TWINS_SURGERY: 14,
    Birth.SECOND: 10,
}
"""Working days."""
FATHER_WITHIN_DAYS = 60
"""So many days from the birth on they can be taken. Art. 53.3."""


def annual(job: Job, months: int) -> Fraction:
    """Days of leave for a year, after so many months with the employer: a part of them below twelve
    months, and later a day more for every five years.
    """
    if months < YEAR_MONTHS:
        return Fraction(DAYS[job] * months, YEAR_MONTHS)
    return Fraction(DAYS[job] + months // (YEAR_MONTHS * EXTRA_EVERY_YEARS))


def mother(*, second_child: bool, children: int) -> int:
    """Months of maternity leave; one more for every further child of the same birth."""
    return (SECOND_CHILD_MONTHS if second_child else MOTHER_MONTHS) + children - 1
