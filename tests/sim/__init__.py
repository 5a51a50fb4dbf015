"""Whole nights, simulated: what no test of one part can show.

A seed is one night. It draws a department (`plans`), what may go wrong (`chance`), forty to eighty things that happen
(`happenings`), and what every shim and program does (`lives`). Real are the rules, the leader's loop, the daemon that
takes over and steps down, the inbox with its signatures, and the store, which is SQLite in memory. Not real are the
clock (`ticking`), processes and their spool (`host`, behind `machine`, the runtime's executor), the line to the store
(`ledger`), and people (`people`). Runtimes run on threads of their own, one at a time, and can be killed or
stopped at every point they pass (`actor`, `runtime`).

After each turn everything is held against what was promised (`promises`, `evidence`, `verdicts`, `chronicle`, `same`);
in the end faults stop, people mend what is left, and then nothing may be missing (`morning`, `inventory`).

`python -m tests.sim SEED` tells a night; `make sim` plays thousands. A night that breaks a promise is cut down and kept
in `seeds/`, which the suite replays for ever; the defect itself also gets a test of its own (`test_found`).
"""
