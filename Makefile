# Hereabouts. `make` alone lists what can be made.
# Steps longer than a line live in .ci/, so that they can be read and run without make.

PY := .venv/bin/python
# More words for pytest and the others: make test ARGS="-k soham"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench screens lock format clean

help: ## list these commands
	@echo 'Hereabouts: a community asset map and connector directory.'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  make run takes PORT=8000, HOST=127.0.0.1 and EXAMPLES=0 (start with no examples).'

setup: ## get what the application and its tests need, and start nothing
	@.ci/setup test

run: ## get what is missing, then serve; Ctrl-C stops everything
	@.ci/setup run .venv/bin/hereabouts run

test: ## get what is missing, then run all tests; ARGS="-k words" picks some
	@.ci/setup test $(PY) -m pytest -n 2 $(ARGS)

check: ## format, lint, types, room contracts, then all tests
	@.ci/setup test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	@$(MAKE) --no-print-directory test

bench: ## measure speed and memory; writes a table and JSON
	@.ci/setup test $(PY) -m tests.bench $(ARGS)

screens: ## take pictures of the pages
	@.ci/setup test $(PY) -m tests.screens $(ARGS)

lock: ## write the lock files anew from pyproject.toml and package.json
	@.ci/lock

format: ## tidy the code
	@.ci/setup test
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

clean: ## remove what set-up and tools made; your data in var/ stays
	rm -rf .venv node_modules web/static/vendor dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -path ./var -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
