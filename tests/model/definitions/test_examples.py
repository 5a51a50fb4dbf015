"""The examples of DESIGN section 3 and SEMANTICS S5, word by word: what comes later, and nothing else."""

import re
from datetime import timedelta
from pathlib import Path

from boms_tui.model.condition import Dependency, FileCheck, Outcome
from boms_tui.model.definition import Checks, Lock, OutputCheck
from boms_tui.model.ids import ProcessId, TaskName
from tests.model.definitions.given import applied, process, told

EXAMPLES = Path(__file__).parent / "examples"
PROCESS = (EXAMPLES / "process.yaml").read_text()
DOCUMENTS = (EXAMPLES / "documents.yaml").read_text()
README = (Path(__file__).parents[3] / "README.md").read_text()
UPSTREAM = "---\n".join(
    f"process: {name}\ntasks: {{publish: {{command: run}}}}\n"
    for name in ("trading/close", "risk/limits", "risk/var", "reference/prices", "static/load")
)
ONCALL = "contact: margin-oncall\nphone: '+91 22 5550 0102'\n"
LATER_DOCUMENTS = """
2.yaml:16:1: not supported yet: connection
"""
LATER_IN_PROCESS = """
1.yaml:16:5: not supported yet: sql
1.yaml:36:51: not supported yet: sql
1.yaml:39:5: not supported yet: procedure
1.yaml:45:5: not supported yet: package
1.yaml:48:5: not supported yet: sql
"""


def test_the_examples_say_nothing_wrong_but_what_comes_later() -> None:
    expected = (LATER_IN_PROCESS + LATER_DOCUMENTS).split("\n")
    assert told(PROCESS, DOCUMENTS, UPSTREAM, ONCALL) == [line for line in expected if line]


def test_the_example_without_what_comes_later_is_a_process() -> None:
    supported = """
process: settlement/eod-margin
title: End-of-day margin
instructions: |                       # the runbook an operator sees
  Margin must be published before 21:30. If the price file is late, call the exchange desk first.
owner: settlement                     # a role
extends: nightly                      # a template; what stands here wins
timezone: Asia/Kolkata
day_starts: "06:00"                   # a run at 02:00 still belongs to yesterday's business date
parameters: {region: {default: west, choices: [west, south]}}
start:                                # what orders a run; any of them
  - cron: "30 18 * * *"
  - file: {path: "in/prices_${business_date:%Y%m%d}.csv", settled_for: 30s}
  - event: market-closed
  - process: trading/close            # ordered when it succeeds, for the same business date
after:                                # gates on the run: all must be open
  - process: risk/limits              # same business date, succeeded
  - {process: reference/prices, date: previous}
  - {process: static/load, within: 12h}
overlap: queue                        # queue | skip | parallel
on_failure: wait                      # wait for a person (default) | fail | continue
contacts: [settlement-desk]
defaults: {retries: 2, retry_delay: 60s, retry_backoff: 2, timeout: 30m, pool: local}
tasks:
  load-prices:
    command: [bin/load_prices.bat, "${business_date:%Y%m%d}"]
    environment: {REGION: "${parameters.region}"}
    directory: jobs/prices
    success_codes: [0, 3]
    checks:
      before: [{file: {path: "in/prices_${business_date:%Y%m%d}.csv", min_size: 1, newer_than: 24h}}]
      after: [{output: {fail_on: "ORA-|ERROR"}}]
  compute:
    after: [load-prices, "risk/var:publish"]
    command: bin/compute.sh
    resources: {warehouse-slots: 2}
    locks: [{name: positions, mode: exclusive}]
    contacts: [margin-oncall]
  release:
    after: [compute]
    manual: {prompt: "Totals match the exchange file?"}
  tell-desk:
    after: [compute: failed]                        # succeeded (default) | failed | finished
    command: [bin/notify_desk.sh]
"""
    documents = """
template: nightly
defaults: {retries: 5, retry_max_delay: 10m}
---
contact: settlement-desk
name: Settlement desk
phone: "+91 22 5550 0101"
mail: settlement@example.com
hours: {mon-fri: "08:00-20:00"}
then: {margin-oncall: 15m}            # the ladder: who next, after how long
---
resource: warehouse-slots
units: 4
---
role: settlement
inherits: [operator]
scopes: [settlement/*, reference/*]
"""
    margin = process(supported, "settlement/eod-margin", documents, UPSTREAM, ONCALL)
    assert list(margin.tasks) == ["load-prices", "compute", "release", "tell-desk"]
    assert margin.tasks[TaskName("compute")].after == (
        Dependency(task=TaskName("load-prices")),
        Dependency(process=ProcessId("risk/var"), task=TaskName("publish")),
    )
    assert margin.tasks[TaskName("load-prices")].checks == Checks(
        (FileCheck("in/prices_${business_date:%Y%m%d}.csv", min_size=1, newer_than=timedelta(days=1)),),
        (OutputCheck("ORA-|ERROR"),),
    )
    assert margin.tasks[TaskName("compute")].resources == {"warehouse-slots": 2}
    assert margin.tasks[TaskName("compute")].locks == (Lock("positions"),)
    assert margin.tasks[TaskName("tell-desk")].after == (Dependency(when=Outcome.FAILED, task=TaskName("compute")),)
    assert len(applied(supported, documents, UPSTREAM, ONCALL).created) == 11


def test_the_definitions_of_the_readme_are_definitions() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert applied(*blocks).created == (
        "process settlement/eod-margin",
        "resource warehouse-slots",
        "process settlement/warehouse",
        "calendar nse",
        "calendar nse-expiry",
        "process settlement/expiry",
        "process settlement/margin",
        "process trading/close",
        "process reference/static",
        "process market/prices",
        "process market/poll",
        "template brokerage",
        "template nightly",
        "process finance/ledger",
        "role settlement",
        "policy production",
        "process settlement/payout",
    )
