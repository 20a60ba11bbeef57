# make run    sets everything up and starts Troupe     make test   sets everything up and runs the tests
# HOST, PORT and DATA_DIR choose where: make run PORT=8001 DATA_DIR=/srv/troupe

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
FRONTEND_SOURCES := $(shell find frontend/src frontend/index.html frontend/*.json frontend/*.ts frontend/public -type f 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run web worker setup frontend test test-all check types format screenshots bench clean

help: ## shows this
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: .make/runtime .make/frontend ## starts Troupe in one process, on SQLite
	@exec $(PY) manage.py serve

web: .make/runtime .make/frontend ## production: a web process (needs DATABASE_URL and REDIS_URL)
	@$(PY) manage.py setup && exec $(PY) manage.py web

worker: .make/runtime ## production: a worker process
	@exec $(PY) manage.py worker

setup: .make/runtime ## production: brings the database up to date
	@$(PY) manage.py setup

frontend: .make/frontend ## builds the browser app

test: .make/dev .make/frontend ## runs the tests; what needs a missing component is skipped and says so
	@$(PY) -m pytest tests -n auto --maxprocesses 4 --dist loadfile $(PYTEST_ARGS)

test-all: export TROUPE_TEST_ALL = 1
test-all: test ## runs the long sweeps too: sandboxes, recovery at every cut, other databases

check: .make/dev .make/frontend ## linters, types, layers, migrations, drift, the browser app's tests
	@PY=$(PY) sh .ci/check

types: .make/dev ## regenerates the API's description and its TypeScript types
	@$(PY) manage.py spectacular --file frontend/openapi.yaml --validate --fail-on-warn
	@$(PY) frontend/scripts/dump_event_schema.py > frontend/src/run-model/events.openapi.json
	@$(PY) frontend/build.py gen:api gen:events

format: .make/dev ## formats the Python code
	@$(VENV)/bin/ruff check --fix runtime studio tests manage.py frontend/build.py
	@$(VENV)/bin/ruff format runtime studio tests manage.py frontend/build.py

screenshots: .make/dev .make/frontend ## the README's pictures, from the running app
	@$(PY) docs/screenshots.py

bench: .make/dev .make/bench ## compares with autogen-core, agentchat and LangGraph; writes docs/benchmarks.md
	@$(PY) -m benchmarks.run $(BENCH_ARGS)

clean: ## removes what was built; data stay
	rm -rf $(VENV) .make frontend/node_modules static/frontend staticfiles

.make/venv:
	@command -v $(PYTHON) >/dev/null || { echo "Troupe needs Python 3.11 or newer ($(PYTHON) was not found)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Troupe needs Python 3.11 or newer; $(PYTHON) is older. Name another: make run PYTHON=python3.12"; exit 1; }
	@echo "[1/3] making a virtual environment"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }
	@mkdir -p .make && touch $@

.make/runtime: .make/venv requirements.txt
	@echo "[2/3] installing Python packages (a minute or two, the first time only)"
	@$(PIP) -r requirements.txt || { echo "The Python packages could not be installed; see above. Is the network there?"; exit 1; }
	@touch $@

.make/dev: .make/venv requirements.txt requirements-dev.txt
	@echo "      installing Python packages for tests and checks"
	@$(PIP) -r requirements-dev.txt || { echo "The Python packages could not be installed; see above. Is the network there?"; exit 1; }
	@touch $@ .make/runtime

.make/bench: .make/venv benchmarks/requirements.txt
	@echo "      installing the peers into an environment of their own"
	@rm -rf .make/bench && $(PYTHON) -m venv .make/bench
	@.make/bench/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

.make/frontend: .make/venv requirements-node.txt $(FRONTEND_SOURCES)
	@echo "[3/3] building the browser app (a minute, the first time only)"
	@$(PY) frontend/build.py build
	@touch $@
