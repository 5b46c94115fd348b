# Everything happens in this checkout's .venv; a fresh clone needs Python 3.11 or newer and make, nothing else.
# Set-up runs once, and again when requirements.lock or pyproject.toml change.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip --quiet --no-input

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

# The first of these that is 3.11 or newer; `make PYTHON=/path/to/python3.12 …` names one.
PYTHON ?=
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

.PHONY: help demo test fuzz mutate check bench soak litellm docs shots lock clean setup

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY)  ## Make .venv with the locked dependencies; every other target does it by itself

demo: $(READY)  ## Try Leeway on a local Slack look-alike; HEADLESS=1 plays the scripted story instead
	@$(BIN)/leeway demo $(if $(filter-out 0 no false,$(HEADLESS)),--headless)

test: $(READY)  ## Run the tests; ARGS="-k overrides" narrows them
	@$(BIN)/python -m pytest $(ARGS)

fuzz: $(READY)  ## Run the tests with many more random examples; ARGS as above
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest $(ARGS)

mutate: $(READY)  ## Make the rules wrong in one small way after another and see that their tests notice; ARGS="routing" narrows it
	@$(BIN)/python -m tests.mutation $(ARGS)

check: $(READY)  ## Lint, format, types and floors; changes nothing
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo 'Some files are not formatted: run $(BIN)/ruff format .' >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$said" >&2; exit 1; }

bench: $(READY)  ## Measure floors and ours side by side, as ratios (10 minutes); ARGS="--short P1" narrows it
	@$(BIN)/python -m tests.bench $(ARGS)

soak: $(READY)  ## Hold 3,400 calls a second for 10 minutes: latency and memory
	@$(BIN)/python -m tests.bench --seconds 600 P7

litellm: $(VENV)/litellm/.ready  ## Install the real LiteLLM (750 MB), so that `make test` tries its hook in it

docs: $(READY)  ## Write the generated parts of README.md and docs/
	@$(BIN)/python -m docs.generate

shots: $(READY)  ## Take docs/sandbox.png from the running demo (needs Chromium)
	@$(BIN)/python docs/shots.py

# Not after $(READY): a lock that no longer installs must not keep itself from being renewed.
lock: | $(BIN)/python  ## Renew requirements.lock from pyproject.toml; UPGRADE=1 takes newer versions too
	@$(PIP) install 'uv>=0.5'
	@$(COMPILE) --all-extras --output-file requirements.lock pyproject.toml
	@$(COMPILE) --output-file tests/litellm.lock tests/litellm.in

clean:  ## Remove .venv, caches and what builds leave behind
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Setting up $(VENV) (once) …' >&2
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# LiteLLM by itself, with what it wants: none of that is ours.
$(VENV)/litellm/.ready: tests/litellm.lock | $(BIN)/python
	@echo 'Installing LiteLLM in $(VENV)/litellm (once) …' >&2
	@$(BIN)/python -m venv --clear $(VENV)/litellm
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(VENV)/litellm/bin/python -m pip --quiet --no-input install --require-hashes -r tests/litellm.lock
	@touch $@

$(BIN)/python:
	@for python in $(or $(PYTHON),$(PYTHONS)); do \
	  "$$python" -c '$(NEW_ENOUGH)' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { without="$$python"; continue; }; \
	  "$$python" -m venv --clear $(VENV) && exit 0; \
	  rm -rf $(VENV); exit 1; \
	done; \
	if [ -n "$$without" ]; then \
	  echo "Leeway: $$without has no venv or ensurepip module; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
	else \
	  echo "Leeway needs Python 3.11 or newer, and none of these is: $(or $(PYTHON),$(PYTHONS))" >&2; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
	fi; exit 1
