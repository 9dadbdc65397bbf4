# studydeck: `make` builds every deck, `make test` checks everything. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := decks
.PHONY: decks preview verify test quick coverage stories learners installs hangs bench desktop pictures docs lint check format clean help FORCE

# Whether .venv runs the code of this folder. It doesn't where the clone was moved, its Python was replaced, or somebody
# installed a package over the editable one: then it is set up anew (test_make.py).
OURS := $(shell $(BIN)/python -I .ci/ours.py 2>/dev/null && echo yes)

decks: $(VENV)/.installed  ## build every deck under cards/ into dist/ (the default)
	@$(BIN)/studydeck build
	@echo
	@echo "Your packages are in dist/. Import them, and import again after every build:"
	@echo "  desktop: in Anki, File > Import, choose the .apkg file"
	@echo "  phone:   send the file over and open it with AnkiDroid or AnkiMobile"

preview: $(VENV)/.with-anki  ## see a deck's cards in the browser: make preview DECK=cards/my-deck
	@$(BIN)/studydeck preview $(if $(DECK),"$(DECK)")

verify: $(VENV)/.with-anki  ## build and import into the real Anki engine, as learners would (all decks, or DECK=…)
	@$(BIN)/studydeck build --verify $(if $(DECK),"$(DECK)")

test: $(VENV)/.tested lint check  ## run the whole test suite and the static checks
	@$(BIN)/python -m pytest

quick: $(VENV)/.tested  ## run the tests that take no time, of every part (a minute)
	@$(BIN)/python -m pytest -q -m "not slow and not installs"

coverage: $(VENV)/.tested  ## run the whole suite and show which lines and branches of the program it never runs
	@$(BIN)/python -m pytest -q --cov --cov-report=term-missing

stories: $(VENV)/.tested  ## 2,000 random stories of an author and a learner, 200 of builds at once (minutes)
	@STUDYDECK_STORIES=2000 STUDYDECK_ROUNDS=200 $(BIN)/python -m pytest \
		tests/test_story.py tests/test_pull_story.py tests/test_together.py tests/test_merges.py

installs: $(VENV)/.tested  ## install studydeck by make, pip, uv and pipx in every way, and try a release (minutes)
	@$(BIN)/python -m pytest -m installs

learners: $(VENV)/.tested  ## 200 learners study 200 cards on the real engine, and insights finds the 20 bad ones (minutes)
	@STUDYDECK_LEARNERS=200 $(BIN)/python -m pytest -n 0 -s tests/test_insights.py -k planted

hangs: $(VENV)/.tested  ## every function over all words of three signs, for what takes the square of a text (minutes)
	@STUDYDECK_HANGS=1 $(BIN)/python -m pytest tests/test_hangs.py

bench: $(VENV)/.tested  ## time ours against genanki, the floor and Anki's engine (BENCH="--cards 50" for less, "--kinds" for other decks)
	@$(BIN)/python -m compileall -q builder
	@$(BIN)/python tests/bench/run.py $(BENCH)

desktop: .venv-desktop/.installed  ## see all cards of a deck in desktop Anki's own window: make desktop DECK=cards/my-deck
	@$(shell command -v xvfb-run && echo -a -s '"-screen 0 1400x1000x24"') .venv-desktop/bin/python tests/desktop.py \
		"$(or $(DECK),tests/decks/kitchen-sink)" $(if $(PICTURES),--pictures "$(PICTURES)")

pictures: $(VENV)/.tested  ## draw the README's pictures again (needs Chromium)
	@$(BIN)/python tests/pictures.py

docs: $(VENV)/.tested  ## bring the generated pages up to date, and build the docs' site into site/
	@$(BIN)/python docs/generate.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html"

lint: $(VENV)/.tested  ## ruff and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy

check: $(VENV)/.installed  ## studydeck check --strict on every deck
	@$(BIN)/studydeck check --strict

format: $(VENV)/.tested  ## put the Python files into the house's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:  ## remove what the build and the tests made, .venv too
	rm -rf $(VENV) .venv-desktop dist build site .coverage* *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "studydeck needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || \
		{ rm -rf $(VENV); echo "no venv module: sudo apt install python3-venv"; exit 1; }

FORCE:

$(VENV)/.installed: pyproject.toml $(if $(OURS),,FORCE) | $(VENV)/bin/python
	@echo "Setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q builder  # a start without them takes a third longer
	@touch $@

$(VENV)/.with-anki: pyproject.toml | $(VENV)/.installed
	@echo "Setting up the Anki engine ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[anki]'
	@touch $@

$(VENV)/.tested: pyproject.toml | $(VENV)/.installed
	@echo "Setting up what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[anki,print]' --group dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps 'aqt>=26.9'
	@touch $@

# Anki with its Qt, apart: .venv has aqt without it, for its styles alone. On Linux a screen of its own (xvfb-run) keeps
# the windows out of the way; Debian's packages: xvfb xauth libxcb-cursor0 libxkbcommon-x11-0.
.venv-desktop/.installed: pyproject.toml
	@echo "Setting up desktop Anki (600 MB) ..."
	@$(PYTHON) -m venv --clear .venv-desktop
	@.venv-desktop/bin/python -m pip install --quiet --disable-pip-version-check --editable . 'aqt[qt6]>=26.9'
	@touch $@
