PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTABLE := $(VENV)/.testable
PINNED := voorbeeldstad/pyproject.toml pyproject.toml constraints.txt
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test lab sessie bench install lint clean

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
	$(BIN)/python -m pytest -n 2

bench: $(STAMP)
	$(PIP) -e '.[bench]'
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build *.egg-info voorbeeldstad/build voorbeeldstad/*.egg-info
