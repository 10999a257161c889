"""Closes the process to onlookers: no core dumps, no reading of its memory, files only for us."""

import ctypes
import os
import resource
import sys

_SET_DUMPABLE = 4
_OWNER_ONLY = 0o077


def harden() -> bool:
    """Call once at the start of every mode, before a key is read.

    Core dumps are switched off and new files are readable by their owner only. On Linux the
    process is also not dumpable: another process of the same user can neither attach to it nor
    read its memory. Returns whether that holds.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(_OWNER_ONLY)
    if not sys.platform.startswith("linux"):
        return False
    return int(ctypes.CDLL(None, use_errno=True).prctl(_SET_DUMPABLE, 0, 0, 0, 0)) == 0
