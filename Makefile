# Everything a newcomer needs: `make run` and `make test`. Both set up what they need first.

PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3),python3)
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
INSTALLED := .venv/installed
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq
AS_ROOT := [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench shell messages screenshots chromium

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)
	@echo "  Another port: make run PORT=8001. Without the demo study: make run ARGS=--no-demo"
	@echo "  At full size, which takes longer: make bench ARGS=results (ten million responses), ARGS=exports, ARGS=calibration"

run: $(INSTALLED) ## serve the site with everything it needs until Ctrl-C
	@$(BIN)/python manage.py up --host $(HOST) --port $(PORT) $(ARGS)

test: $(INSTALLED) chromium lint ## check style and types, and run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(INSTALLED) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet

format: $(INSTALLED) ## put the code into the one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED) ## measure the site, colorizing, results, exports and intervals against their targets
	@$(BIN)/python -m tests.load.bench $(ARGS)

shell: $(INSTALLED) ## Python with the site loaded; it needs `make run` beside it for the database
	@$(BIN)/python manage.py shell

NOT_OURS := --ignore '.venv/*' --ignore 'runs/*'

messages: $(INSTALLED) ## gather the texts to translate, and compile their translations (needs gettext)
	@$(BIN)/python manage.py makemessages --all --no-obsolete --no-wrap --add-location file $(NOT_OURS)
	@$(BIN)/python manage.py compilemessages $(NOT_OURS)

screenshots: $(INSTALLED) chromium ## make the README's pictures again
	@$(BIN)/python -m docs.screenshots

# Again whenever a pin changes; the mark is set last, so that an interrupted installation is taken up again.
$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "colortest needs Python 3.11 or newer: install it, or name one with make PYTHON=/path/to/python"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || \
	  if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then $(PYTHON) -m venv --clear .venv; \
	  else $(PYTHON) -m venv --clear --without-pip .venv && sh deploy/pip-from-debian.sh $(BIN)/python; fi || { \
	  echo "$(PYTHON) cannot make virtual environments: as root, apt-get install python3-venv"; exit 1; }
	@echo "Installing Python packages (some minutes, once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

# Playwright brings a Node of its own, which needs libatomic; a page without any font has no width.
BROWSER := chromium libatomic1 fonts-liberation

chromium:
	@{ command -v chromium && ls /usr/lib/*/libatomic.so.1; } >/dev/null 2>&1 || { \
	  $(AS_ROOT) && echo "Installing Chromium from Debian's packages…" \
	    && $(APT) update && $(APT) install --no-install-recommends $(BROWSER) >/dev/null; } \
	  || echo "The tests with a real browser need more: as root, apt-get install $(BROWSER)"
