# Needs Python 3.11 or later, make, and a package index that pip is set up for; nothing else.
# Everything is installed into .venv, once, at the versions and hashes of requirements.lock.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
# The folder is part of the name: an environment that was moved is made anew.
STAMP := .venv/installed-$(shell printf %s '$(CURDIR)' | cksum | cut -d ' ' -f 1)
PYTEST_ARGS ?= -n auto
# The long black-box scenarios take many minutes: `make long` runs them.
SHORT := -m 'not (slow and sockets)'

# Packages of another environment must not get in between.
unexport PYTHONPATH PYTHONHOME

.PHONY: help demo test long endurance simulate core sabotage lint bench docs lock clean

help:  ## show this
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST)

demo: $(STAMP)  ## a whole cycle against the embedded sandbox: no account, no settings, no network
	@$(PYTHON) -m syncd demo

test: $(STAMP)  ## everything that is checked: style, types, layers, tests
	@status=0; \
	$(MAKE) --no-print-directory lint || { status=1; echo 'make lint failed: see above' >&2; }; \
	$(PYTHON) -m pytest $(SHORT) $(PYTEST_ARGS) || status=1; \
	$(MAKE) --no-print-directory core || status=1; \
	exit $$status

long: $(STAMP)  ## the long black-box scenarios, too
	@$(PYTHON) -m pytest -m 'slow and sockets' $(PYTEST_ARGS)

endurance: $(STAMP)  ## a daemon with twenty connections under load, for MINUTES=20
	@$(PYTHON) -m tests.blackbox.endurance --minutes $(or $(MINUTES),20)

simulate: $(STAMP)  ## play SEEDS=200 seeds from FROM=1 [ATS=lever]; SEED=7 tells one of them, CUT=30 with its power cut there
	@$(PYTHON) -m tests.simulation $(if $(ATS),--ats $(ATS)) $(if $(SEED),--seed $(SEED) $(if $(CUT),--cut $(CUT)),\
		--seeds $(or $(SEEDS),200) --from $(or $(FROM),1)) $(SIMULATE_ARGS)

core: $(STAMP)  ## every branch of the pure core is covered by its own tests
	@$(PYTHON) -m pytest -p no:xdist --cov --cov-config=tests/core_coverage.toml \
		tests/model tests/policy tests/plan tests/journal/test_machine.py

sabotage: $(STAMP)  ## put deliberate defects into the program: each must be noticed by the simulation
	@$(PYTHON) -m tests.simulation.sabotage

lint: $(STAMP)  ## style, types and layers alone
	@status=0; \
	$(PYTHON) -m ruff check . || status=1; \
	$(PYTHON) -m ruff format --check --quiet . || { status=1; echo 'ruff format would change files' >&2; }; \
	$(PYTHON) -m mypy || status=1; \
	$(PYTHON) -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo || status=1; \
	exit $$status

bench: $(STAMP)  ## the benchmarks
	@$(PYTHON) -m benchmarks

docs: $(STAMP)  ## write anew what is generated: settings.example.toml, pages of docs/reference
	@$(PYTHON) docs/generate.py

lock: $(STAMP)  ## choose the versions anew and write requirements.lock
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check uv
	@$(PYTHON) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links \
		--extra postgres --extra notify --group dev --custom-compile-command 'make lock' \
		--output-file requirements.lock pyproject.toml

clean:  ## remove the environment and what tools left
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build

# The lock names everything, so pip resolves nothing: before 23.3 it refuses a pinned package that
# another one asks for with an extra, as soon as there is a newer release of it.
$(STAMP): requirements.lock pyproject.toml
	@set -e; \
	if ! $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		for python in python3 python3.13 python3.12 python3.11 python; do \
			$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
				>/dev/null 2>&1 && break || python=; \
		done; \
		if [ -z "$$python" ]; then \
			echo 'no Python 3.11 or later with its venv module was found' >&2; exit 1; \
		fi; \
		echo "making .venv with $$($$python --version), once" >&2; \
		rm -rf .venv; \
		$$python -m venv .venv; \
	fi; \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input \
		--no-deps --require-hashes -r requirements.lock; \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input \
		--no-deps --no-build-isolation -e .; \
	$(PYTHON) -m pip --disable-pip-version-check check >/dev/null
	@rm -f .venv/installed-*; touch $@
