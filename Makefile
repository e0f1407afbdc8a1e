# Everything here works on a machine with only Python 3.11 (or newer) and make, and writes inside this folder alone.
#
#   make run     the hub on http://127.0.0.1:8000/, database included
#   make help    the other targets

PYTHON ?= python3
PORT ?= 8000
# Tests run on so many cores, at most four: each has a database and a browser of its own.
WORKERS ?= auto
DATA_DIR ?= $(CURDIR)/var
VENV := .venv
BIN := $(VENV)/bin
# For this machine only: no secret, host names or HTTPS needed, and nobody else can reach it. Makes no difference to
# a site in production, which does not use make.
LOCAL_SITE = LLAMAHUB_LOCAL=1 PORT=$(PORT) DATA_DIR="$(DATA_DIR)"
# Browsers and tools keep their caches and profiles in the home directory: this is theirs.
CONTAINED = PYTEST_DEBUG_TEMPROOT="$(DATA_DIR)/test" HOME="$(DATA_DIR)/home" XDG_CACHE_HOME="$(DATA_DIR)/home/.cache" XDG_CONFIG_HOME="$(DATA_DIR)/home/.config"
PIP = $(BIN)/python -m pip install --disable-pip-version-check --no-cache-dir --require-hashes --only-binary :all:

.DEFAULT_GOAL := help
.PHONY: help run dev check test lint format bench cluster audit lock fixtures restore-drill manage clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: $(VENV)/run.done ## Set up what is missing and serve the hub on http://127.0.0.1:$PORT/
	@$(LOCAL_SITE) $(BIN)/python manage.py serve

dev: $(VENV)/dev.done ## The same with errors in the browser and reloading on change
	@DEBUG=1 $(LOCAL_SITE) $(BIN)/python manage.py serve --reload

check: lint test ## All that CI asks for

test: $(VENV)/dev.done ## Run the tests; ARGS="-k name" selects
	@mkdir -p "$(DATA_DIR)/home" "$(DATA_DIR)/test"
	@$(LOCAL_SITE) $(CONTAINED) $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile $(ARGS)

lint: $(VENV)/dev.done ## Check style, types, templates, and that migrations match the models
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(LOCAL_SITE) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(LOCAL_SITE) $(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

format: $(VENV)/dev.done ## Bring the code into the agreed form
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/run.done ## Measure each kind of page: queries, bytes, requests a second; SECONDS=10 for longer
	@$(LOCAL_SITE) $(BIN)/python -m tests.bench.pages
	@$(LOCAL_SITE) $(BIN)/python -m tests.bench.search
	@$(LOCAL_SITE) $(BIN)/python -m tests.bench.growth
	@$(LOCAL_SITE) $(BIN)/python -m tests.bench.backup
	@$(LOCAL_SITE) $(BIN)/python -m tests.bench.record

cluster: $(VENV)/dev.done ## Take the parts of several machines away under load; ARGS="postgres redis"
	@DATA_DIR="$(DATA_DIR)" $(BIN)/python -m tests.cluster $(ARGS)

audit: $(VENV)/dev.done tests/audit/node_modules ## Ask every judge about each kind of page; ARGS=--quick leaves Lighthouse out
	@$(LOCAL_SITE) $(CONTAINED) $(BIN)/python -m tests.audit $(ARGS)

tests/audit/node_modules: tests/audit/package-lock.json
	@command -v npm >/dev/null || { echo "The audit needs npm: install Node.js." >&2; exit 1; }
	cd tests/audit && npm ci --ignore-scripts --no-audit --no-fund --cache "$(DATA_DIR)/npm"
	@touch $@

fixtures: $(VENV)/run.done ## Write the content of the local database back into the fixtures
	@$(LOCAL_SITE) $(BIN)/python manage.py dump_content

restore-drill: $(VENV)/run.done ## Export the site, restore it beside itself, compare every page; ARGS="--sample 200"
	@$(LOCAL_SITE) $(BIN)/python manage.py restore_drill $(ARGS)

manage: $(VENV)/run.done ## Any Django command: make manage ARGS="createsuperuser"
	@$(LOCAL_SITE) $(BIN)/python manage.py $(ARGS)

lock: $(VENV)/uv.done ## Pin what pyproject.toml asks for; ARGS=--upgrade takes the newest
	$(call compile,requirements-dev.lock,--extra dev $(ARGS))
	$(call compile,requirements-embedded.lock,--extra embedded --constraint requirements-dev.lock)
	$(call compile,requirements-scale.lock,--extra scale --constraint requirements-dev.lock)
	$(call compile,requirements.lock,--constraint requirements-dev.lock)

clean: ## Remove the environment and caches; content and secrets in var/ stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache "$(DATA_DIR)/test" "$(DATA_DIR)/home" "$(DATA_DIR)/static"
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One file for all platforms, with hashes that pip verifies, and without the address of any index.
compile = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
	--no-cache --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file $(1) $(2)

# Installed again only when the lock changes. Development adds to what running needs, so that the first page is quick.
$(VENV)/run.done: requirements-embedded.lock | $(VENV)/made.done
	@echo "Installing what the hub needs …"
	@$(PIP) --requirement $<
	@touch $@

$(VENV)/dev.done: requirements-dev.lock | $(VENV)/made.done
	@echo "Installing what the hub and its tests need …"
	@$(PIP) --requirement $<
	@touch $@ $(VENV)/run.done

$(VENV)/uv.done: | $(VENV)/made.done
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-cache-dir uv
	@touch $@

$(VENV)/made.done:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "LlamaHub needs Python 3.11 or newer, and '$(PYTHON)' is not: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python lacks the venv module: on Debian and Ubuntu, install the package python3-venv." >&2; exit 1; }
	@echo "Making a virtual environment in $(VENV)/ …"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@
