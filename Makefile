PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTABLE := $(VENV)/.testable
PINNED := voorbeeldstad/pyproject.toml pyproject.toml constraints.txt
FLOOR := 70
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test lab sessie bench install lint hooks clean

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
	$(BIN)/ruff check sia voorbeeldstad tests benchmarks
	$(BIN)/ruff format --check sia voorbeeldstad tests benchmarks
	$(BIN)/mypy

test: $(TESTABLE) lint
	mkdir -p build
	$(BIN)/python -m slipcover --source sia --json --out build/coverage.json -m pytest -n 2
	$(BIN)/python -m slipcover --merge build/coverage.json --out build/coverage.json --skip-covered --fail-under $(FLOOR)

hooks: $(TESTABLE)
	$(BIN)/pre-commit install

bench: $(STAMP)
	$(PIP) -e '.[bench]'
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build *.egg-info voorbeeldstad/build voorbeeldstad/*.egg-info
