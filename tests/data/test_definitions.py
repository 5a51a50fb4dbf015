"""BOMS takes the sample's definitions as they are."""

from datetime import date

import pytest

from boms_tui.model.condition import Outcome, inside
from boms_tui.model.definition import Manual
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import plan
from tests.data.sample import documents, expected, in_force


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return in_force()


def test_all_of_it_is_valid(catalogue: Catalogue) -> None:
    assert catalogue.processes.keys() == documents("process").keys()
    assert catalogue.contacts.keys() == documents("contact").keys()
    assert catalogue.roles.keys() == documents("role").keys()
    assert catalogue.resources.keys() == documents("resource").keys()


def test_one_weekday_orders_every_process_once_and_a_saturday_none(catalogue: Catalogue) -> None:
    friday = plan(catalogue, date(2026, 11, 20))
    assert [one.process for one in friday.excluded] == []
    assert sorted(one.process for one in friday.planned) == sorted(catalogue.processes)
    assert plan(catalogue, date(2026, 11, 21)).planned == ()


def test_the_planned_failure_is_for_a_person(catalogue: Catalogue) -> None:
    obligations = catalogue.processes[ProcessId("settlement/obligations")].tasks
    assert obligations[TaskName("fetch-exchange-file")].retry.retries == 0
    ((_, on_failure),) = inside(obligations[TaskName("tell-desk")].after)
    assert on_failure.when is Outcome.FAILED


def test_the_acts_are_on_tasks_that_ask_for_them(catalogue: Catalogue) -> None:
    for act in expected()["acts"]:
        process, _, name = act["target"].partition(":")
        task = catalogue.processes[ProcessId(process)].tasks[TaskName(name)]
        asks = isinstance(task.work, Manual) or task.confirm
        assert (act["verb"], act["when"]) == (("confirm", "asked") if asks else ("retry", "failed"))
