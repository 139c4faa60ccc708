PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lab sessie bench install lint clean

$(STAMP): pyproject.toml voorbeeldstad/pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]' -e ./voorbeeldstad
	@touch $(STAMP)

install: $(STAMP)

demo: $(STAMP)
	$(BIN)/sia demo

lab: $(STAMP)
	$(BIN)/jupyter lab notebooks --LabApp.app_settings_dir=notebooks/.jupyterlab

# make sessie OPTIES="-g Enschede -j 2024"
sessie: $(STAMP)
	$(BIN)/sia sessie $(OPTIES)

lint: $(STAMP)
	$(BIN)/ruff check sia voorbeeldstad tests benchmarks
	$(BIN)/ruff format --check sia voorbeeldstad tests benchmarks
	$(BIN)/mypy

test: $(STAMP) lint
	$(BIN)/python -m pytest -n 2

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build *.egg-info voorbeeldstad/build voorbeeldstad/*.egg-info
