# `make` alone lists the targets. The two that a newcomer needs: `make run`, `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install run up test crash check bench fuzz audit lock clean

BIN := .venv/bin

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 18

install: .venv/.installed  ## set up .venv from the lock
.venv/.installed: requirements.txt pyproject.toml tools/install.sh
	@tools/install.sh

run: install  ## the demo: bundled newsroom, one run through Airflow, the departure board
	@$(BIN)/python -m tools.demo

up: install  ## Airflow with the live sources on http://127.0.0.1:8080 (admin / admin); Ctrl-C stops it
	@$(BIN)/python -m tools.airflow_up

test: install  ## everything that this machine can test
	@$(BIN)/python -m pytest -n auto

crash: install  ## kill runs 300 times at random instants, and compare what is published with undisturbed ones
	@$(BIN)/python -m tests.pipeline.killing --kills 300

check: install  ## lint, types, contracts between rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install  ## measure, and write docs/benchmarks.md
	@$(BIN)/python -m bench

fuzz: install  ## bent bytes for every reader of foreign bytes, thirty seconds each
	@$(BIN)/python -m tests.fuzz

audit: install  ## locked versions, licences and known weaknesses, into build/audit.md
	@$(BIN)/python -m tools.audit

lock: install  ## compile requirements.in into the hashed requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements.in --output-file requirements.txt

clean:  ## remove the set-up, caches and the demo's data; live data in data/ stays
	@rm -rf .venv .airflow data/demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
