"""How old the states are that a command shows: whoever reads them is told when nobody keeps them up to date."""

from argparse import Namespace
from collections.abc import Callable

from boms_tui.commands.context import Context
from boms_tui.model.views import DOWN_AFTER

Run = Callable[[Context, Namespace], int]


def with_age(run: Run) -> Run:
    """The command `run`, with a remark before its answer where the states in it may be old."""

    def run_with_age(context: Context, given: Namespace) -> int:
        remark = age(context)
        if remark:
            context.out.note(remark)
        return run(context, given)

    return run_with_age


def age(context: Context) -> str:
    """Since when no runtime has written states; "" where one does."""
    pulse = context.reader.pulse()
    if pulse.beat_at is None:
        return "" if pulse.led else "no runtime has led yet (nothing starts without one)"
    silent = pulse.store_now - pulse.beat_at
    since = context.out.time_of_day(pulse.beat_at, pulse.store_now)
    if not pulse.led:
        return f"no runtime leads since {since} (states may be old)"
    return f"no sign of life from {pulse.node} since {since} (states may be old)" if silent > DOWN_AFTER else ""
