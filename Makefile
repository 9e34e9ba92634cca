# What people do here. `make` alone tells what there is.
# Needs Python 3.11 or newer, git and make; everything else comes from the pinned, hashed requirements.

SHELL := /bin/sh
VENV := .venv
IN := $(VENV)/bin
T ?=
M ?=

.DEFAULT_GOAL := help
.PHONY: help run test check fmt bench openapi messages migration runtime development

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: runtime ## Run everything on this machine; PORT=5099, SECRET_KEY=…, DATABASE_URL=…, DEBUG=0 as you like
	@STOP_WITH_PROCESS=$$PPID exec $(IN)/python api/run.py run

test: development ## Run the tests, or one of them: T=api/app/users/tests.py::TestContract
ifeq ($(strip $(T)),)
	@exec $(IN)/python -m pytest -n 2
else
	@exec $(IN)/python -m pytest -n 0 $(T)
endif

check: development ## Run everything that must be right before a change is merged (needs Chromium)
	@exec $(IN)/python tools/check.py

fmt: development ## Put the code in order
	@$(IN)/ruff check --fix --quiet . ; $(IN)/ruff format .

bench: development ## Measure, side by side with the floor; writes bench/results.json
	@exec $(IN)/python bench/run.py

openapi: development ## Write docs/openapi.json anew
	@exec $(IN)/python api/run.py openapi --output docs/openapi.json

messages: development ## Bring the translations' catalogues up to date with the code
	@exec $(IN)/python tools/messages.py

migration: development ## Write a migration for what has changed in the models: M="what it does"
	@exec $(IN)/python api/run.py db migrate $(if $(M),-m "$(M)")

runtime:
	@sh tools/environment.sh $(VENV) requirements.txt

development:
	@sh tools/environment.sh $(VENV) requirements-dev.txt
