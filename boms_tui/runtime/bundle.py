"""The shim as a program: compiled once and pinned in the spool, where no upgrade of BOMS can change it under a task."""

import hashlib
import py_compile
import shutil
import sys
import tempfile
from pathlib import Path

from boms_tui.runtime import shim

_START = "import sys; sys.path.insert(0, sys.argv[1]); from shim.life import main; main()"


def shim_command(folder: Path) -> tuple[str, ...]:
    """What starts a shim; the attempt's folder is to be added as the last argument.

    Compiled, because compiling costs a start a third of its time. Isolated, without `site`, from `folder` alone.
    """
    sources = sorted(Path(shim.__file__).parent.glob("*.py"))
    digest = hashlib.sha256((sys.version + sys.executable).encode())
    for source in sources:
        digest.update(source.read_bytes())
    home = folder / f"shim-{digest.hexdigest()[:16]}"
    if not home.exists():
        _compile(sources, home)
    return (sys.executable, "-I", "-S", "-c", _START, str(home))


def _compile(sources: list[Path], home: Path) -> None:
    building = Path(tempfile.mkdtemp(prefix=".shim-", dir=home.parent))
    try:
        (building / "shim").mkdir(mode=0o700)
        for source in sources:
            target = building / "shim" / f"{source.stem}.pyc"
            py_compile.compile(
                str(source),
                cfile=str(target),
                doraise=True,
                optimize=2,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        building.rename(home)
    except OSError:
        shutil.rmtree(building, ignore_errors=True)
        if not home.exists():
            raise
