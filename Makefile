# Everything that is done with this project from a terminal; `make help` lists it.
# Needs python3 3.11 or newer with venv, and make; nothing else is touched on the machine by `make run`.

PORT     ?= 8000
INSTANCE ?= ./instance
JOBS     ?= 2
PYTHON   ?= python3

BIN   := .venv/bin
PY    := $(BIN)/python
PIP   := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK  := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11
WORDS := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/messages.po))
UNITS := tests/architecture tests/domain tests/formats tests/foundation

.DEFAULT_GOAL := help
.PHONY: run test check bench mutants help vendor lock translations format static parts

run: .venv/run.stamp $(WORDS) ## Serve a demonstration on http://127.0.0.1:8000 (PORT=8010 INSTANCE=/folder for another)
	@exec $(PY) deploy/serve.py --instance "$(INSTANCE)" --port "$(PORT)"

test: .venv/dev.stamp parts static $(WORDS) ## Check and test everything (installs what is missing)
	$(PY) -m pytest -p tests.parts --numprocesses $(JOBS) --dist worksteal

check: .venv/dev.stamp static $(WORDS) ## The fast part of `make test`: style, types, contracts, unit tests
	$(PY) -m pytest -q --numprocesses $(JOBS) -m "not browser and not postgresql" $(wildcard $(UNITS))

bench: .venv/dev.stamp $(WORDS) ## Measure what the system costs; writes benchmarks/results/*.json
	$(PY) -m benchmarks

mutants: .venv/dev.stamp ## Break the marking rules in every way that mutmut knows; the tests must notice 90 % of them
	rm -rf mutants
	$(BIN)/mutmut run --max-children $(JOBS)
	$(BIN)/mutmut export-cicd-stats
	$(BIN)/mutmut results
	@$(PY) tests/mutants.py

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

vendor: .venv/dev.stamp ## Fetch the browser's files anew (needs npm)
	$(PY) deploy/vendor.py

lock: .venv/dev.stamp ## Resolve requirements*.in into requirements*.txt
	$(LOCK) requirements.in requirements-scale.in requirements-hardware.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt

translations: .venv/dev.stamp ## Collect the words, bring every catalogue up to date, derive Serbian Latin, compile
	$(PY) deploy/translations.py
	@$(MAKE) --no-print-directory words

format: .venv/dev.stamp ## Let ruff lay out the code
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

.PHONY: words
words: .venv/run.stamp $(WORDS)

static: .venv/dev.stamp
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint app/web/templates --lint --quiet

parts: .venv/dev.stamp
	$(PY) tests/parts.py

%.mo: %.po | .venv/run.stamp
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Gradivo needs Python 3.11 or newer; $(PYTHON) is older: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(PIP) --requirement requirements.txt
	@touch $@

# The development lock holds everything that the other holds, in the same versions.
.venv/dev.stamp: requirements-dev.txt requirements.txt | .venv/bin/python
	$(PIP) --requirement requirements-dev.txt
	@touch .venv/run.stamp $@
