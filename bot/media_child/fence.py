"""The child's fence: what it gives up before it reads a file that somebody sent."""

import contextlib
import ctypes
import resource
import struct
import sys

from bot.media_child import gates

_MEGABYTE = 1024 * 1024
# Memory in bytes, seconds of the processor, and whether the decoder starts threads.
_LIMITS = {
    "picture": (640 * _MEGABYTE, 8, False),
    "heic": (768 * _MEGABYTE, 9, True),
    "pages": (768 * _MEGABYTE, 40, False),
    "film": (1024 * _MEGABYTE, 100, False),
}
_OPEN_FILES = 8

_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_PDEATHSIG, _DUMPABLE, _NO_NEW_PRIVILEGES = 1, 4, 38
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_SIGKILL = 9


def close(family: str) -> bool:
    """Give up all that the decoder of a family of files (`picture`, `heic`, …) does not need;
    returns whether we are alone on a network without a way out (some kernels refuse that).
    """
    if not sys.platform.startswith("linux"):
        _limit(*_LIMITS[family])
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    namespaces = int(libc.unshare(_NEW_USER | _NEW_NETWORK)) == 0
    _limit(*_LIMITS[family])
    # After unshare: new credentials make the kernel forget the death signal and the dumpable flag.
    for option, value in ((_NO_NEW_PRIVILEGES, 1), (_DUMPABLE, 0), (_PDEATHSIG, _SIGKILL)):
        libc.prctl(option, value, 0, 0, 0)
    _close_file_system(libc)
    gates.close(libc)
    return namespaces


def _limit(memory_bytes: int, cpu_seconds: int, threads: bool) -> None:
    limits = [
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ]
    if not threads:  # nor a second process; the limit counts both
        limits.append((resource.RLIMIT_NPROC, 0, 0))
    for name, soft, hard in limits:
        with contextlib.suppress(ValueError, OSError):  # a lower limit already holds
            resource.setrlimit(name, (soft, hard))


def _close_file_system(libc: ctypes.CDLL) -> None:
    """Landlock without a single permission: no path can be opened any more, the key file least of
    all. Kernels that lack it answer an error, and the other fences stand alone.
    """
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return
    paths = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}.get(version, 0xFFFF)
    tcp, signals_and_sockets = 0b11, 0b11
    size = 8 if version < 4 else 16 if version < 6 else 24
    refused = struct.pack("=QQQ", paths, tcp, signals_and_sockets)[:size]
    rules = ctypes.create_string_buffer(refused, size)
    ruleset = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(size), 0)
    if ruleset >= 0:
        libc.syscall(_RESTRICT_SELF, ruleset, 0)
