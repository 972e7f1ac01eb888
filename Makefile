# Two commands for a newcomer: `make run` and `make test`. Both need python3, pip and make, no more.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench storm lock clean
.DEFAULT_GOAL := run

run: .venv/ok
	$(BIN)/gongji serve --sample

test: .venv/ok
	$(BIN)/python -m pytest

check: .venv/ok
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/gongji packs lint
	$(BIN)/python -m pytest

bench: .venv/ok
	mkdir -p docs/figures
	$(BIN)/gongji bench --svg docs/figures/bench.svg --json docs/figures/bench.json

storm: .venv/ok
	$(BIN)/gongji storm

# The lock holds every file's hash for all platforms; pip reads it as well as uv does.
.venv/ok: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q uv==0.13.9 && $(BIN)/uv pip sync -q --python $(BIN)/python requirements.lock \
	  || $(BIN)/pip install -q --require-hashes -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	touch $@

lock:
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv var dist
