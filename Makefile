# The one door: every target sets up .venv/ in this folder first, once, and again when
# pyproject.toml changes. The command itself is .venv/bin/tingfeng.
# Another Python: make setup PYTHON=/path/to/python3.12

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint bench dashboards dashboards-preview dictionary clean

STAMP := .venv/.set-up
PYTHON ?=
ARGS ?=

help:
	@echo "make setup   build .venv/ in this folder"
	@echo "make demo    one day, five companies, five crises: see what Tingfeng makes of it"
	@echo "make test    ruff, mypy and pytest"
	@echo "make lint    ruff and mypy"
	@echo "make bench   print the figures the README states"
	@echo "make dashboards          write the Grafana dashboards anew"
	@echo "make dictionary  write sql/DICTIONARY.md anew"
	@echo "make dashboards-preview  draw them from the demo's data (var/dashboards/)"
	@echo "make clean   remove .venv/, the demo's output and caches; the data in var/ stays"

setup: $(STAMP)

# All that can be missing is said at once, before anything is downloaded.
define SETUP
fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'
python= bare=
for name in "$$PYTHON" python3.11 python3.12 python3; do
    [ -n "$$name" ] && "$$name" -c "$$fits" 2>/dev/null || continue
    if "$$name" -c 'import ensurepip, venv' 2>/dev/null; then python=$$name; break; fi
    bare=$${bare:-$$name}
done
if [ -z "$$python" ]; then
    if [ -n "$$bare" ]; then
        echo "setup: $$bare has no venv module. On Debian or Ubuntu: apt-get install python3-venv" >&2
    else
        echo "setup: Python 3.11 or 3.12 is needed and none was found$${PYTHON:+ (PYTHON=$$PYTHON is none)}." >&2
        echo "       On Debian 12: apt-get install python3 python3-venv" >&2
        echo "       Elsewhere, name one: make setup PYTHON=/path/to/python3.12" >&2
    fi
    exit 1
fi
if [ ! -w . ]; then
    echo "setup: $$(id -un) may not write to this folder; copy the checkout to one of your own" >&2
    exit 1
fi
command -v gcc >/dev/null || echo "setup: no gcc here; it is needed only where a library has no wheel for this machine" >&2
if ! .venv/bin/python -c "import pip; $$fits" 2>/dev/null; then
    echo "setup: building .venv/ with $$("$$python" --version)"
    "$$python" -m venv --clear .venv
fi
.venv/bin/python -m pip install --disable-pip-version-check --use-pep517 --editable '.[dev]'
endef
export SETUP PYTHON

$(STAMP): pyproject.toml
	@sh -eu -c "$$SETUP"
	@touch $(STAMP)

demo: setup
	.venv/bin/tingfeng demo $(ARGS)

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

test: lint
	.venv/bin/pytest --numprocesses 2 --dist loadfile $(ARGS)

bench: setup
	.venv/bin/python -m benchmarks.throughput $(ARGS)
	.venv/bin/python -m benchmarks.latency $(ARGS)

dictionary: setup
	.venv/bin/tingfeng sql --dictionary > sql/DICTIONARY.md

dashboards: setup
	.venv/bin/python -m dashboards.generate
	.venv/bin/python -m dashboards.alerting.generate

dashboards-preview: setup
	[ -d var/demo/chdb ] || .venv/bin/tingfeng demo
	.venv/bin/python -m dashboards.preview --config var/demo/tingfeng.yaml --out var/dashboards $(ARGS)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist var/demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
