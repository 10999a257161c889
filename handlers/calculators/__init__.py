"""Sums for workers: what was typed is read, asked back where it may mean two things, and reckoned.

Pure and exact (whole numbers and fractions, never floating point); nothing here remembers anything.
Imports nothing but the vocabulary of `handlers`.
"""

from enum import StrEnum


class Calculator(StrEnum):
    """What can be reckoned."""

    MINIMUM = "minimum"
    INTEREST = "interest"
    OVERTIME = "overtime"
    PAYSLIP = "payslip"
    NOTICE = "notice"
    LEAVE = "leave"
    FAMILY = "family"
