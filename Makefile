# `make` lists the targets. Each is one command a person or CI runs; the work is in the files it names.

PORT ?= 8000
DATABASE ?= sqlite
export PORT DATABASE

VENV := .venv
PYTHON_HERE := $(VENV)/bin/python
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

# --- what everything else stands on ---

$(PYTHON_HERE):
	@PYTHON='$(PYTHON)' sh deploy/local/create_venv.sh $(VENV)

$(RUN): $(PYTHON_HERE) requirements/run.txt requirements/local.txt
	@sh deploy/local/install.sh $(VENV) requirements/run.txt requirements/local.txt
	@touch $@

$(DEV): $(PYTHON_HERE) requirements/run.txt requirements/local.txt requirements/dev.txt
	@sh deploy/local/install.sh $(VENV) requirements/run.txt requirements/local.txt requirements/dev.txt
	@touch $(RUN) $@

.PHONY: venv
venv: $(DEV) ## Create .venv with everything in requirements/ (PYTHON=… picks the interpreter)

# --- using it ---

.PHONY: run
run: $(RUN) ## Start the whole system on PORT (8000); DATABASE=postgresql for PostgreSQL
	@exec $(PYTHON_HERE) -m deploy.local.run

.PHONY: token
token: $(RUN) ## Print a token: ROLE=holder CARD=… or ROLE=provider PROVIDER=…, officer, operator, auditor
	@exec $(PYTHON_HERE) -m deploy.local.token

.PHONY: command
command: $(RUN) ## Run a command of a service of the running system: COMMAND='services.accounts.register …'
	@exec $(PYTHON_HERE) -m deploy.local.command

.PHONY: operator
operator: $(RUN) ## Invite the first operator: EMAIL=…; prints the address and the code
	@COMMAND="services.accounts.invite_operator $(EMAIL)" exec $(PYTHON_HERE) -m deploy.local.command

.PHONY: fresh
fresh: $(RUN) ## Remove the data under var/, not its secrets; the next start loads the sample anew
	@exec $(PYTHON_HERE) -m deploy.local.fresh

.PHONY: bench
bench: $(RUN) ## Measure against PostgreSQL and write bench/latest.json
	@exec $(PYTHON_HERE) -m tests.bench

.PHONY: bench-large
bench-large: $(RUN) ## Measure an enrolment with 20 million entries and 5 million cards there: ENTRIES=… CARDS=…
	@exec $(PYTHON_HERE) -m tests.bench.large

.PHONY: replay-draw
replay-draw: ## Work a draw out again: LIST=file SECRET=… OUTSIDE=… [COMMITMENT=…] [ROOT=…] [ORDER=file]
	@exec $(or $(PYTHON),python3) -m auditing.replay_draw

.PHONY: relevance
relevance: $(RUN) ## Print nDCG@10 of the search: COURSES="file …" QUERIES=file QRELS=file
	@COURSES="$(COURSES)" QUERIES="$(QUERIES)" QRELS="$(QRELS)" exec $(PYTHON_HERE) -m tests.relevance

# --- working on it ---

.PHONY: test
test: $(DEV) ## Run every test, on SQLite and on PostgreSQL
	@exec $(PYTHON_HERE) -m pytest -n logical --dist loadgroup $(TESTS)

.PHONY: twins
twins: $(DEV) ## Send fifty twins of each of a thousand keys, with kills: KEYS=1000 TWINS=50 KILLS=50 SEED=…
	@DATABASE='$(if $(filter file,$(origin DATABASE)),,$(DATABASE))' exec $(PYTHON_HERE) -m tests.journeys.thousand_keys

.PHONY: faults
faults: $(DEV) ## Strike a running system with every fault, on both databases: KIND="…" TIMES=20 SECONDS=60
	@DATABASE='$(if $(filter file,$(origin DATABASE)),,$(DATABASE))' KIND='$(KIND)' TIMES='$(TIMES)' \
		SECONDS='$(SECONDS)' exec $(PYTHON_HERE) -m tests.faults

# What holds only if nothing is kept in a session: seats, keys, batches, followers, streams, processes that come and go.
POOLED_TESTS := tests/pooler $(wildcard tests/chassis/test_group_commit*.py tests/chassis/test_idempotency*.py \
	tests/chassis/test_transaction*.py tests/chassis/test_follower*.py) tests/chassis/test_pooler.py \
	tests/chassis/journal_export tests/services/enrolment/test_race.py tests/services/enrolment/test_suspension_race.py \
	tests/services/enrolment/test_waiting_list_race.py tests/services/enrolment/test_worker.py \
	tests/journeys/test_taking_seats.py tests/journeys/test_auditing.py tests/journeys/test_streams.py

.PHONY: test-pooler
test-pooler: $(DEV) ## Run the tests that PostgreSQL is reached by PgBouncer for (Debian's package pgbouncer)
	@THROUGH_POOLER=1 exec $(PYTHON_HERE) -m pytest -n logical --dist loadgroup -k "not sqlite" \
		$(or $(TESTS),$(POOLED_TESTS))

.PHONY: races
races: $(DEV) ## Storm classes, and look for an order in what callers were told: HISTORIES=200 OPERATIONS=1000 SEED=…
	@exec $(PYTHON_HERE) -m tests.races

.PHONY: lint
lint: $(DEV) ## Check format, lint, types and import contracts
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo --no-cache

.PHONY: format
format: $(DEV) ## Format the code and sort its imports
	$(VENV)/bin/ruff check --select I --fix .
	$(VENV)/bin/ruff format .

.PHONY: check
check: lint test ## lint and test

.PHONY: check-deploy
check-deploy: ## Have the files under deploy/ judged by their own tools; says which of these are missing
	@sh deploy/check.sh

.PHONY: openapi
openapi: $(DEV) ## Write the contract that the gateway serves from what the services declare
	@exec $(PYTHON_HERE) -m contract

.PHONY: release-list
release-list: $(DEV) ## List the migrations of a release: from then on a test keeps them as they are
	@exec $(PYTHON_HERE) -m tests.deploy.released_migrations

.PHONY: lock
lock: $(DEV) ## Pin and hash requirements/*.in anew, with the newest versions that fit
	@sh deploy/local/lock.sh $(VENV)

.PHONY: clean
clean: ## Remove .venv, caches and all of var/: databases, and the secrets that databases of your own need
	@case "$$(readlink var/postgres)" in /var/lib/balai-*) rm -rf "$$(readlink var/postgres)";; esac
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
