# Everything here sets up what it needs from nothing, and does nothing that is done already.

PYTHON ?= python3
BIN := .venv/bin/python

.DEFAULT_GOAL := run
.PHONY: run test walk lint fix bench system system-test
.DELETE_ON_ERROR:

# With DATABASE_URL set nothing of PostgreSQL is needed on this machine.
run: $(if $(strip $(DATABASE_URL)),,system) .venv/.run homecare/static/vendor/manifest.json
	@exec $(BIN) -m homecare.local.run

test: .venv/.dev system-test homecare/static/vendor/manifest.json lint
	@$(BIN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Reads and complains; `make fix` writes.
lint: .venv/.dev
	@$(BIN) -m ruff check .
	@$(BIN) -m ruff format --check .
	@$(BIN) -m mypy

# What `make test` does a sample of is done whole.
walk: .venv/.dev system-test homecare/static/vendor/manifest.json
	@$(BIN) -m pytest --whole tests/walk_everything.py $$(grep -l '^from sampling import' tests/test_*.py) \
		-n 2 --dist loadfile --no-loadscope-reorder -v --show-capture=no

fix: .venv/.dev
	@$(BIN) -m ruff check --fix .
	@$(BIN) -m ruff format .

bench: system .venv/.dev
	@exec $(BIN) -m bench

system:
	@$(PYTHON) homecare/local/debian.py postgresql

system-test:
	@$(PYTHON) homecare/local/debian.py postgresql chromium

# The interpreter is tried, because a clone may come along with a .venv of another machine.
.venv/.made: $(if $(shell $(BIN) -c 1 2>/dev/null || echo broken),system)
	@echo "Making the virtual environment."
	@$(PYTHON) homecare/local/debian.py venv
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: requirements.lock .venv/.made
	@echo "Installing the Python packages."
	@$(BIN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.made
	@echo "Installing the Python packages for development."
	@$(BIN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/.run

homecare/static/vendor/manifest.json: package-lock.json homecare/local/vendor.py homecare/local/icons.txt | .venv/.run
	@echo "Installing the browser's packages."
	@$(BIN) -m homecare.local.vendor
