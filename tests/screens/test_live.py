"""The lists live: changes arrive, the cursor stays on what it is on, and only what changed is drawn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from textual.geometry import Region

from boms_tui.model.ids import AttemptId, RunId
from boms_tui.model.states import AttemptState, RunState, TaskState
from boms_tui.model.views import Progress
from boms_tui.screens.line import Line, Span
from boms_tui.screens.run import RunScreen
from boms_tui.screens.task import TaskScreen
from boms_tui.screens.theme import DAY, NIGHT
from boms_tui.screens.widgets.graphview import GraphView
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.logview import LogView
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.night import NOW
from tests.screens.stage import LARGE, Stage, stage

MARGIN, VAR = RunId("settlement/eod-margin@2026-11-20.1"), RunId("risk/var@2026-11-20.1")
FILES = RunId("compliance/exchange-files@2026-11-20.1")


def table(at: Stage) -> LineTable:
    return at.app.screen.query_one("#table", LineTable)


def drawn_regions(view: LineTable) -> list[Region]:
    """The regions that the view asks to be drawn from now on."""
    regions: list[Region] = []
    refresh: Callable[..., object] = view.refresh

    def spy(*asked: Region, **options: object) -> object:
        regions.extend(asked or (Region(0, 0, *view.size),))
        return refresh(*asked, **options)

    view.refresh = spy  # type: ignore[method-assign, assignment]
    return regions


async def test_the_cursor_stays_on_its_run_when_the_list_moves() -> None:
    async with stage(signed_in=signed_in()) as at:
        table(at).choose(FILES)
        at.gateway.change_run(RunId("risk/limits@2026-11-20.1"), state=RunState.STALLED, reason="nothing will order it")
        await at.sees("nothing will order it")
        assert table(at).cursor == FILES


async def test_the_cursor_goes_to_the_nearest_row_when_its_own_has_gone() -> None:
    async with stage(signed_in=signed_in()) as at:
        table(at).choose(FILES)
        await at.press("slash", *"dept:settle", "enter")
        await at.misses("exchange-files")
        assert table(at).cursor in {MARGIN, "settlement/contract-notes@2026-11-20.1"}


async def test_one_change_draws_one_line() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("LIVE")
        regions = drawn_regions(table(at))
        at.gateway.change_task(f"{VAR}:reprice-fo", state=TaskState.SUCCEEDED, ended_at=NOW)
        await at.sees("3/7")
        await at.until(lambda: regions)
        assert all(region.height == 1 for region in regions)
        assert len({region.y for region in regions}) == 1
        assert max(region.width for region in regions) < 40


async def test_nothing_is_drawn_while_nothing_changes() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("LIVE")
        regions = drawn_regions(table(at))
        for _ in range(12):
            at.app.second()
            at.app.feed.look()
            await at.pilot.pause()
        assert regions == []


async def test_the_board_filters_as_it_is_typed_and_escape_clears() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("slash", *"state:failed")
        await at.sees("filter: state:failed")
        await at.misses("ledger")
        await at.press("enter", "escape")
        await at.sees("ledger")
        assert at.app.screen is at.app.board


async def test_the_board_groups_by_state_and_back() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("t")
        await at.sees(" running ──", "risk/var")
        await at.press("t")
        await at.sees(" risk ──")


async def test_the_board_shows_all_dates_when_asked() -> None:
    gateway = FakeGateway()
    old = RunId("finance/ledger@2026-11-19.1")
    run = gateway.runs[RunId("finance/ledger@2026-11-20.1")]
    gateway.runs[old] = replace(
        run, id=old, business_date=run.business_date - timedelta(days=1), state=RunState.SUCCEEDED
    )
    async with stage(LARGE, gateway=gateway, signed_in=signed_in()) as at:
        await at.sees("ledger")
        assert "19 Nov" not in at.text
        await at.press("a")
        await at.sees("ledger 19 Nov", "all dates")


async def test_keys_move_the_cursor() -> None:
    async with stage(signed_in=signed_in()) as at:
        first = table(at).cursor
        for keys, moved in ((("j",), True), (("k",), False), (("down", "up"), False), (("G",), True), (("g",), False)):
            await at.press(*keys)
            assert (table(at).cursor != first) is moved
        await at.press("pagedown")
        assert table(at).cursor != first
        await at.press("pageup", "ctrl+d", "ctrl+u")
        assert table(at).cursor == first


async def test_a_click_chooses_and_another_opens() -> None:
    async with stage(signed_in=signed_in()) as at:
        row = next(y for y, line in enumerate(table(at).lines) if line.key == FILES)
        await at.pilot.click("#table", offset=(10, row))
        assert table(at).cursor == FILES
        await at.pilot.click("#table", offset=(10, row))
        await at.until(lambda: isinstance(at.app.screen, RunScreen))


async def test_board_to_run_to_task_and_back() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("enter")
        await at.sees("End-of-day margin", "TRY NOTE")
        await at.press("j", "j", "j", "enter")
        await at.until(lambda: isinstance(at.app.screen, TaskScreen))
        await at.sees("Compute", "Attempts")
        await at.press("q", "escape")
        assert at.app.screen is at.app.board


async def test_the_tree_shows_steps_as_they_go() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(VAR)
        await at.sees("2/7 tasks", "▶ reprice-fo")
        at.gateway.change_task(f"{VAR}:reprice-fo", state=TaskState.SUCCEEDED, ended_at=NOW)
        await at.sees("3/7 tasks", "✓ reprice-fo")


async def test_what_a_task_says_of_itself_moves_without_the_journal() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(VAR)
        await at.sees("▶ reprice-fo")
        attempt = at.gateway.attempts[f"{VAR}:reprice-fo"][-1].id
        for meter in (10, 55):
            at.gateway.said[attempt] = Progress(meter, f"book {meter}", NOW)
            await at.sees(f"{meter}%", f"book {meter}")
        await at.press("j", "j", "j", "enter")
        await at.sees("55%  said 22:14:07  book 55")
        at.gateway.said[attempt] = Progress(70, "book 70", NOW)
        await at.sees("70%  said 22:14:07  book 70")
        del at.gateway.said[attempt]
        await at.misses("70%")
        assert at.gateway.sequence == 100


async def test_a_meter_that_stands_still_draws_nothing() -> None:
    async with stage(signed_in=signed_in()) as at:
        attempt = at.gateway.attempts[f"{VAR}:reprice-fo"][-1].id
        at.gateway.said[attempt] = Progress(42, "book 7", NOW)
        at.app.open_run(VAR)
        await at.sees("42%")
        regions = drawn_regions(table(at))
        asked = at.gateway.asked["progress"]
        await at.until(lambda: at.gateway.asked["progress"] > asked + 3)
        assert regions == []
        at.gateway.said[attempt] = Progress(43, "book 7", NOW)
        await at.sees("43%")
        assert {region.height for region in regions} == {1}
        assert max(region.width for region in regions) < 12


async def test_a_screen_that_cannot_be_read_again_is_not_live() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(VAR)
        await at.sees("▶ reprice-fo")
        assert not table(at).old
        del at.gateway.runs[VAR]
        at.gateway.sequence += 1
        await at.sees("there is no run")
        await at.until(lambda: table(at).old)


async def test_a_reason_that_grows_leaves_the_cursor_in_sight() -> None:
    async with stage((80, 14), signed_in=signed_in()) as at:
        at.app.open_run(MARGIN)
        await at.sees("tell-desk")
        await at.press("G")
        at.gateway.change_run(MARGIN, reason="first this, and then that, and nobody knows why; " * 8)
        await at.sees("first this")
        await at.until(lambda: any("tell-desk" in row for row in at.rows))


async def test_the_ladder_of_a_contact_stands_beside_a_wide_list() -> None:
    async with stage(LARGE, signed_in=signed_in()) as at:
        await at.press("3")
        await at.sees("at once", "Margin on call", "after 30m", "Operations lead")
        await at.press("G")
        await at.sees("after 15m", "after 45m")


async def test_the_map_keeps_the_task_under_the_cursor() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(VAR)
        await at.sees("reprice-fo")
        table(at).choose(f"{VAR}:reprice-fo")
        await at.press("m")
        graph = at.app.screen.query_one(GraphView)
        assert graph.cursor == "reprice-fo"
        await at.press("right")
        assert graph.cursor == "reprice-debt"
        await at.press("left", "left", "left")
        assert graph.cursor == "reprice-equity"
        await at.press("j")
        assert graph.cursor == "aggregate"
        await at.press("k", "k")
        assert graph.cursor == "scenarios"
        await at.press("m")
        assert table(at).cursor == f"{VAR}:scenarios"


async def test_the_map_recolours_without_moving() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(VAR)
        await at.sees("reprice-fo")
        await at.press("m")
        await at.sees("▶ reprice-fo", "┌")
        before = [row.replace("▶ reprice-fo", "✓ reprice-fo") for row in at.rows[3:20]]
        at.gateway.change_task(f"{VAR}:reprice-fo", state=TaskState.SUCCEEDED, ended_at=NOW)
        await at.sees("✓ reprice-fo")
        assert at.rows[3:20] == before


async def test_the_log_follows_until_somebody_scrolls() -> None:
    async with stage(signed_in=signed_in()) as at:
        ref = f"{VAR}:reprice-fo"
        at.app.open_task(ref)
        await at.sees("following", "exit 3")
        attempt = AttemptId(f"{ref}.1")
        at.gateway.outputs[attempt] = b"".join(b"line %d\n" % number for number in range(200))
        await at.sees("line 199")
        log = at.app.screen.query_one(LogView)
        log.focus()
        await at.press("g")
        await at.sees("line 0", "stopped: F follows")
        at.gateway.outputs[attempt] += b"line 200\n"
        await at.pilot.pause(0.1)
        assert "line 200" not in at.text
        await at.press("F")
        await at.sees("line 200", "following")


async def test_a_log_that_comes_all_at_once_is_shown_at_its_end() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_task(f"{MARGIN}:compute")
        await at.sees("nothing was published")
        at.app.feed.stop()
        log = at.app.screen.query_one(LogView)
        log.show([])
        await at.until(lambda: not log.show_vertical_scrollbar)
        log.show([Line(f"#{number}", (Span(f"line {number}"),)) for number in range(200)])
        assert log.following
        assert round(log.scroll_y) == 200 - log.size.height


async def test_the_bar_of_a_log_that_was_scrolled_before_it_was_laid_out_stands_at_its_end() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_task(f"{MARGIN}:compute")
        await at.sees("nothing was published")
        log = at.app.screen.query_one(LogView)
        assert log.scroll_y > 0
        log.show_vertical_scrollbar = False
        log.vertical_scrollbar.position = 0
        log.show_vertical_scrollbar = True
        assert log.vertical_scrollbar.position == log.scroll_y


async def test_a_new_attempt_is_followed_and_old_ones_can_be_looked_at() -> None:
    async with stage(signed_in=signed_in()) as at:
        ref = f"{MARGIN}:compute"
        at.gateway.outputs[AttemptId(f"{ref}.1")] = b"the first try\n"
        at.app.open_task(ref)
        await at.sees("Log of attempt 2")
        await at.press("left_square_bracket")
        await at.sees("Log of attempt 1", "the first try")
        await at.press("right_square_bracket")
        await at.sees("Log of attempt 2")
        last = at.gateway.attempts[ref][-1]
        third = replace(last, number=3, state=AttemptState.RUNNING, ended_at=None, exit_code=None)
        at.gateway.attempts[ref] = (*at.gateway.attempts[ref], third)
        at.gateway.outputs[third.id] = b"trying again\n"
        at.gateway.change_task(ref, state=TaskState.RUNNING, attempts=3)
        await at.sees("trying again", "▶ running")


async def test_the_panes_of_a_task_can_fill_the_screen() -> None:
    async with stage((80, 40), signed_in=signed_in()) as at:
        at.app.open_task(f"{MARGIN}:compute")
        await at.sees("Attempts", "Log of")
        await at.press("z")
        await at.misses("Attempts")
        await at.press("z")
        await at.misses("Log of")
        await at.sees("What to do", "What happened")
        await at.press("z")
        await at.sees("Attempts", "Log of")


async def test_a_run_that_is_not_there_says_so() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(RunId("no/such@2026-11-20.1"))
        await at.sees("there is no run no/such@2026-11-20.1: go back to the board")


async def test_the_processes_are_searched_and_lead_to_the_last_run() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("2")
        await at.sees("archive")
        await at.press("slash", *"margin", "enter")
        await at.sees("End-of-day margin", "18:30 Mon-Fri")
        await at.misses("archive")
        await at.sees("settlement/eod-margin")
        await at.press("enter")
        await at.until(lambda: isinstance(at.app.screen, RunScreen))


async def test_the_views_have_digits() -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        for digit, text in (("2", "Processes"), ("3", "Contacts"), ("4", "Users"), ("1", "Board")):
            await at.press(digit)
            await at.sees(f"BOMS  {text}")
        assert len(at.app.screen_stack) == 2


async def test_the_palette_knows_verbs_runs_and_processes_and_nothing_else() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("colon", *"var")
        await at.sees("Run risk/var@2026-11-20.1", "Process risk/var")
        await at.press("enter")
        await at.sees("Value at risk")
        await at.press("colon", *"screenshot")
        await at.pilot.pause(0.2)
        assert "Save" not in at.text


async def test_dark_and_light() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("D")
        assert at.app.theme == DAY
        await at.press("D")
        assert at.app.theme == NIGHT


async def test_without_unicode_all_is_ascii() -> None:
    async with stage(signed_in=signed_in(), ascii_only=True) as at:
        await at.sees("needs a person", "* LIVE")
        at.app.open_run(VAR)
        await at.sees("reprice-fo")
        await at.press("m")
        await at.press("r")
        await at.pilot.pause()
        assert at.text.isascii(), [row for row in at.rows if not row.isascii()]


async def test_a_hundred_thousand_lines_are_a_list_like_any_other() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("LIVE")
        await at.press("j")
        lines = [Line(f"k{number}", (Span(f"row {number}"),)) for number in range(100_000)]
        table(at).show(lines)
        await at.press("G")
        assert table(at).cursor == "k99999"
        await at.sees("row 99999")
