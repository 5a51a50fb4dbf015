"""Patterns, in the syntax of RE2: matching one takes time in proportion to the text, whatever the pattern.

Reading one does not: a thousand characters can count so much that it takes seconds. Such patterns are refused.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalar import ANY_SCALAR, Scalar
from boms_tui.model.nearest import told

if TYPE_CHECKING:
    import re2

LONGEST = 1_000
MOST_COSTLY = 100
_MEMORY = 64 * 1024
_LONG = 100
_LARGE = 1_000
"""Instructions of a compiled pattern."""
_ANCHORS_OF_TEXT = re.compile(r"\(\?[a-zA-Z]*-[a-zA-Z]*m")
_QUOTED = re.compile(r"(?<!\\)(\\\\)*\\Q")


class Wrong(NamedTuple):
    """What is wrong with a pattern."""

    what: str
    hint: str = ""


class Patterns:
    """The patterns of one apply. Each is compiled once; those that are long, large or wrong are costly, and counted."""

    def __init__(self) -> None:
        self._found: dict[str, Wrong | None] = {}
        self._costly = 0

    def check(self, text: str) -> None:
        """Look at a pattern.

        Raises:
            WrongValueError: it cannot be used.
        """
        if text not in self._found:
            self._found[text] = self._look_at(text)
        wrong = self._found[text]
        if wrong is not None:
            raise WrongValueError(*wrong)

    def _look_at(self, text: str) -> Wrong | None:
        if not text:
            return Wrong("must not be empty")
        if len(text) > LONGEST:
            return Wrong(f"longer than {LONGEST:,} characters", "split it into several checks")
        if _ANCHORS_OF_TEXT.search(text):
            return Wrong("(?-m) means nothing here", "each line is matched by itself")
        if _QUOTED.search(text):
            return Wrong(r"\Q is not understood here", r"write a backslash before each sign that is meant as it stands")
        if self._costly == MOST_COSTLY:
            return Wrong(
                f"more than {MOST_COSTLY} patterns are long, large or wrong", "apply fewer documents at a time"
            )
        size, wrong = _compiled(text)
        self._costly += wrong is not None or size > _LARGE or len(text) > _LONG
        return wrong


def _compiled(text: str) -> tuple[int, Wrong | None]:
    """The instructions of a pattern, and what is wrong with it."""
    import re2

    try:
        return re2.compile(text, _options()).programsize, None
    except re2.error as error:
        why = _why(error)
    if why.startswith("pattern too large"):
        return 0, Wrong("too large a pattern", "count less, such as .* for .{0,999}")
    return 0, Wrong(f"not a pattern: {told(why)}", "the syntax is that of RE2")


@cache
def _options() -> "re2.Options":
    """A bound, and silence: the library would write errors to the standard error."""
    import re2

    options = re2.Options()
    options.log_errors, options.never_nl, options.never_capture, options.max_mem = False, True, True, _MEMORY
    return options


def _why(error: Exception) -> str:
    why: Any = error.args[0]
    return why.decode(errors="replace") if isinstance(why, bytes) else str(why)


class _Pattern(Scalar):
    """A scalar whose reader is given the `Patterns` of the apply, as the context of the validation."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read_among)

    def _read_among(self, value: object, info: ValidationInfo) -> object:
        patterns: Patterns = info.context or Patterns()
        text = str(self._read(value))
        patterns.check(text)
        return text


Pattern = Annotated[str, _Pattern(str, {**ANY_SCALAR, "minLength": 1, "maxLength": LONGEST})]
