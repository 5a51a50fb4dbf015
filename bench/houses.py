"""Installations to measure, on the disk of this checkout.

None goes before all are measured: ext4 passes over every inode that was freed within the last minutes, one by one, and
a spool that was just deleted would make the next one look half as fast.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from tests.runtime.house import House

_ALL = TemporaryDirectory(dir=Path.cwd(), prefix=".bench-")


@contextmanager
def installation() -> Iterator[House]:
    with House(Path(mkdtemp(dir=_ALL.name))) as made:
        yield made
