# Everything happens in .venv/, made from the hash-locked files in requirements/.
# `make help` lists the targets. PYTHON picks the interpreter: make PYTHON=python3.12 setup

PYTHON ?= python3
# Processes of the tests: half of their time they wait, so four keep two cores busy.
WORKERS ?= 4
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
RUN_STAMP := $(VENV)/.run-stamp
DEV_STAMP := $(VENV)/.dev-stamp

.DEFAULT_GOAL := help
.PHONY: help setup run test check style format lock bench seizure corpus coach scope mutations album proof clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(DEV_STAMP) ## make .venv/ with everything, for running and for testing

run: $(RUN_STAMP) ## serve; with nothing configured, a demo on this computer
	@$(BIN)/python -m bot run $(ARGS)

# Compiled modules are kept even where the environment forbids it: tests start the product often.
# mypy, which needs a minute the first time, reads beside them and has its say at the end.
test: setup style ## the rules and every test; says which services were absent
	@told=$$(mktemp); $(BIN)/mypy >"$$told" 2>&1 & types=$$!; \
	trap 'kill $$types 2>/dev/null; rm -f "$$told"' EXIT; \
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --maxschedchunk 1 $(ARGS); tests=$$?; \
	wait $$types; typed=$$?; [ $$typed = 0 ] || cat "$$told"; exit $$((tests || typed))

check: setup style ## the rules only: ruff, mypy, the arrows between the rooms
	@$(BIN)/mypy

style: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

format: setup ## bring the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: setup ## choose new versions and write them down with their hashes
	@for extra in "--output-file requirements/run.txt" \
		"--extra dev --constraint requirements/run.txt --output-file requirements/dev.txt"; do \
		$(BIN)/uv --no-config pip compile pyproject.toml $$extra --quiet --upgrade --universal \
			--python-version 3.11 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links || exit 1; \
	done

bench: setup ## measure; one line of JSON for each figure
	@$(BIN)/python -m tests.bench $(ARGS)

scope: setup ## judge what is turned away, asked about, and kept from the police, by sets of texts
	@$(BIN)/python -m tests.scope $(ARGS)

seizure: setup ## play whole talks, then search every byte that is left for what was said
	@$(BIN)/python -m tests.whole.seizure $(ARGS)

corpus: setup ## clean files with a secret at every known place, throw hostile ones; what was left
	@$(BIN)/python -m tests.corpus $(ARGS)

coach: setup ## show how well the coach sees what may tell who a worker is
	@$(BIN)/python -m tests.coach $(ARGS)

album: setup ## make pictures of every text in its place, for people to look at; takes as long as the tests
	@rm -rf .album
	@$(BIN)/pytest -q -n auto -p tests.album.recording tests/handlers tests/bot tests/whole/test_talks.py $(ARGS)
	@$(BIN)/python -m tests.album data/album

mutations: setup ## break our promises one by one in a copy; each time a test must notice
	@$(BIN)/python -m tests.mutations $(ARGS)

proof: setup ## run what shows each promise, write what it measured into SECURITY.md (half an hour)
	@$(BIN)/python -m tests.proof $(ARGS)

clean: ## remove what was made here, but never data/ or .env
	rm -rf $(VENV) build dist tests/output *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python could not make .venv/; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(RUN_STAMP): requirements/run.txt | $(BIN)/python
	@echo "Fetching what is needed to run (once) ..."
	@$(PIP_INSTALL) -r requirements/run.txt
	@touch $@

$(DEV_STAMP): requirements/dev.txt requirements/run.txt | $(BIN)/python
	@echo "Fetching what is needed to run and to test (once) ..."
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $(RUN_STAMP) $@
