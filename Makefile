# Kesu 可溯. `make` lists what there is. Written for GNU make 3.81, which macOS still ships.

SHELL  := /bin/sh
PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.complete
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
UV     := .venv-lock/bin/uv
UV_PIN := uv==0.13.9
LOCK   := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

# make test T=tests/ledger K=merkle
T     =
K     =
ONCE ?=
ARGS  =
SELECT := $(T) $(if $(K),-k '$(K)')

.PHONY: help venv demo test check format lock bench faults clean
.DEFAULT_GOAL := help

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

venv: $(STAMP) ## Make .venv with the locked packages (PYTHON=python3.12 chooses the interpreter)

# The stamp is written last, so a run that was cut off starts afresh, and nothing of an older lock stays behind.
$(STAMP): pyproject.toml requirements/run.txt requirements/dev.txt
	@python=$$(PYTHON='$(PYTHON)' sh scripts/prerequisites.sh) \
	  && echo "making $(VENV) with $$python; the first time takes a minute" \
	  && "$$python" -m venv --clear $(VENV)
	@$(PIP) install --quiet --require-hashes --only-binary :all: --requirement requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Show the whole story on a fresh ledger (ONCE=1 ends by itself)
	@$(BIN)/kesu demo $(if $(filter-out 0,$(ONCE)),--once)

test: $(STAMP) ## Run the tests; T=path and K=expression choose some
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(SELECT)

check: $(STAMP) ## Check style, format, types and import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP) ## Format the code and mend what can be mended safely
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

# Its own small environment: the lock can be remade even when the old one no longer installs.
lock: $(UV) ## Choose newest versions at least a week old and write requirements/
	@$(UV) $(LOCK) --upgrade --output-file requirements/run.txt pyproject.toml
	@$(UV) $(LOCK) --upgrade --extra dev --output-file requirements/dev.txt pyproject.toml

$(UV): Makefile
	@python=$$(PYTHON='$(PYTHON)' sh scripts/prerequisites.sh) && "$$python" -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip --disable-pip-version-check --no-input install --quiet '$(UV_PIN)'
	@touch $@

bench: $(STAMP) ## Run the benchmarks; ARGS= is passed on
	@$(BIN)/python -m bench $(ARGS)

# pytest calls an empty choice an error (5). No slow tests is no fault, so it is asked before.
faults: $(STAMP) ## Run the slow suites: crashes, load, faults; T= and K= as for test
	@status=0; $(BIN)/python -m pytest -m slow --collect-only --quiet $(SELECT) >/dev/null 2>&1 || status=$$?; \
	if [ $$status -eq 5 ]; then echo "no slow tests to run"; \
	else $(BIN)/python -m pytest -m slow $(SELECT); fi

clean: ## Remove everything that was made here
	@rm -rf $(VENV) .venv-lock build dist .coverage htmlcov .hypothesis .import_linter_cache \
	  .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
