"""The places of Viet Nam: a pure look-up over the tables that come with the program, or newer ones,
and over the operator's parks.
"""

from storage.places.finder import Places
from storage.places.typed import LONGEST_QUERY

__all__ = ["LONGEST_QUERY", "Places"]
