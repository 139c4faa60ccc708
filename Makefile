PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTABLE := $(VENV)/.testable
PINNED := voorbeeldstad/pyproject.toml pyproject.toml constraints.txt
FLOOR := 70
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test coverage lab sessie bench install lint hooks docs lock release clean

$(STAMP): $(PINNED)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e '.[alles]' -e ./voorbeeldstad
	@touch $(STAMP)

$(TESTABLE): $(STAMP)
	$(PIP) -e '.[test]'
	@touch $(TESTABLE)

install: $(STAMP)

demo: $(STAMP)
	$(BIN)/sia demo

lab: $(STAMP)
	$(BIN)/jupyter lab notebooks --LabApp.app_settings_dir=notebooks/.jupyterlab

# make sessie OPTIES="-g Enschede -j 2024"
sessie: $(STAMP)
	$(BIN)/sia sessie $(OPTIES)

lint: $(TESTABLE)
	$(BIN)/ruff check sia voorbeeldstad tests benchmarks docs
	$(BIN)/ruff format --check sia voorbeeldstad tests benchmarks docs
	$(BIN)/mypy

test: $(TESTABLE) lint
	$(BIN)/python -m pytest -n 2

# Measuring takes a quarter longer than testing: it is a command of its own.
coverage: $(TESTABLE)
	mkdir -p build
	$(BIN)/python -m slipcover --source sia --json --out build/coverage.json -m pytest -n 2
	$(BIN)/python -m slipcover --merge build/coverage.json --out build/coverage.json --skip-covered --fail-under $(FLOOR)

hooks: $(TESTABLE)
	$(BIN)/pre-commit install

# The example in the site is Voorbeeldstad's; it is made when it is not there.
docs: $(STAMP)
	$(PIP) -e '.[docs]'
	test -f reports/GM9999/2024/openbaar/atlas.html || $(BIN)/sia demo
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# Hashes for `pip install --require-hashes`; the file names no index.
lock: $(STAMP)
	$(PIP) -e '.[release]'
	(sed '/^[^#]/,$$d' requirements.lock; $(BIN)/uv pip compile pyproject.toml --extra alles --extra cluster \
	  -c constraints.txt --universal --python-version 3.11.5 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --quiet) > requirements.new
	mv requirements.new requirements.lock

# What a release consists of, in dist/: wheels, site, and the list of its parts (CycloneDX).
release: docs
	$(PIP) -e '.[release]'
	rm -rf dist build
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist . ./voorbeeldstad
	$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
	  --output-file dist/sia-dia.cdx.json
	tar --sort=name --owner=0 --group=0 -czf dist/site.tar.gz site

bench: $(STAMP)
	$(PIP) -e '.[bench]'
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build site *.egg-info voorbeeldstad/build voorbeeldstad/*.egg-info
