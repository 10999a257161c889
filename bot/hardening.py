"""Closes the process to onlookers: no core dumps, no reading of its memory, files only for us."""

import ctypes
import os
import resource
import sys

_GET_DUMPABLE, _SET_DUMPABLE = 3, 4
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


def is_hard() -> bool | None:
    """Whether this process leaves no core dump and cannot be attached to; None where the system
    does not tell.
    """
    if not sys.platform.startswith("linux"):
        return None
    is_dumpable = int(ctypes.CDLL(None, use_errno=True).prctl(_GET_DUMPABLE, 0, 0, 0, 0)) != 0
    return resource.getrlimit(resource.RLIMIT_CORE) == (0, 0) and not is_dumpable
