# Two commands do everything: `make run` and `make test`. The others are for those who work here.
.PHONY: run test setup setup-test check lint assets pictures schema format lock clean
.DELETE_ON_ERROR:

BIN := .venv/bin
# Compiled once, into build/, whatever the shell says: reading a thousand modules anew takes longer than the quick tests.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache
PORT ?= 8000
# One test process more than the machine has cores, for they often wait; `make test WORKERS=0` runs all in one.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder

run: setup
	$(BIN)/yinuo up --demo --port $(PORT)

test: setup-test
	$(PYTEST) --durations=30

setup: .venv/.package src/yinuo/ui/static/vendor/.made

setup-test: setup
	$(BIN)/python -m scripts.browser
	$(BIN)/python -m scripts.peers

# Quick tests hardly wait for anything.
check: WORKERS = $(shell getconf _NPROCESSORS_ONLN)
check: lint
	$(PYTEST) -q -m "not browser and not slow and not full"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/yinuo pack check src/yinuo/packs/jishishan

assets:
	rm -f src/yinuo/ui/static/vendor/.made
	$(MAKE) src/yinuo/ui/static/vendor/.made

# Every page as each role sees it, on a desk and on a phone: build/pictures/index.html.
pictures: setup-test
	$(BIN)/python scripts/pictures.py

# After a change of the facts of a project (facts.toml in the pack).
schema: setup
	mkdir -p schema
	$(BIN)/yinuo pack schema > schema/project.schema.json

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After a change of dependencies in pyproject.toml.
lock: setup
	$(BIN)/pip install uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes pyproject.toml --extra dev -o requirements.lock
	echo "web3>=7,<9" | $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes -c requirements.lock - -o requirements-anchor.lock

clean:
	rm -rf .venv build node_modules

.venv/.made:
	@test -x $(BIN)/python && $(BIN)/python -c '' || { python=$$(sh scripts/python.sh) && rm -rf .venv && "$$python" -m venv .venv; }
	@touch $@

.venv/.locked: .venv/.made requirements.lock scripts/build.lock
	@echo "安装依赖（第一次需要几分钟）"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r scripts/build.lock -r requirements.lock
	@touch $@

# The package itself stays where it is (editable); nothing outside the lock is fetched for it.
.venv/.package: .venv/.locked pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

src/yinuo/ui/static/vendor/.made: .venv/.locked package.json package-lock.json scripts/assets.sh src/yinuo/ui/charts/charts.js
	@echo "准备网页资源"
	sh scripts/assets.sh
	@touch $@
