# make demo · make test · make docs · make servers · make campaign · make bench · make check · make contract · make browser · make keyring · make build
# Each target sets up what it needs; running again is quick.

CARGO ?= cargo
CONNECTOR := target/connectors/zoom.wasm
GUEST := $(shell find connector/src connector/build wit manifests/zoom -type f 2>/dev/null) manifests/zoom.resolved.json connector/Cargo.toml connector/build.sh Cargo.toml
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)

# One set of features for every step, so that nothing is compiled twice.
FEATURES := --workspace --features switchboard-runtime/pack,switchboard-connector-zoom/schema

.PHONY: build demo docs servers test campaign bench check contract browser keyring clean

build: $(CONNECTOR)
	@$(CARGO) build --locked $(FEATURES) --bins

# The component, for other hosts, and the same compiled ahead of time for this one.
$(CONNECTOR): $(GUEST) $(shell find host/runtime host/egress host/webhooks host/json host/manifest host/schema host/suggest -name '*.rs' 2>/dev/null) Cargo.lock
	@CARGO="$(CARGO)" FEATURES="$(FEATURES)" host/build.sh connector

# What the demo runs is the command; the other programs are left to `make build`.
demo: $(CONNECTOR)
	@CARGO="$(CARGO)" FEATURES="$(FEATURES)" host/build.sh program
	@mkdir -p target/demo && cd target/demo && SWITCHBOARD_HOME=home ../debug/switchboard try --tour
	@echo
	@echo "what next"
	@echo "  target/debug/switchboard try                       an emulator with the demo account, until Ctrl-C"
	@echo "  target/debug/switchboard call zoom.users.me        in another terminal: one call"
	@echo "  target/debug/switchboard activity list             all activities"
	@echo "docs/guides has the rest: connect your own account, write an automation"

# Four OAuth servers of other people, which the sign-in is tested against: from npm and PyPI into node_modules and target/, and from
# Debian. Node, Python's venv and glewlwyd come from the system's package manager.
SERVERS := host/connections/tests/servers
OIDC_READY := $(SERVERS)/oidc-provider/node_modules/.package-lock.json
EXPRESS_READY := $(SERVERS)/express-oauth-server/node_modules/.package-lock.json
DJANGO_READY := target/servers/django.sqlite3
GLEWLWYD_READY := /usr/bin/glewlwyd

servers: $(OIDC_READY) $(EXPRESS_READY) $(DJANGO_READY) $(GLEWLWYD_READY)

$(OIDC_READY): $(SERVERS)/oidc-provider/package-lock.json
	@command -v npm >/dev/null || tests/install.sh node
	@echo "setup: installing oidc-provider from npm for the sign-in tests (some seconds)" >&2
	@cd $(SERVERS)/oidc-provider && npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json

$(EXPRESS_READY): $(SERVERS)/express-oauth-server/package-lock.json
	@command -v npm >/dev/null || tests/install.sh node
	@echo "setup: installing express-oauth-server from npm for the sign-in tests (some seconds)" >&2
	@cd $(SERVERS)/express-oauth-server && npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json

$(GLEWLWYD_READY):
	@tests/install.sh glewlwyd

$(DJANGO_READY): $(SERVERS)/django/requirements.txt $(SERVERS)/django/server.py
	@python3 -c 'import ensurepip, venv' 2>/dev/null || tests/install.sh python-venv
	@echo "setup: installing django-oauth-toolkit from PyPI for the sign-in tests (some seconds)" >&2
	@rm -rf target/servers && mkdir -p target/servers && python3 -m venv target/servers/django && \
	  target/servers/django/bin/pip install --quiet --disable-pip-version-check -r $(SERVERS)/django/requirements.txt && \
	  target/servers/django/bin/python $(SERVERS)/django/server.py --prepare target/servers/new.sqlite3 && \
	  mv target/servers/new.sqlite3 $@

test: build servers
	@target/debug/resolve-manifest --check
	@$(CARGO) build --locked $(FEATURES) --tests
ifeq ($(NEXTEST),yes)
	@$(CARGO) nextest run --locked $(FEATURES) --no-fail-fast
	@$(CARGO) test --locked $(FEATURES) --doc
else
	@$(CARGO) test --locked $(FEATURES)
endif

# The pages of docs/ that are generated: from the manifests, from the command line and from the tests.
docs: build
	@target/debug/resolve-manifest
	@UPDATE_DOCS=1 $(CARGO) test --quiet --locked $(FEATURES) --test e2e -- page_is_up_to_date

# How many times the inputs of `make test` each reader gets (10 million, but for components), what they are drawn from, and how
# many processes read them.
FUZZ_TIMES ?= 50
FUZZ_SEED ?= $(shell date +%s)
FUZZ_WORKERS ?= $(shell nproc)

# Before a release: what `make test` shows in small, in full.
campaign: $(CONNECTOR)
	@STORM_EXPIRIES=1000 $(CARGO) test --locked -p switchboard-connections --test storm -- --nocapture
	@CALLBACK_ROUNDS=1000 $(CARGO) test --locked -p switchboard-connections --test connections o_28_
	@$(CARGO) build --locked $(FEATURES) --bins && KILLS=200 $(CARGO) test --locked $(FEATURES) --test e2e kills:: -- --nocapture
	@$(CARGO) build --profile campaign --locked -p switchboard-tests --features switchboard-runtime/compile --bin fuzz
	@failed=0; for target in $$(target/campaign/fuzz list); do \
	  target/campaign/fuzz gate $$target $(FUZZ_TIMES) $(FUZZ_SEED) $(FUZZ_WORKERS) || failed=1; done; exit $$failed

# What a change must pass before it is sent: format, lints, tests.
check: $(CONNECTOR)
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --locked $(FEATURES),switchboard-tests/bench --all-targets -- -D warnings
	@$(MAKE) --no-print-directory test

# The figures of docs/reference/benchmarks.md are of a command with packed addresses; `make bench SWITCHBOARD_PACKED_ADDRESSES=0` measures one without.
bench: export SWITCHBOARD_PACKED_ADDRESSES ?= 1
bench: $(CONNECTOR)
	@echo "SWITCHBOARD_PACKED_ADDRESSES=$$SWITCHBOARD_PACKED_ADDRESSES" >&2
	@$(CARGO) build --release --locked -p switchboard-cli -p switchboard-tests --features switchboard-tests/bench --bin switchboard --bin bench
	@target/release/bench

# Judged by the service's own documents, where their folder is at hand (ZOOM_OPENAPI names another place).
contract:
	@cd connector/tests/contract && npm ci --silent --no-audit --no-fund
	@$(CARGO) test --locked -p switchboard-connector-zoom -p switchboard-emulator --features switchboard-connector-zoom/schema \
	  --test contract -- --ignored --nocapture

# Sign-in in a real browser: the emulator's pages and ours, with an accessibility check of each.
browser: build
	@command -v chromium >/dev/null || tests/install.sh chromium
	@cd tests/browser && npm install --silent --no-audit --no-fund && node sign-in.mjs

# The key in a real Secret Service, GNOME's. The command is built for it in a folder of its own: nothing else is built anew.
KEYRING := target/keyring
keyring: build
	@which gnome-keyring-daemon secret-tool dbus-daemon dbus-send >/dev/null || tests/install.sh gnome-keyring
	@$(CARGO) build --locked -p switchboard-cli --features keyring --target-dir $(KEYRING)
	@SWITCHBOARD_BINARY=$(abspath $(KEYRING))/debug/switchboard $(CARGO) test --locked $(FEATURES) --test keyring -- --ignored --test-threads=2

clean:
	@$(CARGO) clean
