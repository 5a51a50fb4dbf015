"""Each thing that can be wrong with a definition: one clear problem, at its place."""

import pytest

from boms_tui.errors import ExitCode
from boms_tui.model.definitions import DefinitionError, Source, plan_apply
from boms_tui.model.site import Site
from tests.model.definitions.given import problems, told

TASKS = "tasks: {t: {command: run}}\n"
IDS = "an id has a-z, 0-9, _ and -, and begins with a letter or digit"

OF_ONE_PROCESS = [
    # keys
    ("titel: x\n" + TASKS, "2:1: unknown key: titel (did you mean title?)"),
    ("tasks: {t: {comand: run}}\n", "2:13: unknown key: comand (did you mean command?)"),
    ("defaults: {retrys: 1}\n" + TASKS, "2:12: unknown key: retrys (did you mean retries?)"),
    ("parameters: {r: {defualt: x}}\n" + TASKS, "2:18: unknown key: defualt (did you mean default?)"),
    ("start: [{corn: 0 1 * * *}]\n" + TASKS, "2:10: unknown key: corn (did you mean cron?)"),
    (
        "tasks: {t: {manual: {promt: really}}}\n",
        "2:21: `prompt` is missing|2:22: unknown key: promt (did you mean prompt?)",
    ),
    ("tіtle: x\n" + TASKS, ("2:1: unknown key: tіtle ("
     "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I is not ASCII; did you mean title?)")),
    ("<<: {title: x}\n" + TASKS, "2:1: unknown key: <<"),
    # kinds of values
    ("tasks: [t]\n", "2:8: `tasks` must be a mapping, not a list (such as {key: value})"),
    ("tasks: {t: run}\n", "2:12: `t` must be a mapping, not text (such as {key: value})"),
    ("contacts: desk\n" + TASKS, "2:11: `contacts` must be a list, not text (such as [a, b])"),
    ("contacts: [[desk]]\n" + TASKS, "2:12: `contacts` must be text, not a list"),
    ("title: {a: b}\n" + TASKS, "2:8: `title` must be text, not a mapping"),
    ("title: |\n  a\n  b\n" + TASKS, "2:8: `title` must be one line of at most 200 characters"),
    ("tasks: {t: {command: run, retries: many}}\n", "2:36: not a whole number from 0 to 1000: many"),
    ("tasks: {t: {command: run, retries: 1.5}}\n", "2:36: not a whole number from 0 to 1000: 1.5"),
    ("tasks: {t: {command: run, retries: -1}}\n", "2:36: not a whole number from 0 to 1000: -1"),
    ("tasks: {t: {command: run, retry_backoff: .nan}}\n",
     "2:42: not a factor from 1 to 100: .nan (such as 2 or 1.5)"),
    ("tasks: {t: {command: run, priority: 101}}\n", "2:37: not a whole number from 0 to 100: 101"),
    ("tasks: {t: {command: run, confirm: yes}}\n", "2:36: neither true nor false: yes"),
    ("tasks: {t: {command: run, exclude: on}}\n", "2:36: neither true nor false: on"),
    ("tasks: {t: {command: run, dry: 1}}\n", "2:32: neither true nor false: 1"),
    ("tasks: {t: {command: run, timeout: 5 minutes}}\n",
     "2:36: not a duration: 5 minutes (such as 30s, 5m, 2h or 1d)"),
    ("tasks: {t: {command: run, timeout: 0s}}\n", "2:36: `timeout` must be longer than 0s"),
    ("tasks: {t: {command: run, timeout: 367d}}\n", "2:36: too long: 367d (at most 366d)"),
    ("tasks: {t: {command: run, output_cap: lots}}\n", "2:39: not a size: lots (such as 64KiB or 10MB)"),
    ("tasks: {t: {command: run, output_cap: 0}}\n", "2:39: not a size: 0 (from 1 byte to 1024GiB)"),
    ("tasks: {t: {command: run, success_codes: []}}\n", "2:42: `success_codes` must not be empty"),
    ("on_failure: continu\n" + TASKS,
     "2:13: `on_failure` must be wait, fail or continue, not continu (did you mean continue?)"),
    ("day_starts: 6:00\n" + TASKS, '2:13: not a time of day: 6:00 (such as "06:00")'),
    ("timezone: Asia/Kolkatta\n" + TASKS, "2:11: no such time zone: Asia/Kolkatta (did you mean Asia/Kolkata?)"),
    ("timezone: ../../etc/passwd\n" + TASKS, "2:11: no such time zone: ../../etc/passwd"),
    ("parameters: {r: {default: a, choices: [b, c]}}\n" + TASKS, "2:17: the default a is not among the choices"),
    ("overlap: queu\n" + TASKS, "2:10: `overlap` must be queue, skip or parallel, not queu (did you mean queue?)"),
    # ids
    ("tasks: {Load: {command: run}}\n", f"2:9: not an id: Load ({IDS})"),
    ("tasks: {lоad: {command: run}}\n",
     "2:9: not an id: lоad (U+043E CYRILLIC SMALL LETTER O is not ASCII)"),
    (f"tasks: {{{'x' * 201}: {{command: run}}}}\n", f"2:9: not an id: {'x' * 59}… ({IDS})"),
    ("owner: Desk\n" + TASKS, f"2:8: not an id: Desk ({IDS})"),
    # work
    ("title: x\n", "1:1: a process needs `tasks`"),
    ("tasks: {}\n", "1:1: a process needs `tasks`"),
    ("tasks: {t: {}}\n", "2:12: task t needs either a `command` or a `manual`"),
    ("tasks: {t: {command: run, manual: {prompt: ok}}}\n",
     "2:12: task t needs only one of `command` and `manual`"),
    ("tasks: {t: {manual: {prompt: ok}, retries: 2, directory: x}}\n",
     ("2:44: a manual task runs nothing: `retries` means nothing here|"
     "2:58: a manual task runs nothing: `directory` means nothing here")),
    ("tasks: {t: {manual: {prompt: ' '}}}\n", "2:30: `prompt` must not be empty"),
    ("tasks: {t: {command: []}}\n", "2:22: names no program"),
    ("tasks: {t: {command: ''}}\n", "2:22: names no program"),
    ("tasks: {t: {command: 'run \"x'}}\n",
     "2:22: cannot be split into words: no closing quotation (write it as a list)"),
    ("tasks: {t: {command: run, environment: {1A: x}}}\n", "2:41: not the name of a variable: 1A"),
    ("tasks: {t: {command: run, environment: {BOMS_RUN: x}}}\n",
     "2:41: the runtime sets what begins with BOMS_: BOMS_RUN (choose another name)"),
    (f"tasks: {{t: {{command: [run, {'x' * 32_769}]}}}}\n", "2:28: longer than 32,768 characters"),
    (f"tasks: {{t: {{command: '{'x ' * 5_000}'}}}}\n",
     "2:22: longer than 8,192 characters (write it as a list)"),
    # placeholders
    ("tasks: {t: {command: 'run ${buisness_date}'}}\n",
     "2:22: unknown placeholder: ${buisness_date} (did you mean business_date?)"),
    ("tasks: {t: {command: 'run $1'}}\n",
     "2:22: a $ that begins no placeholder (write $$ for a dollar, ${run} for a placeholder)"),
    ("tasks: {t: {command: [run, '${parameters.regoin}']}}\nparameters: {region: {default: x}}\n",
     "2:28: unknown placeholder: ${parameters.regoin} (did you mean parameters.region?)"),
    ("defaults: {environment: {A: '${parameters.x}'}}\n" + TASKS,
     "2:29: unknown placeholder: ${parameters.x} (the process has no `parameters`)"),
    ("tasks: {t: {command: run, directory: 'in/${attempt:%d}'}}\n",
     "2:38: ${attempt} takes no format (write ${attempt})"),
    ("tasks: {t: {command: 'run ${business_date:%Q}'}}\n",
     "2:22: not a date's format: %Q (such as %Y%m%d; known are % with YmdyjaAbBuUVGw)"),
    # starts
    ("start: [{}]\n" + TASKS, "2:9: a start is one of `cron`, `process`, `event`, `file`"),
    ("start: [{cron: 0 1 * * *, process: a}]\n" + TASKS, "2:9: a start is one of `cron`, `process`, `event`, `file`"),
    ("start: [{cron: 0 25 * * *}]\n" + TASKS,
     '2:16: bad cron text: 0 25 * * *: 25 cannot be the hour (0-23) (such as "30 18 * * 1-5")'),
    ("start: [{cron: 0 1 * * * *}]\n" + TASKS,
     '2:16: bad cron text: 0 1 * * * *: 6 fields instead of 5 (such as "30 18 * * 1-5")'),
    ('start: [{cron: "@reboot"}]\n' + TASKS,
     '2:16: bad cron text: @reboot: 1 fields instead of 5 (such as "30 18 * * 1-5")'),
    ("start: [{cron: R R * * *}]\n" + TASKS,
     '2:16: bad cron text: R R * * *: R cannot be read (such as "30 18 * * 1-5")'),
    ("start: [{cron: 0 0 30 2 *}]\n" + TASKS,
     '2:16: bad cron text: 0 0 30 2 *: there is no such day (such as "30 18 * * 1-5")'),
    ("start: [{cron: 0 1 * * *}]\nparameters: {region: {}}\n" + TASKS,
     "3:22: parameter region has no default, and a `start` cannot give it (give it a default, or leave out `start`)"),
    # dependencies within
    ("tasks: {load: {command: run}, t: {command: run, after: [laod]}}\n",
     "2:57: unknown task: laod (did you mean load?)"),
    ("tasks: {t: {command: run, after: [t]}}\n", "2:35: a cycle: t waits for t"),
    ("tasks: {t: {command: run, after: [u]}, u: {command: run, after: [{t: failed}]}}\n",
     "2:35: a cycle: t waits for u waits for t"),
    ("tasks: {t: {command: run}, u: {command: run, after: [t, {t: failed}]}}\n",
     "2:57: t cannot both succeed and fail: this can never open (write `finished`)"),
    ("tasks: {t: {command: run}, u: {command: run, after: [{t: fialed}]}}\n",
     "2:54: `when` must be succeeded, failed or finished, not fialed (did you mean failed?)"),
    ("tasks: {t: {command: run}, u: {command: run, after: [{task: t, date: previous}]}}\n",
     "2:54: `date`, `within` and `if_planned` are of another process (name the `process` too)"),
    ("tasks: {t: {command: run, after: [{when: failed}]}}\n",
     "2:35: a dependency names a `process`, a `task` or both"),
    ("tasks: {t: {command: run, after: [{proces: x/y}]}}\n", "2:36: unknown key: proces (did you mean process?)"),
    ("after: [{process: b/c, date: yesterday}]\n" + TASKS,
     "2:30: not a date: yesterday (same, previous, or one such as 2026-11-20)"),
    ("after: [{task: t}]\n" + TASKS, "2:9: a run cannot wait for its own task t (name the `process` too)"),
    ("after: [a]\n" + TASKS,
     "2:9: a waits for its own run: this can never open (leave it out, or name another date)"),
    ("tasks: {t: {command: run}, u: {command: run, after: ['a:t']}}\n",
     "2:54: a waits for its own run: this can never open (write t)"),
    # events, files, groups, milestones
    ("start: [{event: e, task: t}]\n" + TASKS, "2:9: `task` is of another process (name the `process` too)"),
    ("start: [{process: b, meter: 5}]\n" + TASKS, "2:9: a task says `meter` and `label` (name the `task` too)"),
    ("start: [{process: b, task: t, meter: 5, label: x}]\n" + TASKS,
     "2:9: `meter` and `label` are two conditions (write one entry for each)"),
    ("start: [{process: b, task: t, meter: 101}]\n" + TASKS, "2:38: not a whole number from 0 to 100: 101"),
    ('start: [{file: {path: "in/${run}.csv"}}]\n' + TASKS,
     "2:16: ${run} is not known before there is a run (leave it out, or write *)"),
    ('start: [{file: {path: "in/${business_date:%d}.csv"}}]\n' + TASKS,
     "2:16: no date follows from %d (such as %Y%m%d)"),
    ("start: [{file: {path: in/x.csv, move_to: done, mark: .taken}}]\n" + TASKS,
     "2:16: `move_to` and `mark` exclude each other (leave one of them out)"),
    ("start: [{file: {path: in/*, mark: .taken}}]\n" + TASKS,
     "2:16: a file that is marked .taken would match again (narrow the `path`)"),
    ("start: [{file: {path: 'in/*/*/*', move_to: in/done/}}]\n" + TASKS,
     "2:16: a file that is moved to in/done/ would match again (narrow the `path`)"),
    ("start: [{file: {path: in/x, move_to: 'done/${business_date:%Y}'}}]\n" + TASKS,
     "2:16: `move_to` takes no placeholders (each run has a folder of its own below it)"),
    ("start: [{file: {path: in/x, mark: /taken}}]\n" + TASKS,
     "2:16: cannot be added to a name: /taken (such as .taken)"),
    ("tasks: {t: {command: 'run ${file}'}}\n",
     "2:22: ${file} is the file of a `start`, and no file starts this process"),
    ("tasks: {t: {command: run, after: [{file: 'in/*.csv'}]}}\n",
     "2:35: one file is waited for: in/*.csv (patterns stand under `start`)"),
    ("tasks: {t: {command: run, after: [{file: 'in/${attempt}.csv'}]}}\n",
     "2:42: unknown placeholder: ${attempt} (the process has no `parameters`)"),
    ("tasks: {t: {command: run, after: [{event: e, process: b}]}}\n",
     "2:35: `event` stands alone (write one entry for each condition)"),
    ("tasks: {t: {command: run, after: [{any: [{event: e}]}]}}\n",
     "2:35: `any` groups two conditions or more (write the one without a group)"),
    ("tasks: {t: {command: run}, u: {command: run, after: [{any: [t, v]}]}}\n",
     "2:64: unknown task: v (t or u)"),
    ("tasks: {t: {command: run, after: [{any: [{event: e}, {all: [u, {event: f}]}]}]}, u: {command: x, after: [t]}}\n",
     "2:61: a cycle: t waits for u waits for t"),
    ("tasks: {t: {command: run}, u: {command: run, after: [{task: t, within: 1h}]}}\n",
     "2:54: `date`, `within` and `if_planned` are of another process (name the `process` too)"),
    ("after: [{process: b, within: 8d}]\n" + TASKS,
     "2:9: `within` looks back a week at the most (wait for a `date` instead)"),
    ("after: [{process: b, meter: 50}]\n" + TASKS,
     "2:9: `meter` and `label` are of a `task`, without `when` and `within`"),
    ("start: [{event: e}]\ntasks: {t: {command: boms event e}}\n", "2:17: a cycle: a waits for a:t waits for a"),
    # names of other documents
    ("start: [{process: trading/close}]\n" + TASKS, "2:19: unknown process: trading/close (a)"),
    ("after: [b]\n" + TASKS, "2:9: unknown process: b (a)"),
    ("owner: operater\n" + TASKS, "2:8: unknown role: operater (did you mean operator?)"),
    ("contacts: [desk]\n" + TASKS, "2:12: unknown contact: desk"),
    ("tasks: {t: {command: run, contacts: [desk]}}\n", "2:38: unknown contact: desk"),
    ("defaults: {contacts: [desk]}\n" + TASKS, "2:23: unknown contact: desk"),
    ("extends: nightly\n" + TASKS, "2:10: unknown template: nightly"),
    ("start: [{process: a}]\n" + TASKS, "2:19: a cycle: a waits for a"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), OF_ONE_PROCESS, ids=[expected for _, expected in OF_ONE_PROCESS])
def test_what_is_wrong_with_a_process(text: str, expected: str) -> None:
    assert told(f"process: a\n{text}") == [f"1.yaml:{line}" for line in expected.split("|")]


DESK = "contact: desk\nphone: '+1 555 0100'\n"
OF_OTHERS = [
    ("process: Eod Margin\n" + TASKS, f"1:10: not a process id: Eod Margin ({IDS}; folders are parted by /)"),
    ("process: a//b\n" + TASKS, f"1:10: not a process id: a//b ({IDS}; folders are parted by /)"),
    ("contact: desk\n", "1:1: nobody can reach desk (give a `phone` or a `mail`)"),
    ("contact: desk\nmail: nowhere\n", "2:7: not a mail address: nowhere (such as desk@example.com)"),
    ("contact: desk\nphone: none\n", "2:8: not a phone number: none (such as +91 22 5550 0101)"),
    (DESK + "then: {dsk: 5m}\n", "3:13: unknown contact: dsk (did you mean desk?)"),
    (DESK + "then: {desk: 5m}\n", "3:14: desk comes after itself (name whom to call next)"),
    (DESK + "hours: {mon-fry: '08:00-20:00'}\n",
     "3:9: not a day or a range of days: mon-fry (such as mon-fri or sat)"),
    (DESK + "hours: {sat: '8-20'}\n", '3:14: not a range of hours: 8-20 (such as "08:00-20:00")'),
    ("role: settlement\ninherits: [operater]\n", "2:12: unknown role: operater (did you mean operator?)"),
    ("role: operator\n", "1:7: operator is built in (choose another name)"),
    ("role: b\ninherits: [c]\n---\nrole: c\ninherits: [b]\n", "2:12: a cycle: b inherits c inherits b"),
    ("role: b\nscopes: [Risk/*]\n", "2:10: not a scope: Risk/* (such as settlement/* or settlement/payouts:release)"),
    ("template: nightly\nextends: daily\n", "2:10: unknown template: daily"),
    ("template: nightly\nextends: nightly\n", "2:10: a cycle: nightly extends nightly"),
    ("template: nightly\nextends: Daily\n", f"2:10: not an id: Daily ({IDS})"),
    ("template: nightly\nextends: [daily]\n", "2:10: `extends` must be text, not a list"),
    ("template: nightly\nprocess: a\n", "2:1: unknown key: process"),
    ("template: nightly\nowner: desk\ntasks: {t: {contacts: [x]}}\n",
     "2:8: unknown role: desk|3:24: unknown contact: x"),
    ("role: b\n---\nrole: b\n", "3:7: role b is defined twice (first in 1.yaml:1)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), OF_OTHERS, ids=[expected for _, expected in OF_OTHERS])
def test_what_is_wrong_with_other_documents(text: str, expected: str) -> None:
    lines = expected.split("|")
    found = told(text)
    assert len(found) == len(lines)
    assert all(line.startswith(f"1.yaml:{start}") for line, start in zip(found, lines, strict=True))


LATER_OF_TASKS = [
    *("sql", "procedure", "package"),
]


@pytest.mark.parametrize("key", LATER_OF_TASKS)
def test_what_a_task_may_say_later(key: str) -> None:
    assert told(f"process: a\ntasks:\n  t:\n    {key}: x\n") == [f"1.yaml:4:5: not supported yet: {key}"]


@pytest.mark.parametrize("key", ["sql"])
def test_what_may_order_a_run_later(key: str) -> None:
    assert told(f"process: a\nstart:\n- {key}: x\n{TASKS}") == [f"1.yaml:3:3: not supported yet: {key}"]


@pytest.mark.parametrize("key", ["sql"])
def test_what_may_be_waited_for_later(key: str) -> None:
    text = f"process: a\ntasks:\n  t: {{command: x, after: [{{{key}: x}}]}}\n"
    assert told(text) == [f"1.yaml:3:28: not supported yet: {key}"]


def test_two_processes_do_not_move_their_files_over_each_other() -> None:
    text = "process: {}\nstart: [{{file: {{path: in/{}.csv, move_to: in/done{}}}}}]\ntasks: {{t: {{command: run}}}}\n"
    assert told(text.format("a", "a", ""), text.format("b", "b", "/")) == [
        "2.yaml:2:42: a moves its files to in/done/ as well (name another folder)"
    ]


def test_a_label_that_no_task_can_say_is_refused() -> None:
    text = "process: a\nstart: [{{process: a, task: t, label: {}}}]\ntasks: {{t: {{command: run}}}}\n"
    (said,) = told(text.format("x" * 121))
    assert said.startswith("1.yaml:2:9: no task can say this label: xxx")
    assert "no task can say" not in "".join(told(text.format("x" * 120)))


@pytest.mark.parametrize("taken", ["move_to: done", "mark: .taken"])
def test_a_file_is_not_taken_away_from_under_another_process(taken: str) -> None:
    text = "process: {}\nstart: [{{file: {{path: {}in/x.csv, {}}}}}]\ntasks: {{t: {{command: run}}}}\n"
    assert told(text.format("a", "", taken), text.format("b", "./", "min_size: 1")) == [
        "2.yaml:2:23: a takes these files away when they come (let a start it, or have the files delivered twice)"
    ]
    assert told(text.format("a", "", "min_size: 1"), text.format("b", "", "min_size: 2")) == []


@pytest.mark.parametrize("path", ["../spool/*", "/home/boms/spool/x/y", "../*/exit"])
def test_a_pattern_never_matches_files_of_the_spool(path: str) -> None:
    source = Source("1.yaml", f'process: a\nstart: [{{file: {{path: "{path}"}}}}]\n{TASKS}'.encode())
    with pytest.raises(DefinitionError) as caught:
        plan_apply([source], [], site=Site(work="/home/boms/work", spool="/home/boms/spool"))
    assert str(caught.value).startswith("1.yaml:2:23: the pattern matches files of the spool")


def test_all_problems_of_all_files_are_told_at_once() -> None:
    first = "process: a\nafter: [b, c]\ntasks: {t: {command: run, retries: x, after: [u]}}\n"
    second = "process: b\nafter: [d]\ntasks: {t: {command: run}}\n"
    assert told(first, second) == [
        "1.yaml:2:12: unknown process: c (a or b)",
        "1.yaml:3:36: not a whole number from 0 to 1000: x",
        "1.yaml:3:47: unknown task: u (t)",
        "2.yaml:2:9: unknown process: d (a or b)",
    ]


def test_a_document_with_faults_is_no_unknown_name() -> None:
    broken = "process: b\nbad: x\ntasks: {t: {command: run}}\n"
    user = "process: a\nafter: [b]\ntasks: {t: {command: run, after: ['b:t']}, u: {command: run, after: ['b:v']}}\n"
    assert told(broken, user) == [
        "1.yaml:2:1: unknown key: bad",
        "2.yaml:3:70: unknown task: b:v (t)",
    ]


def test_tasks_of_other_processes_exist() -> None:
    text = "process: a\ntasks: {t: {command: run, after: ['risk/var:publich']}}\n---\n"
    var = "process: risk/var\ntasks: {publish: {command: run}}\n"
    assert told(text + var) == ["1.yaml:2:35: unknown task: risk/var:publich (did you mean publish?)"]


CIRCLES = [
    (
        "after: [{process: b, date: previous}, b]",
        "after: [{process: a, date: previous}, a]",
        "1.yaml:2:39: a cycle: a waits for b waits for a",
    ),
    ("after: [b]", "after: [a]", "1.yaml:2:9: a cycle: a waits for b waits for a"),
    ("start: [{process: b}]", "after: [{process: a, when: failed}]", "1.yaml:2:19: a cycle: a waits for b waits for a"),
    ("start: [{process: b}]", "start: [{process: a}]", "1.yaml:2:19: a cycle: a waits for b waits for a"),
]


@pytest.mark.parametrize(("one", "other", "expected"), CIRCLES)
def test_processes_do_not_wait_for_each_other_in_a_circle(one: str, other: str, expected: str) -> None:
    assert told(f"process: a\n{one}\n{TASKS}", f"process: b\n{other}\n{TASKS}") == [expected]


def test_a_circle_through_tasks_names_the_tasks() -> None:
    one = "process: a\ntasks: {t: {command: run, after: ['b:u']}}\n"
    other = "process: b\ntasks: {u: {command: run, after: ['a:t']}}\n"
    assert told(one, other) == ["1.yaml:2:35: a cycle: a:t waits for b:u waits for a:t"]


def test_processes_may_take_turns() -> None:
    one = "process: a\ntasks: {first: {command: run}, third: {command: run, after: [first, 'b:second']}}\n"
    other = "process: b\ntasks: {second: {command: run, after: ['a:first']}}\n"
    assert told(one, other) == []


def test_other_dates_are_no_circle() -> None:
    one = f"process: a\nafter: [{{process: b, date: previous}}, {{process: a, date: previous}}]\n{TASKS}"
    other = f"process: b\nafter: [a, {{process: b, date: 2026-11-20}}]\n{TASKS}"
    assert told(one, other) == []


def test_the_error_is_one_of_usage_and_says_what_to_do() -> None:
    with pytest.raises(DefinitionError) as caught:
        plan_apply([Source("night.yaml", b"process: a\ntitel: x\ntasks: {t: {comand: x}}\n")], [])
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.title == "the definitions have 2 problems"
    assert caught.value.next_step == "mend what is listed; nothing was stored"
    assert str(caught.value) == (
        "night.yaml:2:1: unknown key: titel (did you mean title?)\n"
        "night.yaml:3:13: unknown key: comand (did you mean command?)"
    )


def test_a_hundred_problems_are_enough() -> None:
    text = "process: a\ntasks:\n" + "".join(f" t{n}: {{command: run, after: [u{n}]}}\n" for n in range(300))
    assert len(problems(text)) == 100
    with pytest.raises(DefinitionError, match="t0") as caught:
        plan_apply([Source("t0", text.encode())], [])
    assert caught.value.title == "the definitions have 100 problems, and perhaps more"
