"""Hand files over to a counterparty and see that they arrived whole; sending one again changes nothing."""

import os
import shutil
from hashlib import sha256
from pathlib import Path, PurePosixPath

from brokerage.night import folder, parser, say


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("paths", type=PurePosixPath, nargs="+", help="files below out/DATE")
    arguments.add_argument("--to", required=True, help="who receives them")
    given = arguments.parse_args()
    inbox = folder("sent", given.date) / given.to
    inbox.mkdir(exist_ok=True)
    for relative in given.paths:
        source, target = folder("out", given.date) / relative, inbox / relative.name
        shutil.copyfile(source, target)
        if digest(source) != digest(target):
            raise SystemExit(f"{relative.name} arrived damaged; retry, and call the counterparty if it happens again")
        say(f"{relative} to {given.to} at {os.environ.get('SFTP_HOST', 'its inbox')}: {source.stat().st_size:,} bytes")


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
