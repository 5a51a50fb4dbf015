"""The looks: a calm dark and a light one with a single accent, one of sixteen colours, and one without any.

Lines are drawn in named tones; each look says what a tone is.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

NIGHT, DAY, PLAIN, MONO = "boms-night", "boms-day", "boms-plain", "boms-mono"

_NIGHT = {
    "background": "#10151c",
    "surface": "#161d27",
    "panel": "#1d2734",
    "foreground": "#c8d1dc",
    "primary": "#6cb6d9",
}
_DAY = {
    "background": "#fbfaf7",
    "surface": "#f1f0ec",
    "panel": "#e4e6e8",
    "foreground": "#272d35",
    "primary": "#0d6a94",
}


def _theme(name: str, colours: Mapping[str, str], *, dark: bool, rail: str, cursor: str) -> Theme:
    accent = colours["primary"]
    return Theme(
        name=name,
        primary=accent,
        secondary=accent,
        accent=accent,
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        success="#7fbf95" if dark else "#2a7a4b",
        warning="#dcb062" if dark else "#935f00",
        error="#e2777f" if dark else "#b3243a",
        dark=dark,
        variables={
            "scrollbar": rail,
            "scrollbar-hover": accent,
            "scrollbar-active": accent,
            "scrollbar-background": colours["background"],
            "scrollbar-background-hover": colours["background"],
            "scrollbar-background-active": colours["background"],
            "scrollbar-corner-color": colours["background"],
            "input-cursor-background": accent,
            "input-cursor-foreground": colours["background"],
            "input-selection-background": cursor,
            "block-cursor-background": accent,
            "block-cursor-foreground": colours["background"],
            "rail": rail,
            "veil": colours["background"] + " 55%",
        },
    )


def _plain(name: str, accent: str, *, success: str, warning: str, error: str) -> Theme:
    default = "ansi_default"
    return Theme(
        name=name,
        ansi=True,
        primary=accent,
        secondary=accent,
        accent=accent,
        foreground=default,
        background=default,
        surface=default,
        panel=default,
        boost=default,
        success=success,
        warning=warning,
        error=error,
        variables={
            **BUILTIN_THEMES["ansi-dark"].variables,
            "border": accent,
            "border-blurred": default,
            "scrollbar": accent,
            "scrollbar-background": default,
            "scrollbar-corner-color": default,
            "input-cursor-background": "ansi_white",
            "input-cursor-foreground": "ansi_black",
            "input-selection-background": "ansi_white",
            "input-selection-foreground": "ansi_black",
            "block-cursor-background": "ansi_white",
            "block-cursor-foreground": "ansi_black",
            "rail": default,
            "veil": "transparent",
        },
    )


THEMES = (
    _theme(NIGHT, _NIGHT, dark=True, rail="#2d3a4a", cursor="#24425a"),
    _theme(DAY, _DAY, dark=False, rail="#ccd1d6", cursor="#cfe3ee"),
    _plain(PLAIN, "ansi_cyan", success="ansi_green", warning="ansi_yellow", error="ansi_red"),
    _plain(MONO, "ansi_default", success="ansi_default", warning="ansi_default", error="ansi_default"),
)

_TONES: dict[str, dict[str, str]] = {
    NIGHT: {
        "": "", "strong": "bold #e8eef5", "dim": "#8e9aa8", "faint": "#616e7d", "rail": "#2d3a4a",
        "accent": "#6cb6d9", "brand": "bold #10151c on #6cb6d9", "group": "#9fb2c6", "key": "bold #6cb6d9",
        "ok": "#7fbf95", "live": "#6cb6d9", "wait": "#8e9aa8", "warn": "#dcb062", "bad": "#e2777f",
        "odd": "#bd9ae0", "alarm": "bold #10151c on #e2777f", "caution": "bold #10151c on #dcb062",
        "cursor": "on #22384b", "blurred": "on #1a2430", "old": "#616e7d",
    },
    DAY: {
        "": "", "strong": "bold #10151c", "dim": "#5d6873", "faint": "#7f8992", "rail": "#ccd1d6",
        "accent": "#0d6a94", "brand": "bold #ffffff on #0d6a94", "group": "#43566a", "key": "bold #0d6a94",
        "ok": "#2a7a4b", "live": "#0d6a94", "wait": "#5d6873", "warn": "#935f00", "bad": "#b3243a",
        "odd": "#7040a4", "alarm": "bold #ffffff on #b3243a", "caution": "bold #ffffff on #935f00",
        "cursor": "on #d3e5ef", "blurred": "on #e9ebec", "old": "#8a939b",
    },
    PLAIN: {
        "": "", "strong": "bold", "dim": "", "faint": "", "rail": "",
        "accent": "cyan", "brand": "bold reverse", "group": "bold", "key": "bold",
        "ok": "green", "live": "cyan", "wait": "", "warn": "bold yellow", "bad": "bold red",
        "odd": "bold magenta", "alarm": "bold reverse red", "caution": "bold reverse yellow",
        "cursor": "reverse default on default", "blurred": "underline", "old": "dim",
    },
}  # fmt: skip

_COLOURED = {"accent", "ok", "live", "warn", "bad", "odd", "alarm", "caution"}


def _parse(text: str) -> Style:
    return Style.parse(text) if text else Style.null()


def _without_colour(tone: str, style: Style) -> Style:
    return Style(bold=style.bold, reverse=style.reverse) if tone in _COLOURED else style


def _palettes() -> dict[str, Mapping[str, Style]]:
    looks = {name: {tone: _parse(text) for tone, text in tones.items()} for name, tones in _TONES.items()}
    looks[MONO] = {tone: _without_colour(tone, style) for tone, style in looks[PLAIN].items()}
    return {name: MappingProxyType(look) for name, look in looks.items()}


PALETTES = _palettes()
"""By the name of the theme: what each tone looks like. `boms-mono` has bold and reverse only."""
