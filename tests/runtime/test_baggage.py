"""What travels with an attempt comes back from its folder as it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from boms_tui.model.checks import DueFile
from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import OutputCheck
from boms_tui.model.records import CheckVerdict, Phase
from boms_tui.runtime.spool import baggage
from boms_tui.runtime.spool.baggage import Baggage
from tests.runtime.workshop import ATTEMPT, Workshop, spec_for

EVERY_LIMIT = FileCheck("out/ü ${x}\n.csv", 0, 1 << 40, timedelta(hours=24), timedelta(seconds=0.5))
AFTER = (
    DueFile(FileCheck("out.csv"), "/work/out.csv"),
    DueFile(EVERY_LIMIT, "/work/\udcff"),
    OutputCheck("ORA-|ERROR", "^\\d+ rows$"),
    OutputCheck(require="é"),
)
AT = datetime(2026, 11, 20, 18, 30, 0, 1, UTC)
CHECKED = (CheckVerdict(ATTEMPT, Phase.BEFORE, 0, "file in/é", passed=True, saw="in/é: 7 bytes", at=AT),)
SECRETS = {"PASSWORD": "env:FEED_PASSWORD", "KEY": "file:/etc/boms/é"}


def test_it_comes_back_as_it_was(shop: Workshop) -> None:
    spec = spec_for(ATTEMPT, ["true"], shop.folder, output_cap=77, after=AFTER, secrets=SECRETS)
    folder = shop.spool.publish(spec, CHECKED)
    assert baggage.read(folder) == Baggage(77, AFTER, CHECKED, SECRETS) == baggage.of(spec, CHECKED)


def test_a_proof_of_its_secrets_comes_back_too(shop: Workshop) -> None:
    spec = spec_for(ATTEMPT, ["true"], shop.folder, secrets=SECRETS)
    assert baggage.read(shop.spool.publish(spec, proof="salt:hash")) == baggage.of(spec, proof="salt:hash")


def test_most_attempts_carry_nothing_and_pay_nothing(shop: Workshop) -> None:
    folder = shop.publish("true")
    assert baggage.read(folder) == Baggage(1_000_000)
    assert baggage.packed(Baggage(1_000_000)) == b""


def test_a_shim_is_told_of_secrets_and_only_where_there_are_some(shop: Workshop) -> None:
    spec = spec_for(ATTEMPT, ["true"], shop.folder, after=AFTER)
    assert b"\0secrets\0" not in baggage.packed(baggage.of(spec))
    assert baggage.packed(baggage.of(replace(spec, secrets=SECRETS))).endswith(b"\0secrets\0001\0")


def test_a_shim_runs_a_task_whatever_travels_with_it(shop: Workshop) -> None:
    assert shop.run("true", after=AFTER).code == 0


@pytest.mark.parametrize(
    "body",
    [
        b"nonsense", b"id\0x\0", b"id\0x\0output_cap\0many\0", b"id\0x\0output_cap\0007\0check\0{\0",
        b"id\0x\0output_cap\0007\0check\0{\"place\": 1}\0", b"id\0x\0output_cap\0007\0check\0[1]\0",
        b"id\0x\0output_cap\0007\0check\0{\"later\": 1}\0", b"id\0x\0output_cap\0007\0checked\0[1, 2]\0",
        b"id\0x\0output_cap\0007\0secret\0[1]\0", b"id\0x\0output_cap\0007",
    ],
)  # fmt: skip
def test_a_spec_that_somebody_edited_is_said_to_be_one(shop: Workshop, body: bytes) -> None:
    folder = shop.publish("true")
    (folder / "spec").write_bytes(body)
    with pytest.raises(ValueError, match="the spec "):
        baggage.read(folder)


@pytest.mark.parametrize("left", [b"", bytes(300)])
def test_a_spec_that_a_power_loss_left_blank_had_no_checks(shop: Workshop, left: bytes) -> None:
    folder = shop.publish("true")
    (folder / "spec").write_bytes(left)
    assert baggage.read(folder).after == ()


def test_a_spec_that_is_gone_is_not_there(shop: Workshop) -> None:
    with pytest.raises(FileNotFoundError):
        baggage.read(shop.spool.folder(ATTEMPT))
