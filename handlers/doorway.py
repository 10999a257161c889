"""Where the private page is offered before a story is told in a chat that remembers everything."""

from handlers.tips import Category

OFFICER = "officer"
"""Stands beside the categories for a tip about somebody who works at a unit."""

CASES = (*(category.value for category in Category), OFFICER)
"""For what a unit may want the page offered first."""

DEFAULT = frozenset({Category.VIOLENCE, Category.HARASSMENT, Category.FORCED, OFFICER})
"""Until a unit chooses: where being found out hurts most."""


def cases(names: frozenset[str]) -> frozenset[str]:
    """Those of `names` that are cases; others are left out."""
    return names & frozenset(CASES)
