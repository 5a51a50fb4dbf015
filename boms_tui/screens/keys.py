"""The keys that are no verbs: moving, opening, looking. Bindings, footer and help are read from here.

The verbs and their keys stand in `boms_tui.model.verbs`.
"""

from typing import NamedTuple

from textual.binding import Binding

from boms_tui.model.verbs import VERBS, On


class Key(NamedTuple):
    """One key, or several separated by commas. `footer` puts it in the footer where there is room."""

    keys: str
    action: str
    label: str
    footer: bool = False


class Group(NamedTuple):
    """Keys that belong together, under the heading that help gives them."""

    heading: str
    keys: tuple[Key, ...]


EVERYWHERE = Group("Everywhere", (
    Key("question_mark,f1", "app.help", "Help", footer=True),
    Key("colon", "app.command_palette", "Go to, or act"),
    Key("escape", "back", "Back"),
    Key("q", "leave", "Back; on the board: quit"),
    Key("1", "app.view('board')", "Board"),
    Key("2", "app.view('processes')", "Processes"),
    Key("3", "app.view('contacts')", "Contacts"),
    Key("4", "app.view('users')", "Users"),
    Key("L", "app.sign", "Sign in, or out", footer=True),
    Key("D", "app.dark", "Dark or light"),
    Key("tab", "app.focus_next", "Next pane"),
))  # fmt: skip

SCROLLING = Group("Scrolling", (
    Key("j,down", "scroll_lines(1)", "Down"),
    Key("k,up", "scroll_lines(-1)", "Up"),
    Key("g,home", "scroll_edge(0)", "To the top"),
    Key("G,end", "scroll_edge(1)", "To the end"),
    Key("pagedown", "scroll_page(1.0)", "Page down"),
    Key("pageup", "scroll_page(-1.0)", "Page up"),
    Key("ctrl+d", "scroll_page(0.5)", "Half a page down"),
    Key("ctrl+u", "scroll_page(-0.5)", "Half a page up"),
))  # fmt: skip

LIST = Group("Lists", (*SCROLLING.keys, Key("enter", "open", "Open", footer=True)))
SEARCH = Key("slash", "filter", "Filter", footer=True)
WHY_KEY = Key("w", "why", "Why", footer=True)
BOARD = Group("Board", (
    SEARCH,
    WHY_KEY,
    Key("t", "group", "Group", footer=True),
    Key("a", "dates", "All dates"),
))  # fmt: skip
PROCESSES = Group("Processes", (SEARCH, WHY_KEY))
RUN = Group("Run", (Key("m", "map", "Map", footer=True), WHY_KEY))
MAP = Group("Map", (
    Key("j,down", "walk(0, 1)", "Next layer"),
    Key("k,up", "walk(0, -1)", "Layer before"),
    Key("left", "walk(-1, 0)", "Left"),
    Key("right", "walk(1, 0)", "Right"),
    Key("enter", "open", "Open", footer=True),
))  # fmt: skip
TASK = Group("Task", (
    Key("F", "follow", "Follow", footer=True),
    Key("left_square_bracket", "attempt(-1)", "Attempt before"),
    Key("right_square_bracket", "attempt(1)", "Attempt after"),
    Key("z", "zoom", "Zoom", footer=True),
    WHY_KEY,
))  # fmt: skip
WHY = Group("Why", (Key("enter", "open", "Go there", footer=True),))
USERS = Group("Users", (
    Key("n", "users('add')", "Add", footer=True),
    Key("x", "users('disable')", "Disable", footer=True),
    Key("b", "users('enable')", "Enable", footer=True),
    Key("w", "users('reset')", "Password", footer=True),
    Key("p", "users('roles')", "Roles", footer=True),
))  # fmt: skip
DIALOG = Group("Dialogs", (Key("escape", "cancel", "Go back", footer=True),))
GROUPS = (EVERYWHERE, LIST, BOARD, RUN, MAP, TASK, WHY, PROCESSES, USERS)

_NAMES = {
    "question_mark": "?", "colon": ":", "slash": "/", "enter": "⏎", "escape": "Esc", "pagedown": "PgDn",
    "pageup": "PgUp", "left_square_bracket": "[", "right_square_bracket": "]", "down": "↓", "up": "↑",
    "left": "‹", "right": "›", "home": "Home", "end": "End", "tab": "Tab", "f1": "F1",
}  # fmt: skip


def name_of(keys: str) -> str:
    """Keys as a person reads them."""
    return " ".join(_NAMES.get(key, key.replace("ctrl+", "^")) for key in keys.split(","))


_Bindings = list[Binding | tuple[str, str] | tuple[str, str, str]]


def bindings(*groups: Group) -> _Bindings:
    """Textual's bindings of these keys."""
    return [
        Binding(key.keys, key.action, key.label, show=key.footer, id=f"{group.heading}-{key.action}".lower())
        for group in groups
        for key in group.keys
    ]


def verb_bindings(*kinds: On) -> _Bindings:
    """The bindings of the verbs that act on these kinds of things."""
    return [
        Binding(verb.key, f"app.verb('{verb.name}')", verb.label, id=f"verb-{verb.name}")
        for verb in VERBS.values()
        if verb.key and verb.on & set(kinds)
    ]
