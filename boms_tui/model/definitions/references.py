"""References to secrets: where a value is to be had.

What is no reference may be the secret itself, so no message tells it.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalar import Scalar

_FORMS: Mapping[str, tuple[str, str]] = {
    "env": ("[A-Za-z_][A-Za-z0-9_]{0,200}", "the name of a variable, such as env:FEED_PASSWORD"),
    "file": (r"/[^\s$][^\n$]{0,4000}", "a path from the root, such as file:/etc/boms/feed"),
    "keyring": (
        r"[^\s/$:][^/\n$]{0,200}/[^\s/$][^/\n$]{0,200}",
        "a service and a name, such as keyring:feeds/exchange",
    ),
}
"""The pattern of what follows each scheme, and that in words."""


def _reference(value: str) -> str:
    scheme, colon, rest = value.partition(":")
    if not colon or scheme not in _FORMS:
        raise WrongValueError(
            "must be a reference to a secret, never the secret itself", "env:NAME, file:/path or keyring:service/name"
        )
    pattern, words = _FORMS[scheme]
    if not re.fullmatch(pattern, rest):
        hint = "placeholders are not filled in it" if "$" in rest else ""
        raise WrongValueError(f"must be a reference: {scheme} takes {words}", hint)
    return value


_ANY = "|".join(f"{scheme}:{pattern}" for scheme, (pattern, _) in _FORMS.items())
SecretReference = Annotated[str, Scalar(_reference, {"type": "string", "pattern": f"^({_ANY})$"})]
