"""Pack the day's incoming and outgoing files into one archive with a list of checksums.

The same files give the same bytes.
"""

import gzip
import tarfile
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from brokerage.night import ROOT, folder, parser, say

MANIFEST = "SHA256SUMS"


def main() -> None:
    given = parser(__doc__).parse_args()
    paths = files_of(given.date)
    target = folder("archive", given.date) / "files.tar.gz"
    part = target.with_suffix(".part")
    with (
        part.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        add(archive, MANIFEST, manifest(paths).encode())
        for path in paths:
            add(archive, path.relative_to(ROOT).as_posix(), path.read_bytes())
    part.replace(target)
    say(f"{target.name}: {len(paths)} files, {target.stat().st_size:,} bytes")


def files_of(day: date) -> list[Path]:
    parts = (folder(name, day) for name in ("in", "out", "sent"))
    return sorted(path for part in parts for path in part.rglob("*") if path.suffix in {".csv", ".txt", ".xml"})


def manifest(paths: list[Path]) -> str:
    return "".join(f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT).as_posix()}\n" for path in paths)


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, BytesIO(content))


if __name__ == "__main__":
    main()
