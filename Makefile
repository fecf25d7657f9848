# make run    set up and open the app          make test   set up and run all tests
# make lint   ruff and mypy                    make bench  print the benchmarks' tables
PYTHON ?= python3
PORT ?= 8501
HOST ?= localhost
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: setup run test lint bench screenshots clean

setup: $(VENV)/.ready
run: setup
	$(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT)

test: $(VENV)/.ready-dev
	bash tests/browser/install_chromium.sh
	bash tests/reports/install_checkers.sh
	$(BIN)/pytest --numprocesses=2 --dist=loadfile --ignore=tests/browser --durations=10
	$(BIN)/pytest tests/browser --durations=10

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/.ready-dev
	bash tests/browser/install_chromium.sh
	$(BIN)/python -m docs.screenshots

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.txt | $(VENV)/bin/python
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/.ready-dev: requirements-dev.txt requirements.txt $(VENV)/.ready
	$(PIP) -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
