"""The shim as a program: pinned in the spool, where no upgrade of BOMS can change it under a task."""

import hashlib
import os
import py_compile
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from boms_tui.errors import BomsError
from boms_tui.runtime import shim
from boms_tui.runtime.cshim import build
from boms_tui.runtime.shim.files import sync_folder, write_durably

Kind = Literal["auto", "c", "python"]

_START = "import sys; sys.path.insert(0, sys.argv[1]); from shim.life import main; main()"
_OVERRIDE = "BOMS_SHIM"


def shim_command(folder: Path, kind: Kind = "auto", *, built: Path = build.BUILT) -> tuple[str, ...]:
    """What starts a shim; the attempt's folder is to be added as the last argument.

    `auto` is what the environment variable BOMS_SHIM names, else the one in C where it has been `built` and runs from
    `folder`, else the one in Python.

    Raises:
        BomsError: the kind that was asked for is not to be had.
        OSError: it could not be put into `folder`.
    """
    wanted = os.environ.get(_OVERRIDE, kind) if kind == "auto" else kind
    match wanted:
        case "c":
            return _in_c(folder, built)
        case "python":
            return _in_python(folder)
        case "auto":
            try:
                return _in_c(folder, built)
            except BomsError:
                return _in_python(folder)
        case _:
            raise BomsError(f"{_OVERRIDE} names no shim: {wanted}", "set it to c, python or auto, or not at all")


def _in_c(folder: Path, built: Path) -> tuple[str, ...]:
    if not build.serves(built):
        raise BomsError(
            "the shim in C is not built, or not from this release",
            f"install a C compiler and BOMS again, or set {_OVERRIDE}=python",
        )
    body = built.read_bytes()

    def copy(home: Path) -> None:
        write_durably(str(home / "shim"), body)
        (home / "shim").chmod(0o700)

    program = _pinned(folder, hashlib.sha256(body), copy) / "shim"
    if not build.serves(program):
        raise BomsError(
            f"the shim in C does not run from {folder}",
            f"mount that file system without noexec, or set {_OVERRIDE}=python",
        )
    return (str(program),)


def _in_python(folder: Path) -> tuple[str, ...]:
    """Compiled, because compiling costs a start a third of its time. Isolated, without `site`, from `folder` alone."""
    sources = sorted(Path(shim.__file__).parent.glob("*.py"))
    digest = hashlib.sha256((sys.version + sys.executable).encode())
    for source in sources:
        digest.update(source.read_bytes())

    def translate(home: Path) -> None:
        (home / "shim").mkdir(mode=0o700)
        for source in sources:
            _translate(source, home / "shim" / f"{source.stem}.pyc")
        sync_folder(str(home / "shim"))

    home = _pinned(folder, digest, translate)
    return (sys.executable, "-I", "-S", "-c", _START, str(home))


def _translate(source: Path, target: Path) -> None:
    py_compile.compile(
        str(source),
        cfile=str(target),
        doraise=True,
        optimize=2,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    write_durably(str(target), target.read_bytes())


def _pinned(folder: Path, digest: "hashlib._Hash", fill: Callable[[Path], None]) -> Path:
    """The folder of that content, filled whole and durably or not at all."""
    home = folder / f"shim-{digest.hexdigest()[:16]}"
    if home.exists():
        return home
    building = Path(tempfile.mkdtemp(prefix=".shim-", dir=folder))
    try:
        fill(building)
        sync_folder(str(building))
        building.rename(home)
    except OSError:
        shutil.rmtree(building, ignore_errors=True)
        if not home.exists():
            raise
    sync_folder(str(folder))
    return home
