SHELL := /bin/sh
.PHONY: help setup browser demo story test quick thorough lint types arrows unit bench mutate soak package sbom lock clean
PY := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE # where it is set, every process would compile again all that it imports

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/.ready node_modules/.ready ## .venv and node_modules, with exactly what is pinned

.venv/.ready: requirements-dev.txt local/find-python.sh
	python=$$(sh local/find-python.sh) && "$$python" -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.ready: package-lock.json
	@command -v npm >/dev/null || { echo "npm was not found. Install Node.js 20 or newer, which brings it, then run make again." >&2; exit 1; }
	npm ci --silent --no-fund --no-audit
	@touch $@

demo: setup ## the story of LibCal and LibStaffer, on this machine alone
	@$(PY) -m local.demo

story: setup ## two years of two secrets, day by day
	@$(PY) -m local.simulation.story

test: setup browser ## everything that is checked
	@mkdir -p build
	@$(MAKE) -j3 lint types arrows >build/checks.txt 2>&1 & checks=$$!; \
	$(MAKE) --no-print-directory unit; tests=$$?; \
	wait $$checks; others=$$?; \
	cat build/checks.txt build/not-run.txt; \
	exit $$((tests + others))

quick: setup ## the tests that need no Azurite, browser, Node.js or process, and do not wait
	@$(PY) -m pytest -n auto --dist worksteal -m "not (azurite or browser or node or process or slow)"

thorough: setup browser ## all tests, with many random examples
	@$(PY) -m pytest -n auto --dist worksteal --hypothesis-profile thorough --timeout 900

browser: setup # where there is none, the tests that need one do not run, and the last line says so
	@$(PY) -m local.set_up_browser

lint:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/typos
	.venv/bin/zizmor --offline --quiet --no-progress .github

types:
	.venv/bin/mypy

arrows:
	.venv/bin/lint-imports

unit:
	.venv/bin/coverage erase
	LAPSEWATCH_NOT_RUN=build/not-run.txt .venv/bin/coverage run -m pytest -n auto --dist worksteal
	.venv/bin/coverage combine --quiet
	.venv/bin/coverage report --skip-covered --skip-empty --fail-under=97

bench: setup ## speed and size, as ratios in one run
	$(PY) -m bench

mutate: setup ## break each promise once, and see that a test notices
	$(PY) -m local.mutate

soak: setup ## two simulated years of hourly ticks, with random people and outages
	$(PY) -m local.simulation.soak

package: setup ## build/package.zip, and see it run far from here; contacts the package registry
	$(PY) -m local.package --try

sbom: setup ## build/sbom.json: what the app in Azure is made of, as CycloneDX
	@mkdir -p build
	.venv/bin/cyclonedx-py requirements requirements.txt --output-reproducible --of JSON -o build/sbom.json

lock: .venv/.ready ## compile pyproject.toml into requirements with hashes, and nothing of this machine
	.venv/bin/uv pip compile pyproject.toml $(COMPILE) -o requirements.txt
	.venv/bin/uv pip compile pyproject.toml --extra dev $(COMPILE) -o requirements-dev.txt
COMPILE := --python-version 3.13 --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet

clean: ## what make made
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .coverage build
