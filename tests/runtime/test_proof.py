"""A proof tells the values that were handed over from others, and nothing else of them."""

import pytest

from boms_tui.runtime.output import proof
from boms_tui.runtime.output.proof import proof_of, proves

VALUES = {"PASSWORD": "correct horse", "KEY": "two\nlines é", "DB": "ops"}


@pytest.fixture(autouse=True)
def _another_process() -> None:
    proof._proof.cache_clear()
    proof._hash.cache_clear()


def test_it_proves_its_own_values_and_no_others() -> None:
    made = proof_of(VALUES)
    assert proves(made, dict(reversed(VALUES.items())))
    for other in ({**VALUES, "PASSWORD": "correct horsf"}, {"PASSWORD": VALUES["PASSWORD"]}, {}):
        assert not proves(made, other)


def test_a_value_that_is_never_masked_counts_for_nothing() -> None:
    assert proves(proof_of(VALUES), {**VALUES, "DB": "dev"})
    assert proves(proof_of({"DB": "ops"}), {"DB": "dev"})


def test_it_is_salted_and_holds_nothing_of_the_values() -> None:
    made = proof_of(VALUES)
    assert proof_of(VALUES) == made, "made once for each value, since it is slow"
    proof._proof.cache_clear()
    again = proof_of(VALUES)
    assert {len(made), len(again), len(set(made.split(":") + again.split(":")))} == {97, 4}
    assert "horse" not in made


def test_what_could_be_found_by_trying_has_none() -> None:
    assert proof_of({"PIN": "1234567", "PASSWORD": "correct horse"}) == ""
    assert proof_of({}) == ""


@pytest.mark.parametrize("made", ["", ":", "nonsense", "zz:00", "00:é", "00:"])
def test_what_is_no_proof_proves_nothing(made: str) -> None:
    assert not proves(made, VALUES)


@pytest.mark.parametrize("trouble", [ValueError("memory limit exceeded"), MemoryError()])
def test_a_machine_that_cannot_hash_now_proves_nothing(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    made = proof_of(VALUES)
    proof._hash.cache_clear()
    proof._proof.cache_clear()

    def refuse(*_: object, **__: object) -> bytes:
        raise trouble

    monkeypatch.setattr("hashlib.scrypt", refuse)
    assert not proves(made, VALUES)
    assert proof_of(VALUES) == ""
