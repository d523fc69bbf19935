# Interlock: every command a developer or an operator of the local stack needs. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := libs/contracts libs/chassis libs/planning libs/pictures services/project-svc services/program-svc services/gateway deploy/local
# One worker a core; a file stays on one worker, since its tests share servers. tests/conftest.py puts the longest first.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
PYPROJECTS := $(addsuffix /pyproject.toml,$(PACKAGES))
export INTERLOCK_PORT ?= 8080
export INTERLOCK_HOME ?= .interlock
export INTERLOCK_DATA ?= $(abspath ../shared/data)

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}'

# The environment is stale when the lock or a package's pyproject.toml is newer than it.
.venv/ready: requirements.lock $(PYPROJECTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Interlock needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make PYTHON=python3.12 …"; exit 1; }
	@echo "Setting up .venv (first time: about a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(addprefix --editable ,$(PACKAGES))
	@touch $@

# Other programs' formats (MPP, XER, …) and the comparison with MPXJ's schedulers. Needs Java 11 or newer; not part of the default environment.
.PHONY: mpxj
mpxj: .venv/ready ## Add the optional reader of MPP, XER and other formats to .venv (needs Java)
	@command -v java >/dev/null || { echo "MPXJ needs Java, and there is none on the PATH."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements-mpxj.lock

# Machine code is made before many processes ask for it at once; what is in the cache already is found there.
.venv/warm: .venv/ready $(shell find libs/planning/src -name '*.py')
	@echo "Compiling the planning engine (first time: a minute or two) …"
	@$(BIN)/python -m planning.warm
	@touch $@

# Bytecode for those who may not write it when they import. Checked by content at each import: stale code is never run, whatever the files' dates.
SOURCES := $(addsuffix /src,$(PACKAGES))
.venv/compiled: .venv/ready $(shell find $(SOURCES) -name '*.py')
	@$(BIN)/python -m compileall -q --invalidation-mode checked-hash $(SOURCES)
	@touch $@

.PHONY: run
run: .venv/warm .venv/compiled ## Start everything on 127.0.0.1:$INTERLOCK_PORT (8080) and stay in the foreground
	@exec $(BIN)/python -m local_stack up

.PHONY: reset
reset: .venv/ready ## Remove the local stack's data (INTERLOCK_HOME, .interlock)
	@$(BIN)/python -m local_stack reset

.PHONY: backup
backup: .venv/ready ## Save the running local stack, databases, streams and secrets, as the new folder TO=…
	@test -n "$(TO)" || { echo "Name a new folder: make backup TO=…"; exit 1; }
	@$(BIN)/python -m local_stack backup "$(TO)"

.PHONY: restore
restore: .venv/ready ## Put the backup FROM=… in place of the data of the local stack, which must have ended (ONLY=databases|streams)
	@test -n "$(FROM)" || { echo "Name what was saved: make restore FROM=…"; exit 1; }
	@$(BIN)/python -m local_stack restore "$(FROM)" $(if $(ONLY),--only $(ONLY))

.PHONY: load-program
load-program: .venv/ready ## Load FILE=program.json through the public API of the running stack
	@$(BIN)/python -m local_stack load "$(FILE)"

.PHONY: operate
operate: .venv/ready ## Run an operator's command on the running stack: DO="program dead-letter list" (docs/operations.md)
	@$(BIN)/python -m local_stack operate $(DO)

.PHONY: test
test: .venv/warm .venv/compiled ## Run the tests, on a real PostgreSQL and a real NATS that the suite starts
	@$(PYTEST) -m "not long"

.PHONY: test-long
test-long: .venv/warm .venv/compiled .venv-api/ready ## Run the long proofs: drawn requests, kills, restores, whole programs, long histories
	@$(PYTEST) -m long

.PHONY: test-fast
test-fast: .venv/warm .venv/compiled ## Run the tests that take less than a minute in all
	@$(PYTEST) -m "not slow"

.PHONY: check
check: .venv/ready ## Format, lint, types, imports, contracts, generated files: the one gate
	@$(BIN)/ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@told=$$($(BIN)/lint-imports --no-cache) || { echo "$$told"; exit 1; }
	@$(BIN)/python -m contracts check
	@$(BIN)/python -m contracts permissions | cmp --silent - docs/permissions.md || { echo "docs/permissions.md is out of date. Run: make generate"; exit 1; }
	@$(MAKE) --no-print-directory check-openapi
	@echo "make check: all good"

.PHONY: format
format: .venv/ready ## Format the code and sort its imports
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

OPENAPI := services/gateway/src/gateway/openapi
.PHONY: generate
generate: .venv/ready ## Write the generated files again: JSON Schema, AsyncAPI, OpenAPI
	@$(BIN)/python -m contracts generate
	@$(BIN)/python -m deploy.nats_accounts > deploy/kubernetes/components/nats-accounts/accounts.conf
	@$(BIN)/python -m contracts permissions > docs/permissions.md
	@$(BIN)/python -m project_svc openapi > $(OPENAPI)/project-svc.json
	@$(BIN)/python -m program_svc openapi > $(OPENAPI)/program-svc.json
	@$(BIN)/python -m gateway openapi > $(OPENAPI)/interlock.json

.PHONY: check-openapi
check-openapi: .venv/ready
	@for svc in project program; do $(BIN)/python -m $${svc}_svc openapi | cmp --silent - $(OPENAPI)/$$svc-svc.json || { echo "$$svc-svc's OpenAPI document is out of date. Run: make generate"; exit 1; }; done
	@$(BIN)/python -m gateway openapi | cmp --silent - $(OPENAPI)/interlock.json || { echo "The public OpenAPI document is out of date. Run: make generate"; exit 1; }

# Programs of other people, in .venv-api: Node's packages and a Python environment of its own. Tests that need what cannot be had are skipped.
.venv-api/ready: .venv/ready $(wildcard apitools/clients/*)
	@echo "Getting the generators of clients …"
	@$(BIN)/python -m apitools install
	@mkdir -p $(@D) && touch $@

.PHONY: api-tools
api-tools: .venv-api/ready ## Install what the tests of generated clients need (Python and, where Node is, TypeScript)

.PHONY: lint-api
lint-api: .venv/ready ## Lint the OpenAPI document with Spectral's and OWASP's rules (needs Node; about a minute)
	@$(BIN)/python -m apitools lint

.PHONY: fuzz
fuzz: .venv/warm .venv/compiled ## Fuzz the API of a stack of its own by its document, for half an hour: SEED=1 (PHASES=stateful PATHS=/v1/goals REPORT=file)
	@$(BIN)/python -m apitools fuzz --seed $(or $(SEED),1) $(if $(REPORT),--report "$(REPORT)") $(if $(PHASES),--phases $(PHASES)) $(if $(PATHS),--paths "$(PATHS)")

.PHONY: bench
bench: .venv/warm .venv/compiled ## Measure: ONLY=engine|events|http|program|project|replicas|start, a table and bench/results.json
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

.PHONY: scale
scale: .venv/ready ## Simulate the projectors of many organisations in their busiest hour: the table of docs/scale.md (a minute)
	@$(BIN)/python -m bench.scale

.PHONY: soak
soak: .venv/ready ## Write, kill, pause and restart for MINUTES=5 on a stack of its own; ends with a report of the invariants
	@$(BIN)/python -m bench.soak --minutes $(or $(MINUTES),5) --seed $(or $(SEED),1)

# Needs podman. BASE is any image with the Python of .venv, by digest; the same sources and base make the same images.
.PHONY: image
image: .venv/ready ## Build every image: BASE=NAME@sha256:… (IMAGES="gateway nats", TAG=dev, PODMAN="podman --runtime runc")
	@test -n "$(BASE)" || { echo "Name the image to build on by its digest: make image BASE=NAME@sha256:…"; exit 1; }
	@$(BIN)/python -m deploy.images --base "$(BASE)" --tag "$(or $(TAG),dev)" --podman "$(or $(PODMAN),podman)" $(IMAGES)

.PHONY: manifests
manifests: ## Render every overlay and combination of components to RENDERED=.rendered (needs kubectl)
	@mkdir -p "$(or $(RENDERED),.rendered)"
	@for folder in deploy/kubernetes/overlays/* deploy/kubernetes/tests/*; do kubectl kustomize $$folder > "$(or $(RENDERED),.rendered)/$$(basename $$folder).yaml" || exit 1; done

.PHONY: deploy-check
deploy-check: .venv/ready ## Every static gate of the manifests, with programs of their own in .venv-deploy
	@$(BIN)/python -m deploy.checks

.PHONY: lock
lock: .venv/ready ## Resolve the dependencies again and write requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
		--group dev $(foreach p,contracts planning pictures chassis project-svc program-svc gateway local-stack,--no-emit-package interlock-$(p)) \
		pyproject.toml --output-file requirements.lock
	@printf "jpype1>=1.7\nmpxj>=16.10\n" | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
		--constraint requirements.lock - --output-file requirements-mpxj.lock

.PHONY: clean
clean: ## Remove .venv, caches and build leftovers (not the stack's data)
	@rm -rf .venv .venv-api .venv-deploy .rendered deploy/images/.wheel_cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench/results.json
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
