.DEFAULT_GOAL := help
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

help: ## list what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## a virtual environment with everything `boms` needs

$(VENV)/.installed: requirements/base.lock pyproject.toml $(wildcard boms_tui/runtime/cshim/*.*)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

demo: install ## the sample brokerage, its runtime and the console on it
	@$(BIN)/boms demo

test: $(VENV)/.developing ## every test
	$(BIN)/pytest

sim: SEEDS ?= 20000
sim: FROM ?= 1
sim: $(VENV)/.developing ## simulate whole nights from seeds on every core: SEEDS=20000 FROM=1
	$(BIN)/python -m tests.sim --seeds $(SEEDS) --from $(FROM)

chaos: $(VENV)/.developing ## break real processes in every way we know, for some 25 minutes, and write docs/RELIABILITY.md
	$(BIN)/python -m tests.chaos

check: $(VENV)/.developing ## format, lint, types, import contracts; 300 simulated nights and a small chaos run
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/sim tests/chaos

format: $(VENV)/.developing ## rewrite to the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.developing ## every figure beside its limit, measured in the same run
	$(BIN)/python -m bench

docs: $(VENV)/.developing ## regenerate the diagrams and pictures in docs/
	$(BIN)/python -m boms_tui.model.diagram docs/states.md
	$(BIN)/python -m boms_tui.model.reasons docs/REASONS.md
	$(BIN)/python -m tests.screens.pictures docs/pictures

lock: ## pin the requirements anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" requirements/base.in -o requirements/base.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" requirements/dev.in -o requirements/dev.lock

clean: ## remove what was built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help install demo test sim chaos check format bench docs lock clean
