"""Which shim serves, and how the one in C comes to be there: built with the package, or done without."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from boms_tui.errors import BomsError
from boms_tui.model.ids import AttemptId
from boms_tui.runtime.cshim import build
from boms_tui.runtime.machine import bundle
from tests.runtime.workshop import Workshop, shim_in_c

ROOT = Path(build.__file__).parents[3]
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Werror")


def is_c(command: tuple[str, ...]) -> bool:
    return len(command) == 1


def test_it_compiles_without_a_warning(tmp_path: Path) -> None:
    shim_in_c()
    build.compile_shim(tmp_path / "shim", flags=STRICT)
    assert build.serves(tmp_path / "shim")


def test_a_linker_without_static_libraries_makes_a_dynamic_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim_in_c()
    compiler = tmp_path / "cc"
    compiler.write_text('#!/bin/sh\ncase "$*" in *-static*) echo no libc.a >&2; exit 1;; esac\nexec cc "$@"\n')
    compiler.chmod(0o700)
    monkeypatch.setenv("CC", str(compiler))
    build.compile_shim(tmp_path / "shim")
    assert b"ld-linux" in (tmp_path / "shim").read_bytes()


@pytest.mark.parametrize(
    ("compiler", "why"),
    [("no-such-compiler", "no C compiler was found"), ("false", "false failed"), ("true", "does not run here")],
)
def test_a_compiler_that_cannot_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiler: str, why: str
) -> None:
    monkeypatch.setenv("CC", compiler)
    (tmp_path / "shim").write_text("what was there")
    with pytest.raises(build.CannotBuildError, match=why):
        build.compile_shim(tmp_path / "shim")
    assert [file.name for file in tmp_path.iterdir()] == ["shim"]
    assert (tmp_path / "shim").read_text() == "what was there"


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail_otherwise(tmp_path: Path) -> None:
    shim_in_c()
    with pytest.raises(build.CannotBuildError, match="No such file"):
        build.compile_shim(tmp_path / "nowhere" / "shim")


def test_the_one_in_c_serves_where_it_is_built(tmp_path: Path) -> None:
    command = bundle.shim_command(tmp_path, built=shim_in_c())
    assert is_c(command)
    assert Path(command[0]).parent.parent == tmp_path, "pinned in the spool"
    assert bundle.shim_command(tmp_path, built=shim_in_c()) == command


def test_a_pinned_shim_outlives_the_package(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_bytes(shim_in_c().read_bytes())
    own.chmod(0o700)
    (command,) = bundle.shim_command(tmp_path, built=own)
    own.unlink()
    assert build.serves(Path(command))


@pytest.mark.parametrize("body", [None, b"#!/bin/sh\necho boms-shim 1 of-other-sources\n", b"no program at all"])
def test_the_one_in_python_serves_where_the_other_is_missing_or_old(tmp_path: Path, body: bytes | None) -> None:
    built = tmp_path / "built"
    if body is not None:
        built.write_bytes(body)
        built.chmod(0o700)
    assert not is_c(bundle.shim_command(tmp_path, built=built))
    with pytest.raises(BomsError, match="not built"):
        bundle.shim_command(tmp_path, "c", built=built)


def test_a_spool_from_which_nothing_may_be_executed_has_the_one_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serves(program: Path) -> bool:
        return program == built

    built = shim_in_c()
    monkeypatch.setattr(build, "serves", serves)
    assert not is_c(bundle.shim_command(tmp_path, built=built))
    with pytest.raises(BomsError, match="does not run from"):
        bundle.shim_command(tmp_path, "c", built=built)


def test_the_environment_chooses_where_the_caller_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOMS_SHIM", "python")
    assert not is_c(bundle.shim_command(tmp_path, built=shim_in_c()))
    assert is_c(bundle.shim_command(tmp_path, "c", built=shim_in_c()))
    monkeypatch.setenv("BOMS_SHIM", "c")
    assert is_c(bundle.shim_command(tmp_path, built=shim_in_c()))
    with pytest.raises(BomsError, match="not built"):
        bundle.shim_command(tmp_path, built=tmp_path / "nothing")
    monkeypatch.setenv("BOMS_SHIM", "rust")
    with pytest.raises(BomsError, match="BOMS_SHIM names no shim: rust"):
        bundle.shim_command(tmp_path)


def test_a_shim_that_cannot_be_kept_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle, "write_durably", refuse)
    built = shim_in_c()
    for kind in ("c", "python"):
        with pytest.raises(OSError, match="No space left"):
            bundle.shim_command(tmp_path, kind, built=built)
    assert list(tmp_path.iterdir()) == []


def test_running_shims_in_c_hold_little_memory(tmp_path: Path) -> None:
    shops = [Workshop(tmp_path, "c", AttemptId(f"ops/one@2026-11-20.1:only.{number}")) for number in (1, 2)]
    for shop in shops:
        shop.publish("sh", "-c", "echo ready; exec sleep 60")
    shims = [shop.shim() for shop in shops]
    for shop in shops:
        shop.wait_for_output()
    private = [kilobytes(shim.pid, "Private_Dirty") + kilobytes(shim.pid, "Private_Clean") for shim in shims]
    for shop in shops:
        shop.clear_away()
    assert max(private) < 200


def kilobytes(pid: int, kind: str) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind))


def wheel(folder: Path, **environment: str) -> zipfile.ZipFile:
    """The wheel as pip would build it, of a copy of the sources."""
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=folder / "source", env={**os.environ, **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return zipfile.ZipFile(io.BytesIO((folder / made.stdout.split()[-1]).read_bytes()))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with `source`, as a fresh clone would be."""
    source = tmp_path / "source"
    (source / "boms_tui" / "runtime" / "cshim").mkdir(parents=True)
    for file in (ROOT / "pyproject.toml", ROOT / "README.md", ROOT / "LICENSE", ROOT / ".gitignore"):
        (source / file.name).write_bytes(file.read_bytes())
    for file in (*build.HERE.glob("*.py"), *build.HERE.glob("*.[ch]")):
        (source / "boms_tui" / "runtime" / "cshim" / file.name).write_bytes(file.read_bytes())
    (source / "data").mkdir()
    (source / "data" / "any.yaml").touch()
    return tmp_path


IN_WHEEL = "boms_tui/runtime/cshim/boms-shim"


def test_a_wheel_with_the_shim_is_for_this_platform(clone: Path) -> None:
    shim_in_c()
    built = wheel(clone)
    tag = next(name for name in built.namelist() if name.endswith("WHEEL"))
    assert IN_WHEEL in built.namelist()
    assert built.getinfo(IN_WHEEL).external_attr >> 16 & 0o111, "executable"
    assert b"Tag: py3-none-linux_" in built.read(tag)
    assert b"Root-Is-Purelib: false" in built.read(tag)


def test_a_wheel_without_a_compiler_is_pure(clone: Path) -> None:
    (clone / "source" / IN_WHEEL).write_text("a stale one")
    built = wheel(clone, CC="no-such-compiler")
    tag = next(name for name in built.namelist() if name.endswith("WHEEL"))
    assert IN_WHEEL not in built.namelist()
    assert not (clone / "source" / IN_WHEEL).exists()
    assert b"Tag: py3-none-any" in built.read(tag)


def test_an_editable_install_builds_it_in_place(clone: Path) -> None:
    shim_in_c()
    code = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(clone)], cwd=clone / "source", capture_output=True, check=True)
    assert build.serves(clone / "source" / IN_WHEEL)
