"""Compiles the shim in C. Standard library only, since the package's build runs this before anything is installed.

`python -m boms_tui.runtime.cshim.build` builds it anew in place.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE / "boms-shim"
"""Where the package's build leaves the program, if it could build it."""
FLAGS = ("-std=c11", "-D_GNU_SOURCE", "-O2", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2")
LINKED = (("-static", "-s"), ("-s",))
"""Without any library where the system has the static ones: that starts faster, and no upgrade can break it."""


class CannotBuildError(Exception):
    """There is no C compiler, or it could not build this; the text says why."""


def compile_shim(target: Path = BUILT, *, flags: Sequence[str] = ()) -> None:
    """Put a shim that runs on this machine at `target`, or leave what is there.

    Raises:
        CannotBuildError: why there is none.
    """
    compiler = _compiler()
    try:
        with tempfile.TemporaryDirectory(prefix=".cshim-", dir=target.parent) as folder:
            trial = Path(folder) / target.name
            _try_to_link(compiler, (*FLAGS, *flags), trial)
            trial.replace(target)
    except OSError as error:
        raise CannotBuildError(str(error)) from error


def introduction() -> str:
    """What a shim of these sources says of itself when it is not told any folder."""
    digest = hashlib.sha256()
    for source in sorted(HERE.glob("*.[ch]")):
        digest.update(source.read_bytes())
    return f"boms-shim 1 {digest.hexdigest()[:16]}"


def serves(program: Path) -> bool:
    """Whether a program is the shim of these sources and runs from where it lies."""
    try:
        said = subprocess.run([program], capture_output=True, stdin=subprocess.DEVNULL, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.stdout.decode(errors="replace").strip() == introduction()


def _compiler() -> list[str]:
    named = shlex.split(os.environ.get("CC", ""))
    for command in (named,) if named else (["cc"], ["gcc"], ["clang"]):
        if shutil.which(command[0]):
            return command
    raise CannotBuildError("no C compiler was found")


def _try_to_link(compiler: Sequence[str], flags: Sequence[str], target: Path) -> None:
    why = ""
    for linked in LINKED:
        why = _compile(compiler, (*flags, *linked), target)
        if not why and serves(target):
            return
    raise CannotBuildError(why or "what was built does not run here")


def _compile(compiler: Sequence[str], flags: Sequence[str], target: Path) -> str:
    """Empty, or what the compiler said against it."""
    sources = sorted(map(str, HERE.glob("*.c")))
    digest = introduction().rpartition(" ")[2]
    command = [*compiler, *flags, f'-DSOURCES="{digest}"', "-o", str(target), *sources]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False)
    return (done.stderr.strip() or f"{compiler[0]} failed") if done.returncode else ""


if __name__ == "__main__":
    compile_shim()
