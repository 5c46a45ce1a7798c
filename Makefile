# Everything a person or CI runs. `make setup` is part of each target and quick the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EGOVNET := $(BIN)/egovnet

.PHONY: setup demo test suite lint docs licences bench fuzz mutants agree texts chaos lab-up lab-down clean
.DEFAULT_GOAL := help

help:
	@echo "make demo      the main job on the virtual network, told step by step"
	@echo "make test      lint, types and the whole suite, the lab's tests included"
	@echo "make lint      ruff, mypy strict, import-linter"
	@echo "make docs      the documentation as a site, in site/"
	@echo "make licences  whether what is installed may be used beside our licence"
	@echo "make fuzz      the tests that draw their input, with 20 times as many, and the reader"
	@echo "               against FRR itself, 20,000 texts, FRR 10.3, 700, policies and peer groups"
	@echo "               as bgpd has them, 2,000 each, and Linux, 2,000: an hour and a half"
	@echo "make mutants   mistakes made on purpose, and which of them the proof finds"
	@echo "make texts     how many lines of texts by others the reader understands"
	@echo "make agree SEED=1 N=200"
	@echo "               such mistakes drawn by seed, on the lab's routers: packets and tables"
	@echo "               against the verdict, a few seconds each; packet filters first, on a kernel"
	@echo "make chaos     controllers killed or asked to end, routers at fault, some 1,400 times"
	@echo "make bench     benchmarks, with the lab's"
	@echo "make lab-up    boot the virtual network; make lab-down ends it"

setup: $(VENV)/.ready
	@PYTHON="$(PYTHON)" ./setup-host

# The stamp is renewed when the lock file or the packaging changes.
$(VENV)/.ready: requirements.lock pyproject.toml packaging/napalm-frr/pyproject.toml setup-host
	@PYTHON="$(PYTHON)" ./setup-host --python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation \
		-e packaging/napalm-frr -e .
	@touch $@

demo: setup
	$(EGOVNET) demo

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A link that leads nowhere ends it.
docs: $(VENV)/.ready
	$(BIN)/properdocs build --strict --quiet -f properdocs.yml

# Those that are allowed, and why, stand in pyproject.toml.
licences: $(VENV)/.ready
	$(BIN)/pip-licenses

# Lint and types take a minute of one processor: beside the suite, whose labs wait now and then.
test: setup
	@PYTHON="$(PYTHON)" ./setup-host --tests
	@$(MAKE) --no-print-directory -j2 lint suite

suite: $(VENV)/.ready
	$(BIN)/python -m tests.side_by_side

fuzz: setup
	$(BIN)/pytest -m "hypothesis and not lab" --hypothesis-profile=fuzz
	$(BIN)/python -m tests.oracle.fuzz --from 0 --to 20000
	$(BIN)/python -m tests.oracle.fuzz --release trixie --from 0 --to 700
	$(BIN)/python -m tests.oracle.policy_meaning --from 0 --to 2000
	$(BIN)/python -m tests.oracle.members --from 0 --to 2000
	$(BIN)/python -m tests.oracle.linux_fuzz --from 0 --to 2000

texts: $(VENV)/.ready
	$(BIN)/python -m tests.texts_of_others.coverage

mutants: $(VENV)/.ready
	$(BIN)/python -m tests.isolation.mutants.table

SEED ?= 1
N ?= 200
agree: setup
	$(BIN)/python -m tests.isolation.agree.filters --seed $(SEED) --number $(N)
	$(BIN)/python -m tests.isolation.agree.table --seed $(SEED) --number $(N)

chaos: setup
	$(BIN)/python -m tests.chaos.table

bench: setup
	$(BIN)/pytest tests/bench tests/bench/live_apply.py \
		tests/bench/live_interruptions.py tests/bench/live_failover.py \
		tests/bench/live_spf_delays.py tests/bench/live_lab_start.py tests/bench/live_encryption.py \
		--benchmark-enable --benchmark-only

lab-up: setup
	$(EGOVNET) lab up

lab-down: setup
	$(EGOVNET) lab down

clean:
	rm -rf $(VENV) build site src/*.egg-info packaging/*/src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
