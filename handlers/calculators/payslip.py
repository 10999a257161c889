"""What a pay slip may take off: the insurances, and for damage at most a part of the pay."""

from dataclasses import dataclass
from fractions import Fraction

from handlers.calculators.rounding import whole

SOCIAL = Fraction(8, 100)
"""A worker's share of social insurance. Law 41/2024/QH15, art. 33."""
HEALTH = Fraction(15, 1000)
JOBLESS = Fraction(1, 100)
"""The usual shares of health and unemployment insurance; with them it is 10.5 %."""
EMPLOYER = Fraction(17, 100)
"""What the employer pays for social insurance beside that, 3 % and 14 %. Art. 34."""
MOST_FOR_DAMAGE = Fraction(30, 100)
"""Of a month's net pay at most so much may be taken off for damage. 45/2019/QH14, art. 102."""
NEAR = 1_000
"""Pay slips round in their own ways: so few đồng are no difference."""


@dataclass(frozen=True, slots=True)
class Shares:
    """A month's shares in whole đồng, each rounded by itself."""

    social: int
    health: int
    jobless: int
    employer: int

    @property
    def worker(self) -> int:
        """What goes off the worker's pay altogether."""
        return self.social + self.health + self.jobless


def shares(wage: int) -> Shares:
    """The shares of the wage on which insurance is paid, in đồng a month."""
    return Shares(
        whole(wage * SOCIAL), whole(wage * HEALTH), whole(wage * JOBLESS), whole(wage * EMPLOYER)
    )


def difference(wage: int, taken: int) -> int:
    """How much more (or less) than the usual shares was taken; 0 where it is only rounding."""
    found = taken - shares(wage).worker
    return found if abs(found) > NEAR else 0


def most_for_damage(net: int) -> int:
    """The most that a month's net pay may be cut by for damage, in whole đồng."""
    return int(net * MOST_FOR_DAMAGE)
