"""The build hook of the package (pyproject.toml): compiles the shim where it can, and does without where it cannot."""

import runpy
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_HERE = Path(__file__).parent


class ShimHook(BuildHookInterface[Any]):
    """A wheel that holds the program is one for this platform; one without stays pure."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files; `version` is `editable` or `standard`."""
        build = runpy.run_path(str(_HERE / "build.py"))  # the package cannot be imported while it is built
        program: Path = build["BUILT"]
        try:
            build["compile_shim"](program)
        except build["CannotBuildError"] as error:
            self.app.display_info(f"the shim in Python will serve: {error}")
            with suppress(OSError):
                program.unlink()  # one of other sources, which nobody would start
            return
        if version != "editable":
            build_data["artifacts"].append(f"/{program.relative_to(self.root).as_posix()}")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{_platform()}"


def _platform() -> str:
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
