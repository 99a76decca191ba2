# One target a line of work; `make help` lists them.
ARCHIVE ?= demo-archive
SEED ?= 1
DEMO ?=
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help install demo test check endurance docs clean

help:
	@echo "make install   .venv with all that demo and tests need"
	@echo "make demo      the story, into ARCHIVE=$(ARCHIVE) with SEED=$(SEED); DEMO='--works 12 --steps 60' is a quick try"
	@echo "make test      the tests, under five minutes"
	@echo "make check     formatting, lint, types, import contracts, tests"
	@echo "make endurance the long tests; their results stand in docs/endurance.md"
	@echo "make bench-NAME runs benchmarks/NAME.py: tree, credentials, loader"
	@echo "make docs      README and docs run as tests"
	@echo "make clean     remove what the targets above made"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[demo]' --group dev
	@touch $(STAMP)

demo: install
	$(BIN)/okuzuke --archive $(ARCHIVE) demo --seed $(SEED) $(DEMO)

test: install
	$(BIN)/python -m pytest -n 2

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2

endurance: install
	$(BIN)/python -m pytest -m endurance

bench-%: install
	$(BIN)/python benchmarks/$*.py

docs: install
	$(BIN)/python -m pytest README.md docs tests/test_docs.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
