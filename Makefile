# Every target sets up what it needs. Needed: make and Python 3.11 or newer; no git, and a C compiler
# for the second opinion only.
#   make test PYTHON=python3.12     another interpreter (used when .venv is made)
#   make test ARGS="-k money"       more arguments for pytest

PYTHON ?= python3
ARGS ?=

VENV       := .venv
BENCH_VENV := .venv-bench
ERP_VENV   := .venv-erp
PM_VENV    := .venv-process-mining
LOCK_VENV  := .venv-lock
OIDC       := .node/oidc_server
BIN        := $(VENV)/bin

PIP_FLAGS := --quiet --disable-pip-version-check
INSTALL   := -m pip install $(PIP_FLAGS) --require-hashes --only-binary :all:
EDITABLE  := -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation --editable .

UV_VERSION := 0.13.8
UPGRADE ?=
LOCKED  := $(LOCK_VENV)/bin/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url
PIN     := $(LOCKED) --only-binary :all:
COMPILE := $(PIN) pyproject.toml requirements/build.in

# The tests start hundreds of processes, and two of pytest: none of them compiles everything again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup second-opinion servers demo serve test check docs verifier nightly bench lock python-is-new-enough

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.second-opinion ## make .venv with what is locked in requirements/dev.txt

second-opinion: $(VENV)/.installed ## the second engine for controls (C compiler, Python 3.11 or 3.12)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 13))' || { \
		echo "durable_rules 2.0.28 does not build on $$($(BIN)/python --version)" >&2; \
		echo "  help: make it with Python 3.11 or 3.12" >&2; exit 1; }
	@command -v $${CC:-cc} >/dev/null || { \
		echo "durable_rules 2.0.28 has no wheel, and there is no C compiler (\`$${CC:-cc}\`) here" >&2; \
		echo "  help: install one (Debian, Ubuntu: gcc and python3-dev)" >&2; exit 1; }
	@$(BIN)/python $(INSTALL) -r requirements/second-opinion-build.txt
	@$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes --no-deps --no-build-isolation \
		--no-binary durable-rules -r requirements/second-opinion.txt && \
		$(BIN)/python -c 'import durable_rules_engine' || { \
		echo "durable_rules 2.0.28 did not build here; why stands above" >&2; exit 1; }

servers: $(OIDC)/.installed $(ERP_VENV)/.installed ## the servers that some tests need (node and npm)

demo: setup ## a worked example: policy files, documents, decisions and their reasons
	@$(BIN)/countersign demo

SERVED := build/serve
SERVE  := COUNTERSIGN_ENVIRONMENT=development COUNTERSIGN_DATABASE_URL=sqlite:///$(SERVED)/countersign.db

serve: setup ## the service on this machine: an embedded database, ACME in force, logins for development
	@mkdir -p $(SERVED)
	@$(SERVE) $(BIN)/countersign store migrate
	@test -e $(SERVED)/activated || $(SERVE) $(BIN)/countersign activate policies/acme --by gina --because "to try it out"
	@touch $(SERVED)/activated
	@$(SERVE) $(BIN)/countersign serve

test: setup ## the tests, without the long runs
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow and not bench" $(ARGS)

check: setup ## linter, formatter, type checker and architecture tests
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/python -m pytest -q tests/architecture

docs: setup ## write docs/codes.md again, from what the linter says
	@$(BIN)/python -m api.code_pages

verifier: setup ## build/countersign-verify.pyz, which verifies exports with nothing but Python
	@$(BIN)/python -m api.verifier_file

nightly: setup $(ERP_VENV)/.installed $(PM_VENV)/.installed ## every test, the long runs too, with many more random examples
	@$(BIN)/python -m pytest -q -n 2 -m "not bench" --hypothesis-profile=nightly $(ARGS)

bench: $(BENCH_VENV)/.installed ## measure against other engines (downloads them)
	@$(BENCH_VENV)/bin/python -m bench
	@$(BENCH_VENV)/bin/python -m bench.service
	@$(BENCH_VENV)/bin/python -m bench.trail
	@$(BENCH_VENV)/bin/python -m bench.verify

lock: ## pin dependencies again (UPGRADE=--upgrade: newest versions)
	@$(MAKE) --no-print-directory python-is-new-enough
	@test -x $(LOCK_VENV)/bin/uv || $(PYTHON) -m venv $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python -m pip install $(PIP_FLAGS) uv==$(UV_VERSION)
	@$(COMPILE) --extra analysis -o requirements/runtime.txt
	@$(COMPILE) --extra analysis --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	@# drools-jpy is wanted for its jar only: its Python bridge lacks wheels and is left out.
	@$(COMPILE) --extra analysis --extra bench -c requirements/runtime.txt --no-emit-package jpy \
		-o requirements/bench.txt
	@$(PIN) requirements/erp.in -o requirements/erp.txt
	@$(PIN) requirements/process-mining.in -o requirements/process-mining.txt
	@$(PIN) requirements/second-opinion-build.in -o requirements/second-opinion-build.txt
	@$(LOCKED) --no-binary durable-rules requirements/second-opinion.in \
		-o requirements/second-opinion.txt
	@echo "locked: requirements/runtime.txt, dev.txt, bench.txt, erp.txt, second-opinion.txt"

python-is-new-enough:
	@command -v $(PYTHON) >/dev/null || { \
		echo "there is no \`$(PYTHON)\` here; Countersign needs Python 3.11 or newer" >&2; \
		echo "  help: install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Countersign needs Python 3.11 or newer; \`$(PYTHON)\` is $$($(PYTHON) --version 2>&1)" >&2; \
		echo "  help: name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "\`$(PYTHON)\` cannot make virtual environments" >&2; \
		echo "  help: install its venv package (Debian, Ubuntu: python3-venv)" >&2; exit 1; }

# The stamp is written last: an interrupted installation is taken up again.
$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@$(MAKE) --no-print-directory python-is-new-enough
	@echo "setting up $(VENV) (once; again when requirements change)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(INSTALL) -r requirements/dev.txt
	@$(BIN)/python $(EDITABLE)
	@touch $@

# Tried once: where it does not build, everything else goes on without it. `.ci/run` insists.
$(VENV)/.second-opinion: $(VENV)/.installed requirements/second-opinion.txt
	@$(MAKE) --no-print-directory second-opinion || { \
		echo "set up without the second opinion: its tests are skipped, and each posting records" >&2; \
		echo "that there was none (rules/README.md, \`second_opinion\`)" >&2; }
	@touch $@

# A real ERP for the tests, run as a process of its own. Its licence is the GPL: nothing imports it.
$(PM_VENV)/.installed: requirements/process-mining.txt
	@$(MAKE) --no-print-directory python-is-new-enough
	@echo "setting up $(PM_VENV) (process mining that reads our logs, in tests only)"
	@$(PYTHON) -m venv $(PM_VENV)
	@$(PM_VENV)/bin/python $(INSTALL) -r requirements/process-mining.txt
	@touch $@

$(ERP_VENV)/.installed: requirements/erp.txt
	@$(MAKE) --no-print-directory python-is-new-enough
	@echo "setting up $(ERP_VENV) (an ERP that tests run against)"
	@$(PYTHON) -m venv $(ERP_VENV)
	@$(ERP_VENV)/bin/python $(INSTALL) -r requirements/erp.txt
	@touch $@

# Only what the lock names, with its hashes; nothing that a package brings is run.
$(OIDC)/.installed: tests/oidc_server/package.json tests/oidc_server/package-lock.json
	@command -v npm >/dev/null || { \
		echo "there is no \`npm\` here; the tests with an OIDC issuer need it, and Node 20" >&2; exit 1; }
	@mkdir -p $(OIDC)
	@cp tests/oidc_server/package.json tests/oidc_server/package-lock.json $(OIDC)
	@cd $(OIDC) && npm ci --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --silent
	@touch $@

$(BENCH_VENV)/.installed: requirements/bench.txt pyproject.toml
	@$(MAKE) --no-print-directory python-is-new-enough
	@echo "setting up $(BENCH_VENV) (downloads the engines to compare with)"
	@$(PYTHON) -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python $(INSTALL) --no-deps -r requirements/bench.txt
	@$(BENCH_VENV)/bin/python $(EDITABLE)
	@touch $@
