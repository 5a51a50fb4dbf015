"""The file `spec`: what to run, where, within what limits. Keys that this shim does not know are left alone."""

from .files import VERSION, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .files import Pairs

FOREVER = 1 << 62


class Spec:
    """Durations are nanoseconds.

    Raises:
        ValueError: this is no spec, or not one of this version.
    """

    def __init__(self, data: bytes, umask: int) -> None:
        if not data.endswith(b"\0"):
            raise ValueError("the spec is cut off")
        pairs = unpack(data)
        one = _Fields(pairs)
        if one[b"version"] != VERSION:
            raise ValueError(f"the spec has version {one[b'version'].decode()}, this shim knows {VERSION.decode()}")
        self.argv = _all(pairs, b"arg")
        variables = (value.partition(b"=") for value in _all(pairs, b"env"))
        self.environment = {name: value for name, _, value in variables}
        self.directory = one[b"cwd"]
        self.timeout = _nanoseconds(one, b"timeout_ms") if b"timeout_ms" in one else FOREVER
        self.grace = _nanoseconds(one, b"grace_ms")
        self.output_cap = _number(one, b"output_cap")
        self.start_by = _number(one, b"start_by_ns")
        self.boot = one[b"boot_id"]
        self.umask = _number(one, b"umask", 8) if b"umask" in one else umask
        self.secrets = b"secrets" in one
        """Whether descriptor 3 is to be handed on to the task."""
        self.cgroup = one.get(b"cgroup", b"")
        """The folder of a cgroup for the task; empty where it stays in this shim's."""
        if not self.argv:
            raise ValueError("the spec has no `arg`")


class _Fields(dict[bytes, bytes]):
    def __missing__(self, key: bytes) -> bytes:
        raise ValueError(f"the spec has no `{key.decode()}`")


def _all(pairs: "Pairs", wanted: bytes) -> list[bytes]:
    return [value for key, value in pairs if key == wanted]


def _nanoseconds(one: _Fields, key: bytes) -> int:
    return min(_number(one, key) * 1_000_000, FOREVER)


def _number(one: _Fields, key: bytes, base: int = 10) -> int:
    digits = one[key]
    if not digits.isdigit() or len(digits) > 18 or max(digits) - ord("0") >= base:
        raise ValueError(f"the spec's `{key.decode()}` is no number")
    return int(digits, base)
