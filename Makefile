# make run: serve on http://127.0.0.1:8000; make test: everything that can be tested here.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test browser lint messages benchmarks clients proof matrix clean

run: .venv/run
	@$(BIN)/python manage.py playground

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Polyphony needs Python 3.11 or newer: make run PYTHON=python3.11")'
	@$(PYTHON) -m venv .venv

# Installed again only when pyproject.toml changes; later starts need no network.
.venv/run: pyproject.toml | .venv/bin/python
	@echo "Installing, with the extra 'local': hibari (Apache-2.0), faster-whisper (MIT), espeak-ng (GPL-3.0-or-later) and FFmpeg,"
	@echo "used in processes of their own. About 240 MB to download, 800 MB on disk, once."
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[local]' || { \
		echo "The extra 'local' is not available here: going on without it."; \
		$(BIN)/pip install --quiet --disable-pip-version-check -e .; }
	@touch $@

# Everything at once, what running needs included.
.venv/dev: pyproject.toml | .venv/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[local,production,dev]'
	@touch .venv/run $@

# More workers than most machines of CI have cores, because they often wait: for browsers, other processes, providers
# that are silent. A file is one worker's; tests/conftest.py says which come first.
WORKERS ?= 4
SHARED = -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: .venv/dev lint
	$(BIN)/pytest $(SHARED) --durations 15
	@$(MAKE) --no-print-directory browser

# A second run: the browser driver leaves an event loop behind that other async tests cannot live with.
browser: .venv/dev
	DJANGO_ALLOW_ASYNC_UNSAFE=1 $(BIN)/pytest -m browser $(SHARED) --durations 10 tests/journeys

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy core/contract core/media core/providers core/routing

# Needs gettext's xgettext and msgmerge; the compiled files are committed, so nobody else does.
messages: .venv/dev
	$(BIN)/python manage.py makemessages -l ru -l zh_Hans --add-location file --no-obsolete --no-wrap -i .venv -i var -i tests -i static
	$(BIN)/python core/locale/compile.py

benchmarks: .venv/dev
	@for script in tests/benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

# Real clients from PyPI and npm, each in a place of its own under var/clients; those not to be had are skipped.
clients: .venv/dev
	$(BIN)/python -m tests.clients

# The ledger against real servers that are killed, cut off and raced; 1 on the first invariant that does not hold.
proof: .venv/dev
	$(BIN)/python -m tests.proof

# Which provider was tried with what, into the README.
matrix: .venv/dev
	@$(BIN)/python -m tests.core.providers.promises.matrix

# Tools that look at the dependencies, apart from the project's own environment.
var/tools/bin/python:
	@$(PYTHON) -m venv var/tools
	@var/tools/bin/pip install --quiet --disable-pip-version-check uv pip-audit cyclonedx-bom

# Pin what a production install takes, for every platform, with the hashes of its files.
constraints: var/tools/bin/python
	@echo 'setuptools>=77' | var/tools/bin/uv pip compile --quiet pyproject.toml - --extra local --extra production \
		--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--output-file .ci/constraints.txt

# What a production install contains, as CycloneDX.
sbom: var/tools/bin/python
	@PYTHONWARNINGS=ignore var/tools/bin/cyclonedx-py requirements .ci/constraints.txt --pyproject pyproject.toml --output-file var/sbom.json
	@echo "var/sbom.json"

audit: var/tools/bin/python
	@.ci/audit var/tools/bin/pip-audit .ci/constraints.txt

clean:
	rm -rf .venv var *.egg-info
