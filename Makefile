# Thin targets over the command prodmeet and the development tools.
# Each one first makes the environment in .venv when it is missing or out of date.
# make ends with status 2 whenever a command fails; scripts that need the
# command's own status call .venv/bin/prodmeet (see prodmeet --help).

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Only as a word after make: many systems set LANGUAGE for gettext.
SPOKEN = $(if $(findstring command,$(origin LANGUAGE)),--language '$(LANGUAGE)')

.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: help report fleet live explore agenda minutes check test test-long lint format messages lock lowest bench screenshots schema demo-snapshot freeze demo-server clean

help: ## List the targets
	@awk 'BEGIN { FS = ":[^#]*## " } /^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

report: $(READY) ## Write a report [PRODUCT=x FROM=time TO=time FRESH=1 LANGUAGE=ja]; without PRODUCT, of the embedded demo
	@$(BIN)/prodmeet report $(if $(PRODUCT),'$(PRODUCT)') $(if $(FROM),--from '$(FROM)') $(if $(TO),--to '$(TO)') \
	  $(if $(FRESH),--fresh) $(SPOKEN)

fleet: $(READY) ## Write the report of every product, and reports/index.html [FROM=time TO=time JOBS=n SCHEDULER=address LANGUAGE=ja]
	@$(BIN)/prodmeet fleet $(if $(FROM),--from '$(FROM)') $(if $(TO),--to '$(TO)') $(if $(JOBS),--jobs '$(JOBS)') \
	  $(if $(SCHEDULER),--scheduler '$(SCHEDULER)') $(SPOKEN)

live: $(READY) ## Open the meeting on the newest report, in JupyterLab [PRODUCT=x ASK=1: a new report first, TO=time FRESH=1 REPORT=folder LANGUAGE=ja]
	@$(BIN)/prodmeet live $(if $(PRODUCT),'$(PRODUCT)') $(if $(ASK),--ask) $(if $(TO),--to '$(TO)') \
	  $(if $(REPORT),--report '$(REPORT)') $(if $(FRESH),--fresh) $(SPOKEN)

explore: $(READY) ## Open a notebook to explore in JupyterLab [PRODUCT=x TO=time REPORT=folder]
	@$(BIN)/prodmeet explore $(if $(PRODUCT),'$(PRODUCT)') $(if $(TO),--to '$(TO)') $(if $(REPORT),--report '$(REPORT)')

agenda: $(READY) ## Write the pre-read, the timed agenda in Markdown [PRODUCT=x TO=time OUT=file FRESH=1 LANGUAGE=ja]
	@$(BIN)/prodmeet agenda $(if $(PRODUCT),'$(PRODUCT)') $(if $(TO),--to '$(TO)') $(if $(OUT),--out '$(OUT)') \
	  $(if $(FRESH),--fresh) $(SPOKEN)

minutes: $(READY) ## Print the minutes of the newest report [PRODUCT=x REPORT=folder HTML=1: write minutes.html to copy from]
	@$(BIN)/prodmeet minutes $(if $(PRODUCT),'$(PRODUCT)') $(if $(REPORT),--report '$(REPORT)') $(if $(HTML),--html)

check: $(READY) ## Check parameters, sources, queries and retention [PRODUCT=x TO=time FRESH=1]; without PRODUCT, of every product
	@$(BIN)/prodmeet check $(if $(PRODUCT),'$(PRODUCT)') $(if $(TO),--to '$(TO)') $(if $(FRESH),--fresh)

test: $(READY) ## Run the tests [ARGS='-k paging' JOBS=1]; what needs a program that is missing is skipped
	$(BIN)/python -m pytest -n $(or $(JOBS),auto) --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: $(READY) ## Run the tests with the full counts of random inputs, faults and kill points (an hour or more)
	PRODMEET_LONG=1 $(BIN)/python -m pytest -n $(or $(JOBS),auto) --maxprocesses 4 --dist loadfile --no-loadscope-reorder --timeout 3600 $(ARGS)

lint: $(READY) ## Check style, types, rooms, translations and the repository's own rules, as pre-commit does
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.catalogues --check
	$(BIN)/python -m pytest -q tests/unit/test_repository.py

format: $(READY) ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(READY) ## Renew the catalogues and the glossary after a change of the code's texts; lists what is missing
	$(BIN)/python -m tools.catalogues
	$(BIN)/python -m tools.glossary

lock: $(READY) ## Renew requirements.lock after a change of pyproject.toml [UPGRADE=1: newest versions of everything]
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-emit-index-url --custom-compile-command 'make lock' --quiet $(if $(UPGRADE),--upgrade) -o requirements.lock

lowest: $(READY) ## Run the unit tests on the oldest versions pyproject.toml allows [ARGS='tests/unit/test_cli.py']
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python build/lowest
	$(BIN)/uv pip install --quiet --python build/lowest/bin/python --resolution lowest-direct -e . --group dev
	build/lowest/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(or $(ARGS),tests/unit)

bench: $(READY) ## Run the benchmarks; fails when one misses its target
	@status=0; for file in benchmarks/[a-z]*.py; do $(BIN)/python "$$file" || status=1; done; exit $$status

screenshots: $(READY) ## Take the pictures of the demo report that docs/look.md says how to look at [LANGUAGE=ja]
	$(BIN)/python -m tools.screenshots $(SPOKEN)

schema: $(READY) ## Write parameters/schema.json, with which editors complete parameter files
	$(BIN)/prodmeet schema

demo-snapshot: $(READY) ## Freeze the facts of the embedded demo again (needs prometheus)
	$(BIN)/python -m prodmeet_kit.demo snapshot

freeze: $(READY) ## Freeze the review.json that tests compare with again, after a change that is meant (needs prometheus)
	PRODMEET_FREEZE=1 $(BIN)/python -m pytest -q -k as_frozen tests

demo-server: $(READY) ## Run a Prometheus with the demo's data until Ctrl-C (needs prometheus)
	$(BIN)/python -m prodmeet_kit.demo serve

clean: ## Remove the environment and the tools' caches; reports stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# PYTHON=... chooses another interpreter; otherwise the first of these that is new enough.
$(READY): requirements.lock pyproject.toml
	@set -e; found=; \
	for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Python 3.11 or newer is needed: install it, or name it as PYTHON=..." >&2; exit 1; fi; \
	if [ ! -x $(BIN)/python ]; then \
	  echo "Making the environment in $(VENV) (once; a minute or two)"; \
	  "$$found" -m venv $(VENV) || { rm -rf $(VENV); echo "venv is missing: on Debian, apt-get install python3-venv" >&2; exit 1; }; \
	fi; \
	pip="$(BIN)/python -m pip install --quiet --disable-pip-version-check"; \
	$$pip --require-hashes -r requirements.lock; \
	$$pip --no-deps --no-build-isolation -e .; \
	touch $(READY)
