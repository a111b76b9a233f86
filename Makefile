# Every command of the project. `make` alone lists them.

PYTHON ?= python3
BIN := .venv/bin
# One process of tests for each processor. A file stays in one process, for its tests share what they set up.
PARALLEL := -n logical --dist loadfile
# Material for MkDocs announces the end of its own maintenance at every start (see CONTRIBUTING.md).
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help site serve check test hostile content coverage test-all lint format generate constraints bench-verify bench-bisect bench-search bench-linear bench-log bench-scale bench-build bench-page clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

site: .venv/site ## check every card and build the site into site/; what is about quality stops no build
	$(BIN)/fixcards check --ignore FC4
	$(BIN)/mkdocs build --strict

serve: .venv/site ## the same, served on 127.0.0.1:8000 with live reload
	$(BIN)/mkdocs serve

check: .venv/site ## check every card
	$(BIN)/fixcards check

test: .venv/test ## the whole test suite
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory tests/node_modules/.package-lock.json; fi
	$(BIN)/pytest $(PARALLEL) --ignore tests/hostile

hostile: .venv/test ## hostile programs, records and indexes against the whole program, as root and as an ordinary user
	$(BIN)/pytest $(PARALLEL) tests/hostile

content: .venv/test ## the real cards only: their records, evidence, search and pages
	$(BIN)/pytest tests/content

coverage: .venv/test ## which lines of the package the tests run, without the browser and the sandbox
	@rm -rf .cache/coverage && mkdir -p .cache/coverage
	$(BIN)/coverage run -m pytest -q $(PARALLEL) --ignore tests/browser --ignore tests/verify --ignore tests/content
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

test-all: .venv/test ## the test suite on every supported Python that this machine has
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory tests/node_modules/.package-lock.json; fi
	tests/each_python.sh

lint: .venv/lint ## ruff, mypy --strict, and zizmor for the workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/zizmor --offline --quiet --persona pedantic .github

format: .venv/lint ## let ruff fix what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

generate: .venv/test ## write everything that is generated from the code: schemas, README, golden pages
	$(BIN)/fixcards schema --write
	UPDATE=1 $(BIN)/pytest -q tests/test_generated.py tests/test_docs.py tests/site/test_golden.py tests/matching/test_vectors.py

constraints: .venv/site ## pin the newest versions of all dependencies
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.10 --all-extras --no-annotate --no-header \
	    --no-emit-index-url --output-file constraints.txt pyproject.toml

bench-verify: .venv/site ## what executing the library costs above the bare runs of its programs
	$(BIN)/python -m benchmarks.verify

bench-bisect: .venv/site ## whether bisecting real packages gives the right releases, with how many runs
	$(BIN)/python -m benchmarks.bisect --fresh --put

bench-search: .cache/bench-venv/ready ## recall and silence of the search among 10,000 cards, compared with general engines
	.cache/bench-venv/bin/python -m benchmarks.search.run --rivals

bench-linear: .venv/site ## whether twice the text takes twice the time, for hostile texts up to 10 MB
	$(BIN)/python -m benchmarks.search.linear

bench-log: .venv/site ## seconds and memory of `fixcards match` for dense logs of 1 GB
	$(BIN)/python -m benchmarks.search.log

bench-scale: .cache/bench-venv/ready ## bytes and milliseconds of the search up to 100,000 cards, in Chromium
	.cache/bench-venv/bin/python -m benchmarks.search.scale

bench-build: .cache/bench-venv/ready ## builds and rebuilds of 1,000 and 10,000 cards, compared with mkdocs-material and Hugo; SIZES=100000 for more
	.cache/bench-venv/bin/python -m benchmarks.build.run $(SIZES)

bench-page: site ## what a reader downloads, and what Lighthouse says
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[publish,test]'
	$(BIN)/python -m benchmarks.build.page

clean: ## remove everything that the commands wrote
	rm -rf .venv .cache site tests/node_modules

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "fixcards needs Python 3.10 or newer: make PYTHON=/path/to/python3.12")'
	$(PYTHON) -m venv .venv

.venv/site: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[site,verify,publish]'
	$(BIN)/python -m compileall -q builder/fixcards  # pip leaves this to the first start where a package is editable
	@touch $@

.venv/test: .venv/site
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[publish,test]'
	@touch $@

.venv/lint: .venv/test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[publish,test,lint]'
	@touch $@

tests/node_modules/.package-lock.json: tests/package.json tests/package-lock.json
	npm --prefix tests ci --no-fund --no-audit

.cache/bench-venv/ready: benchmarks/requirements.txt .venv/test
	$(BIN)/python -m venv .cache/bench-venv
	.cache/bench-venv/bin/pip install --quiet --disable-pip-version-check --editable '.[test]' -r benchmarks/requirements.txt
	@touch $@
