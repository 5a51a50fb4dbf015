"""Small file systems that fill up, mounted for as long as a test needs them."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PIECE = bytes(4_096)


@dataclass(frozen=True)
class Small:
    """A small file system. Nobody but the test fills it to its brim."""

    folder: Path

    def fill(self) -> None:
        """Take every byte and every inode that is left."""
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            with suppress(OSError):
                while True:
                    filler.write(PIECE)
            with suppress(OSError):
                while True:
                    filler.write(b"x")

    def fill_inodes(self) -> None:
        """Take every inode that is left, and few bytes."""
        crowd = self.folder / "crowd"
        crowd.mkdir(exist_ok=True)
        number = len(list(crowd.iterdir()))
        try:
            while True:
                (crowd / str(number)).touch()
                number += 1
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

    def make_room(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)
        if (self.folder / "crowd").exists():
            for file in (self.folder / "crowd").iterdir():
                file.unlink()


@contextmanager
def small(folder: Path, options: str) -> Iterator[Small]:
    """A tmpfs over `folder`, with mount options such as `size=2m` or `nr_inodes=200`."""
    with _mounted(folder, "-t", "tmpfs", "-o", f"mode=700,{options}", "chaos") as made:
        yield made


@contextmanager
def small_ext4(folder: Path, size: str) -> Iterator[Small]:
    """A file system that is on a disk, in an image beside `folder`, with nothing kept back for root."""
    image = folder.with_name(f"{folder.name}.ext4")
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["truncate", "--size", size, str(image)], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    with _mounted(folder, "-o", "loop", str(image)) as made:
        yield made


@contextmanager
def _mounted(folder: Path, *words: str) -> Iterator[Small]:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *words, str(folder)], check=True)
    try:
        yield Small(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def may_make_ext4() -> bool:
    return shutil.which("mkfs.ext4") is not None and Path("/dev/loop-control").exists()


def may_mount(folder: Path) -> bool:
    """Whether this machine lets us mount at all."""
    if os.geteuid() != 0:
        return False
    try:
        with small(folder, "size=64k"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
