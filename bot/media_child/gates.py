"""The gates of the kernel that a decoder never needs: no socket, program, second process, signal.

A filter of system calls (seccomp). It holds also where the kernel grants no namespaces, and lets
threads through, which a limit on processes cannot tell from processes.
"""

import ctypes
import platform
import struct

_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _EQUAL, _ANY_BIT, _ANSWER = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_WORD_AT = 0, 4, 16
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NOT_PERMITTED, _UNKNOWN = 1, 38
_THREAD = 0x00010000

# For each machine: its mark, `clone`, `clone3`, and what is refused.
_MACHINES = {
    "x86_64": (
        *(0xC000003E, 56, 435),
        (
            *(41, 53, 42),  # socket, socketpair, connect
            *(59, 322, 57, 58),  # execve, execveat, fork, vfork
            *(101, 310, 311),  # ptrace, process_vm_readv, process_vm_writev
            *(425, 321, 298, 323),  # io_uring_setup, bpf, perf_event_open, userfaultfd
            *(248, 249, 250),  # add_key, request_key, keyctl
            *(272, 308, 165, 319),  # unshare, setns, mount, memfd_create
            *(62, 200, 234, 129, 297),  # kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo
            *(434, 424, 438),  # pidfd_open, pidfd_send_signal, pidfd_getfd
        ),
    ),
    "aarch64": (
        *(0xC00000B7, 220, 435),
        (
            *(198, 199, 203),  # the same, without fork and vfork, which are not there
            *(221, 281),
            *(117, 270, 271),
            *(425, 280, 241, 282),
            *(217, 218, 219),
            *(97, 268, 40, 279),
            *(129, 130, 131, 138, 240),
            *(434, 424, 438),
        ),
    ),
}
# Numbers of another way to call the same kernel (x32); none of ours is as large.
_OTHER_WAY = 0x40000000


def close(libc: ctypes.CDLL) -> bool:
    """Close them for good; whether the kernel did. Needs "no new privileges" before."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    program = b"".join(_program(*machine))
    held = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    return int(libc.prctl(_SET_SECCOMP, _FILTER, ctypes.create_string_buffer(head), 0, 0)) == 0


def _program(mark: int, clone: int, clone3: int, refused: tuple[int, ...]) -> list[bytes]:
    """Steps of eight bytes: what to do, how many to skip if so and if not, and a number."""
    no = _step(_ANSWER, _ERROR | _NOT_PERMITTED)
    steps = [_step(_LOAD, _MACHINE_AT), _step(_EQUAL, mark, yes=1), no, _step(_LOAD, _NUMBER_AT)]
    steps += [_step(_ANY_BIT, _OTHER_WAY, no=1), no]
    for number in refused:
        steps += [_step(_EQUAL, number, no=1), no]
    # The C library asks for a thread in the new way first, and in the old one if that is unknown.
    steps += [_step(_EQUAL, clone3, no=1), _step(_ANSWER, _ERROR | _UNKNOWN)]
    steps += [_step(_EQUAL, clone, no=3), _step(_LOAD, _FIRST_WORD_AT)]
    return [*steps, _step(_ANY_BIT, _THREAD, yes=1), no, _step(_ANSWER, _ALLOW)]


def _step(what: int, number: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", what, yes, no, number)
