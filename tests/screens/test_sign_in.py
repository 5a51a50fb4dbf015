"""Signing in: over the live board, with sample accounts, a wrong password, a password that must be changed."""

from textual.widgets import Input

from boms_tui.model.ids import RunId
from boms_tui.screens.board import BoardScreen
from boms_tui.screens.gateway import Hint
from boms_tui.screens.signin import SignIn
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.stage import LARGE, Stage, stage


async def fill(at: Stage, *values: str) -> None:
    """Fill the inputs that are shown, in their order."""
    shown = [box for box in at.app.screen.query(Input) if box.region.height]
    for box, value in zip(shown, values, strict=True):
        box.value = value
    await at.pilot.pause()


async def test_the_first_screen_is_the_live_board_behind_the_box() -> None:
    async with stage() as at:
        await at.sees("Sample accounts", "RO", "LIVE", "needs a person")
        assert isinstance(at.app.screen, SignIn)


async def test_a_digit_signs_in_with_a_sample_account() -> None:
    async with stage() as at:
        await at.press("2")
        await at.sees("operator operator")
        assert isinstance(at.app.screen, BoardScreen)
        assert at.app.may("retry")
        assert not at.app.may("force-ok")


async def test_enter_signs_in_with_the_chosen_sample_account() -> None:
    async with stage() as at:
        await at.press("j", "j", "enter")
        await at.sees("supervisor supervisor")


async def test_escape_looks_around_without_rights() -> None:
    async with stage() as at:
        await at.press("escape")
        await at.sees("read-only: L signs in")
        await at.press("h")
        await at.press("colon")
        assert isinstance(at.app.screen, BoardScreen)
        await at.press("L")
        await at.sees("Sample accounts")


async def test_a_wrong_password_says_so_and_forgets_it() -> None:
    async with stage(hint=Hint()) as at:
        await fill(at, "asha", "wrong")
        await at.press("enter")
        await at.press("enter")
        await at.sees("sign-in refused")
        assert at.app.signed_in is None
        assert [box.value for box in at.app.screen.query(Input)][1] == ""
        await fill(at, "asha", "correct horse")
        await at.press("enter")
        await at.sees("asha supervisor")


async def test_both_fields_are_asked_for() -> None:
    async with stage(hint=Hint()) as at:
        await at.press("enter")
        await at.press("enter")
        await at.sees("User is required")
        assert at.gateway.asked["sign_in"] == 0


async def test_a_password_that_must_be_changed_is_changed() -> None:
    gateway = FakeGateway(must_change={"asha"})
    async with stage(gateway=gateway, hint=Hint()) as at:
        await fill(at, "asha", "correct horse")
        await at.press("enter")
        await at.press("enter")
        await at.sees("must be changed", "New password")
        await fill(at, "asha", "correct horse", "battery staple", "another")
        await at.press("enter", "enter")
        await at.sees("the two passwords differ")
        await fill(at, "asha", "correct horse", "battery staple", "battery staple")
        await at.press("enter", "enter")
        await at.sees("asha supervisor")
        assert gateway.passwords["asha"] == "battery staple"


async def test_nothing_below_the_box_can_be_reached() -> None:
    async with stage() as at:
        await at.press("ctrl+p")
        await at.press("question_mark")
        await at.press("X")
        assert isinstance(at.app.screen, SignIn)
        assert at.gateway.acts == []


async def test_signing_out_leaves_a_board_to_look_at() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("L")
        await at.sees("RO", "signed out")
        assert at.app.signed_in is None
        await at.until(lambda: at.gateway.asked["sign_out"] == 1)


async def test_the_board_stays_live_behind_the_box() -> None:
    async with stage(LARGE) as at:
        await at.sees("needs a person", "Sample accounts")
        at.gateway.change_run(RunId("compliance/exchange-files@2026-11-20.1"), reason="the desk was told")
        await at.sees("the desk was told")
