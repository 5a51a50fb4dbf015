"""The files of an attempt's folder, which are the contract between runtime and shim: byte formats and durability.

`spec`, `started` and the payload of the exit record are pairs, each key and each value followed by a NUL, so that
a shim in C parses them by walking a pointer. Names are relative: the shim works in the folder.
"""

import binascii
import errno
import fcntl
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Pairs = list[tuple[bytes, bytes]]

VERSION = b"1"
RECORD_SIZE = 512
PIECE = 64 * 1024
UNPREPARED, LATE, DECIDED, LOCKED, UNRECORDED = 94, 95, 96, 97, 98
"""What a shim exits with that records nothing: could not prepare, too late, decided before, another shim; and one
that ran its task and whose folder was taken away."""
WRITE_LOCK = (1).to_bytes(2, sys.byteorder) + bytes(30)
"""`struct flock` for an exclusive lock on a whole file."""


def pack(pairs: "Iterable[tuple[bytes, bytes]]") -> bytes:
    return b"".join(key + b"\0" + value + b"\0" for key, value in pairs)


def unpack(data: bytes) -> Pairs:
    parts = data.split(b"\0")
    return list(zip(parts[0::2], parts[1::2], strict=False))


def seal(payload: bytes) -> bytes:
    """The exit record: length and CRC-32 (four bytes each, little-endian), payload, zeros up to 512 bytes."""
    head = len(payload).to_bytes(4, "little") + binascii.crc32(payload).to_bytes(4, "little")
    return (head + payload).ljust(RECORD_SIZE, b"\0")


def unseal(data: bytes) -> bytes | None:
    """The payload of an exit record; None where it is empty, torn or damaged."""
    length, crc = int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little")
    payload = data[8 : 8 + length]
    return payload if length and len(payload) == length and binascii.crc32(payload) == crc else None


def read(name: str) -> bytes:
    fd = os.open(name, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(fd, PIECE), b""))
    finally:
        os.close(fd)


def write_durably(name: str, data: bytes, torn: "Callable[[], None]" = lambda: None) -> None:
    """Write a file in place and wait for the disk. `torn` is called when only the first 8 bytes are written."""
    fd = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        written = os.pwrite(fd, data[:8], 0)
        torn()
        written += os.pwrite(fd, data[8:], 8)
        if written != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fdatasync(fd)
    finally:
        os.close(fd)


def set_aside(name: str, size: int) -> None:
    """Take the room that a file will need, so that no full disk can keep it from being written."""
    fd = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(fd, 0, size)
    finally:
        os.close(fd)


def sync_folder(name: str = ".") -> None:
    """Wait until what was created, renamed or linked in a folder is on disk."""
    fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def take_lock() -> int | None:
    """The lock that says this attempt has a living shim; the kernel drops it when this process ends."""
    fd = os.open("lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, WRITE_LOCK)
    except (BlockingIOError, PermissionError):
        return None
    return fd


def boot_id() -> bytes:
    return read("/proc/sys/kernel/random/boot_id").strip()


def stat_of(pid: int) -> list[bytes]:
    """The fields of /proc/PID/stat behind the name: [0] state, [2] process group, [19] start in clock ticks."""
    return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
