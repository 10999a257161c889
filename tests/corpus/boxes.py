"""Boxes of ISO 14496-12, of which MP4, QuickTime, HEIC and AVIF are made: write, find, put into."""

import struct


def box(name: bytes, *parts: bytes) -> bytes:
    """A box of these parts."""
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def full(name: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box that says its version first."""
    return box(name, struct.pack(">I", version << 24 | flags), *parts)


def find(data: bytes, *path: bytes) -> list[tuple[int, int]]:
    """Where the boxes on the path lie, outermost first, as (start, length); [] where one lacks."""
    start, end, found = 0, len(data), list[tuple[int, int]]()
    for name in path:
        at = start
        while at + 8 <= end:
            (length,) = struct.unpack_from(">I", data, at)
            if data[at + 4 : at + 8] == name:
                found.append((at, length))
                start, end = at + 8, at + length
                break
            at += max(length, 8)
        else:
            return []
    return found


def into(data: bytes, path: tuple[bytes, ...], addition: bytes) -> bytes:
    """The file with one more box at the end of the box at `path`; none of them holds an offset to
    what lies behind.
    """
    if not path:
        return data + addition
    found = find(data, *path)
    if not found:
        raise ValueError(f"no box {path}")
    start, length = found[-1]
    data = data[: start + length] + addition + data[start + length :]
    for start, length in found:
        data = data[:start] + struct.pack(">I", length + len(addition)) + data[start + 4 :]
    return data


def without(data: bytes, *path: bytes) -> bytes:
    """The file without the box at `path`."""
    found = find(data, *path)
    if not found:
        return data
    start, length = found[-1]
    data = data[:start] + data[start + length :]
    for outer, size in found[:-1]:
        data = data[:outer] + struct.pack(">I", size - length) + data[outer + 4 :]
    return data
