# Plain `make` explains itself. Everything generated lands under .local/.
.DEFAULT_GOAL := help
.PHONY: help up down status env reset test check sdk bench engine set-up
.PHONY: preview comment deploy site publish doctor drift
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .local/venv
NPM := .local/npm
ACTIONLINT := .local/actionlint/actionlint
RUN := $(VENV)/bin/python
SAY := printf '\033[1;36m>\033[0m %s\n'
ifdef NO_COLOR
SAY := printf '> %s\n'
endif

# uv unpacks a package once for every clone on the machine; pip knows indexes that only pip was told of.
UV := UV_PYTHON=$(RUN) $(VENV)/bin/uv --quiet --no-progress
install = $(UV) pip install --requirement $(1) || $(RUN) -m pip install --quiet --requirement $(1) || { $(FAILED); exit 1; }
FAILED := echo 'The packages were not installed, for the reason above. Run the same command again.'

# For the targets that work on a stack of yours, with the `pulumi` on PATH.
FAIL_AT ?= danger
# Its name has `debug` in it: without that the vendor's Genesys provider waits 30 s in every command.
export PULUMI_HOME ?= $(CURDIR)/.local/pulumi-debug

# Compiled once, below .local, even where Python is told to compile everything anew each time.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.local/cache/python
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/.local/cache/hypothesis
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## Show this list
	@echo 'messenger-sso: Genesys Cloud Messenger with Okta sign-in, as one Pulumi stack.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'Start with `make up`; README.md tells the rest.'

up: $(VENV)/running.stamp browser-sdk ## Set everything up, apply the local stack, build the site and serve it
	@$(RUN) -m local up

down: ## Stop everything that `make up` started
	@if [ -e $(VENV)/running.stamp ]; then $(RUN) -m local down; else echo 'Nothing was running.'; fi

status: $(VENV)/running.stamp ## Show what runs and where
	@$(RUN) -m local status

env: $(VENV)/running.stamp ## Print what the shell needs for the plain `pulumi` command
	@$(RUN) -m local env

reset: $(VENV)/running.stamp ## Stop everything and forget both clouds and the stack
	@$(RUN) -m local reset

test: $(VENV)/testing.stamp $(NPM)/testing.stamp chromium engine ## Set up what tests need and run every test
	@$(RUN) -m pytest --numprocesses 2

check: $(VENV)/testing.stamp $(ACTIONLINT) ## Lint, check types, and compare the generated SDK with its schema
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check --quiet . || { echo 'Run `.local/venv/bin/ruff format .`'; exit 1; }
	@$(RUN) -m mypy
	@$(RUN) -m infra.committed_secrets
	@$(ACTIONLINT)
	@$(RUN) -m local sdk --check

preview: named set-up ## Say what a stack's next change would do, in words, and keep its plan: STACK=dev
	@mkdir -p .local/review
	@$(RUN) -m review preview --stack '$(STACK)' --fail-at $(FAIL_AT) \
		--markdown '.local/review/$(STACK).md' --save-plan '.local/review/$(STACK).plan.json'

comment: named set-up ## Put the preview on its pull request: STACK=dev PULL_REQUEST=1
	@$(RUN) -m review comment '.local/review/$(STACK).md'

deploy: named set-up ## Apply the plan that `make preview` kept: STACK=dev
	@[ -e '.local/review/$(STACK).plan.json' ] || { echo 'There is no plan: run `make preview STACK=$(STACK)` first.'; exit 1; }
	@pulumi up --yes --skip-preview --stack '$(STACK)' --plan '.local/review/$(STACK).plan.json'
	@rm '.local/review/$(STACK).plan.json'

site: named set-up browser-sdk ## Build the sites of a stack from its outputs: STACK=dev
	@$(RUN) -m sample_site build --stack '$(STACK)'

publish: named set-up ## Publish the built sites to S3: STACK=dev SITE_BUCKET='name' or 'SITE=name …'
	@[ -n '$(SITE_BUCKET)' ] || { echo 'Name the bucket, for example: make $@ STACK=$(STACK) SITE_BUCKET=my-bucket'; exit 1; }
	@$(RUN) -m sample_site publish --stack '$(STACK)' $(foreach one,$(SITE_BUCKET),--bucket '$(one)') \
		$(if $(SITE_DISTRIBUTION),--distribution '$(SITE_DISTRIBUTION)')

doctor: named $(VENV)/doctor.stamp ## Check what is live against the stack: STACK=dev
	@$(RUN) -m doctor --stack '$(STACK)'

drift: named set-up ## Tell whether the clouds were changed behind the stack's back: STACK=dev
	@# Where confirmations are skipped, the engine takes that for --yes, which it refuses here.
	@env -u PULUMI_SKIP_CONFIRMATIONS pulumi refresh --preview-only --expect-no-changes --stack '$(STACK)'

sdk: $(VENV)/running.stamp ## Generate sdks/genesyscloud anew from its schema
	@$(RUN) -m local sdk

bench: $(VENV)/testing.stamp $(NPM)/testing.stamp chromium engine ## Measure, as ratios inside one run
	@$(RUN) -m benchmarks

# First of all, so that nothing is installed for a command that cannot run.
.PHONY: named
named:
	@[ -n '$(STACK)' ] || { echo 'Name the stack, for example: make $(firstword $(MAKECMDGOALS)) STACK=dev'; exit 1; }

set-up: $(VENV)/running.stamp

engine: $(VENV)/running.stamp
	@$(RUN) -m local engine

$(ACTIONLINT): toolchain/lint/go.mod toolchain/lint/go.sum
	@$(SAY) 'Building actionlint, which checks the workflows'
	@cd toolchain/lint && GOFLAGS=-mod=readonly GOTOOLCHAIN=local go build -o '$(CURDIR)/$@' github.com/rhysd/actionlint/cmd/actionlint

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || sh tests/install-chromium.sh

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another one: make PYTHON=python3.12 up"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || \
		{ echo 'A virtual environment could not be made. On Debian: apt-get install python3-venv'; exit 1; }
	@touch $@

$(VENV)/bin/uv: | $(VENV)/made.stamp
	@$(RUN) -m pip install --quiet --constraint constraints.txt uv || { $(FAILED); exit 1; }

$(VENV)/running.stamp: requirements.txt constraints.txt $(shell find sdks -type f) | $(VENV)/bin/uv
	@$(SAY) 'Installing the Python packages'
	@$(call install,requirements.txt)
	@rm -rf sdks/*/build sdks/*/*.egg-info
	@touch $@

$(VENV)/doctor.stamp: requirements-doctor.txt $(VENV)/running.stamp
	@$(SAY) 'Installing the Python packages that the doctor needs'
	@$(call install,requirements-doctor.txt)
	@rm -rf sdks/*/build sdks/*/*.egg-info
	@touch $@

$(VENV)/testing.stamp: requirements-dev.txt requirements-doctor.txt $(VENV)/running.stamp
	@$(SAY) 'Installing the Python packages that tests need'
	@$(call install,requirements-dev.txt)
	@rm -rf sdks/*/build sdks/*/*.egg-info
	@touch $(VENV)/doctor.stamp $@

# The site can do without: then it offers no sign-in with Okta's own SDK, its modules stay as long as
# they were written, and the build says so.
.PHONY: browser-sdk
browser-sdk:
	@if command -v npm >/dev/null; then $(MAKE) --silent $(NPM)/running.stamp; \
	else echo 'npm is not on PATH, so the site is built without the sign-in that uses okta-auth-js, and its scripts are not made small. Node.js 20 brings npm.'; fi

$(NPM)/running.stamp: package.json package-lock.json .npmrc
	@$(SAY) 'Installing the npm packages that the site is built with'
	@mkdir -p $(NPM) && cp package.json package-lock.json .npmrc $(NPM)/
	@npm ci --prefix $(NPM) --omit=dev --silent || { $(FAILED); exit 1; }
	@touch $@

$(NPM)/testing.stamp: package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo 'npm is not on PATH, and tests of the browser code need it. Install Node.js 20 or newer.'; exit 1; }
	@$(SAY) 'Installing the npm packages that tests need'
	@mkdir -p $(NPM) && cp package.json package-lock.json .npmrc $(NPM)/
	@npm ci --prefix $(NPM) --silent || { $(FAILED); exit 1; }
	@touch $(NPM)/running.stamp $@
