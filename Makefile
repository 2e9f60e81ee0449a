# Siaga. `make help` lists what there is. Every target works on a fresh Debian machine with Go and Node.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:

export GOFLAGS ?= -mod=readonly

# Flags for `siaga demo`, for example: make demo DEMO='--speed 4 --seed 7'
DEMO ?=
# How long each fuzz target runs, and how long the town calls in `make soak`.
FUZZTIME ?= 30s
SOAK ?= 1h

WEB_SOURCES := $(shell find web -name node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: setup-lite ## Install what the tests need: Debian packages (as root or by sudo), npm packages
	@scripts/setup.sh packages

setup-lite: # Go and Node, which we don't install ourselves
	@scripts/setup.sh tools

web: web/dist/.built ## Build the screens into web/dist

web/node_modules/.ready: web/package.json web/package-lock.json
	npm --prefix web ci --no-audit --no-fund
	@touch $@

web/dist/.built: web/node_modules/.ready $(WEB_SOURCES)
	npm --prefix web run build
	@touch web/dist/.gitkeep $@

build: setup-lite web ## Build bin/siaga, screens inside
	go build -trimpath -o bin/siaga ./cmd/siaga

demo: build ## Run the whole house on this machine, with a town that calls (DEMO='--speed 4 --seed 7')
	bin/siaga demo $(DEMO)

test: setup build ## Run every test: rooms, wire, browser, screens
	packages=$$(scripts/packages.sh all) && go vet $$packages
	packages=$$(scripts/packages.sh rooms) && go test -timeout 6m $$packages
	npm --prefix web test
	packages=$$(scripts/packages.sh test) && go test -timeout 40m -count=1 -p 1 $$packages

e2e: setup build ## Run only the end-to-end tests, telling what they do
	packages=$$(scripts/packages.sh test) && go test -timeout 10m -count=1 -p 1 -v $$packages

race: ## Run the rooms' tests with the race detector
	packages=$$(scripts/packages.sh rooms) && go test -race -timeout 15m $$packages

lint: ## Check form and flow with golangci-lint (built once into .cache/bin, about 15 min) and the web's own linter
	@scripts/lint.sh full

lint-quick: ## Check form with gofumpt, go vet and staticcheck
	@scripts/lint.sh quick

bench: build ## Measure: CPU per call, gaps, lateness, journal (docs/BENCHMARKS.md has the figures)
	packages=$$(scripts/packages.sh all) && go test -timeout 30m -run '^$$' -bench . -benchmem -p 1 $$packages

fuzz: ## Fuzz every target for FUZZTIME (30s) each; then 100,000 spoilt SIP messages
	@scripts/fuzz.sh $(FUZZTIME)

soak: build ## Kill the process 50 times and seats 200 times under live calls, then let the town call for SOAK (1h) and watch memory, goroutines and health
	SIAGA_KILLS=50 go test -timeout 15m -count=1 -run KilledWithMany ./test
	SIAGA_SEAT_KILLS=200 go test -timeout 30m -count=1 -run SeatsKilled ./test
	@scripts/soak.sh $(SOAK)

screenshots: setup build ## Take the pictures in docs/manuals again
	@scripts/only.sh Screenshots SIAGA_SCREENSHOTS="$(CURDIR)/docs/manuals"

sounds: ## Make the prompts and the town's voices again (espeak-ng, sox)
	scripts/prompts.sh
	scripts/voices.sh

clean: ## Remove what was built
	rm -rf bin web/dist/* web/dist/.built web/node_modules demo-data

.PHONY: help setup setup-lite web build demo test e2e race lint lint-quick bench fuzz soak screenshots sounds clean
