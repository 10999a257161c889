"""A change of the map: everything in the database that names a place follows it, all or nothing.

Who reads a tip stays as it was. What follows how, and what does not, is in docs/decisions/0047.
"""

from storage.following.all_of_it import (
    Followed,
    NotSaid,
    Standing,
    follow,
    follow_the_program,
    held_by,
    look,
    program_is_newer,
    standing,
)

__all__ = [
    "Followed",
    "NotSaid",
    "Standing",
    "follow",
    "follow_the_program",
    "held_by",
    "look",
    "program_is_newer",
    "standing",
]
