"""What a folder lies on."""

from pathlib import Path

from boms_tui.commands.doctor.finding import Finding, Status

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "glusterfs"})
_FLEETING = frozenset({"tmpfs", "ramfs", "overlay"})


def file_system_of(folder: Path, mounts: str | None = None) -> str:
    """The kind of file system, "unknown" where the system does not say. `mounts` is the text of a mountinfo file."""
    if mounts is None:
        mounts = _read_mounts()
    real, best, kind = folder.resolve(), -1, "unknown"
    for line in mounts.splitlines():
        fields, _, rest = line.partition(" - ")
        mount = Path(fields.split()[4].encode().decode("unicode_escape"))
        if real.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), rest.split()[0]
    return kind


def place_finding(check: str, folder: Path, kind: str) -> Finding:
    """Whether what must be locked and kept may lie on that kind of file system."""
    if kind in _NETWORK:
        return Finding(check, Status.FAIL, f"{folder} is on {kind}", "put the home on a local disk")
    if kind in _FLEETING:
        return Finding(check, Status.WARN, f"{folder} is on {kind}: a restart of the host may empty it",
                       "put the home on a disk of its own")  # fmt: skip
    return Finding(check, Status.OK, f"{folder} is on {kind}")


def _read_mounts() -> str:
    try:
        return _MOUNTS.read_text(encoding="utf-8")
    except OSError:
        return ""
