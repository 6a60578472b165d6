SHELL := /bin/sh
.PHONY: help setup browser demo story docs test quick thorough fuzz lint types arrows bicep infra az-check unit bench host-conformance mutate soak package sbom lock clean
PY := .venv/bin/python
PYTEST := -m pytest -n auto --dist worksteal
unexport PYTHONDONTWRITEBYTECODE # where it is set, every process compiles its imports again

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/.ready node_modules/.ready ## create .venv and node_modules, with exactly the pinned versions

.venv/.ready: requirements-dev.txt local/find-python.sh
	@test ! -L .venv || { echo ".venv is a link, and setup would clear what it points to. Remove the link, then run make again." >&2; exit 1; }
	python=$$(sh local/find-python.sh) && "$$python" -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.ready: package-lock.json
	@command -v npm >/dev/null || { echo "npm was not found. Install Node.js 20 or newer, which brings it, then run make again." >&2; exit 1; }
	npm ci --silent --no-fund --no-audit
	@touch $@

demo: setup ## show the program with two services, on this machine only
	@$(PY) -m local.demo

story: setup ## print two years of two secrets, day by day
	@$(PY) -m local.simulation.story

docs: build/docs-env/.ready ## build the site of the documents in build/site; REPOSITORY=URL and REF=TAG link source code
	@build/docs-env/bin/python -m local.docs_site $(if $(REPOSITORY),--repository "$(REPOSITORY)" --ref "$(or $(REF),main)")

build/docs-env/.ready: requirements-docs.txt local/find-python.sh
	python=$$(sh local/find-python.sh) && "$$python" -m venv --clear build/docs-env
	build/docs-env/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-docs.txt
	@touch $@

test: setup browser ## run all checks and tests; COVERAGE=1 measures coverage too
	@mkdir -p build
	@$(MAKE) -j3 lint types arrows bicep >build/checks.txt 2>&1 & checks=$$!; \
	$(MAKE) --no-print-directory unit; tests=$$?; \
	wait $$checks; others=$$?; \
	cat build/checks.txt build/not-run.txt; \
	exit $$((tests + others))

quick: setup ## run the tests that need no Azurite, browser, Node.js or process and are not slow
	@$(PY) $(PYTEST) -m "not (azurite or browser or node or process or slow)"

thorough: setup browser ## run all tests, with many random examples
	@$(PY) $(PYTEST) --hypothesis-profile thorough --timeout 900

fuzz: setup ## send many random requests, and compare the answers with docs/openapi.yaml
	@$(PY) -m pytest tests/e2e/test_openapi_fuzz.py --hypothesis-profile thorough

browser: setup # without a browser, the tests that need one are left out; the last line counts them
	@$(PY) -m local.set_up_browser

lint:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/typos
	$(PY) -m local.docs_site.source_links
	.venv/bin/zizmor --offline --quiet --no-progress .github
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml

types:
	.venv/bin/mypy

arrows:
	.venv/bin/lint-imports

bicep: # without a compiler, it prints one line
	@$(PY) -m local.bicep --if-found

infra: setup ## compile the Bicep, and compare what it deploys with infra/snapshots; RECORD=1 records it
	@$(PY) -m local.bicep $(if $(RECORD),--record)

AZURE_CLI := 2.91.0
az-check: setup build/az-check/$(AZURE_CLI) ## let azure-cli parse each az command of documents, hooks and doctor; contacts the package registry
	@$(PY) -m tests.infra.az_check build/az-check/.venv/bin/python

build/az-check/$(AZURE_CLI): # 700 MB, so before a release only
	@echo "Installing azure-cli $(AZURE_CLI) into build/az-check."
	@rm -rf build/az-check
	@$(PY) -m venv build/az-check/.venv
	@build/az-check/.venv/bin/python -m pip install --quiet --disable-pip-version-check azure-cli==$(AZURE_CLI)
	@touch $@

unit: # coverage takes a fifth more processor time, so CI asks for it
ifeq ($(COVERAGE),1)
	.venv/bin/coverage erase
	LAPSEWATCH_NOT_RUN=build/not-run.txt .venv/bin/coverage run $(PYTEST)
	.venv/bin/coverage combine --quiet
	.venv/bin/coverage report --skip-covered --skip-empty --fail-under=97
else
	LAPSEWATCH_NOT_RUN=build/not-run.txt $(PY) $(PYTEST)
endif

bench: setup ## measure speed and size, as ratios in one run
	$(PY) -m bench

host-conformance: setup ## compare a real Functions host with the table that the local host is tested by
	@$(PY) -m tests.conformance $(if $(URL),--url "$(URL)" --key "$(KEY)" --master-key "$(MASTER_KEY)") $(if $(JSON),--json)

mutate: setup ## break each promise once and verify that a test fails
	$(PY) -m local.mutate

soak: setup ## simulate two years of hourly ticks, with random people and outages
	$(PY) -m local.simulation.soak

package: setup ## build build/package.zip and run it outside the checkout; contacts the package registry
	$(PY) -m local.package --try

sbom: setup ## write build/sbom.json, the packages of the app in Azure, as CycloneDX
	@$(PY) -m local.sbom

lock: .venv/.ready ## compile pyproject.toml into the requirements, with hashes
	.venv/bin/uv pip compile pyproject.toml $(COMPILE) -o requirements.txt
	.venv/bin/uv pip compile pyproject.toml --extra dev $(COMPILE) -o requirements-dev.txt
	.venv/bin/uv pip compile --group docs $(COMPILE) -o requirements-docs.txt
COMPILE := --python-version 3.13 --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet

clean: ## remove everything that make created
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .coverage build
