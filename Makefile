# make demo · make test · make bench · make check · make build
# Each target sets up what it needs; running again is quick.

CARGO ?= cargo
CONNECTOR := target/connectors/zoom.wasm
GUEST := $(shell find connector/src wit manifests/zoom -type f 2>/dev/null) manifests/zoom.resolved.json connector/Cargo.toml connector/build.sh Cargo.toml
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)

.PHONY: build demo test unit bench check clean

build: $(CONNECTOR)
	@$(CARGO) build --locked

# The component, for other hosts, and the same compiled ahead of time for this one.
$(CONNECTOR): $(GUEST) $(shell find host/runtime host/egress -name '*.rs' 2>/dev/null) Cargo.lock
	@echo "building the connector (first time: a few minutes)" >&2
	@core=$$(connector/build.sh) && mkdir -p target/connectors && \
	  $(CARGO) run --quiet --locked -p switchboard-runtime --features pack --bin pack-connector -- "$$core" $(CONNECTOR)

demo: build
	@mkdir -p target/demo && cd target/demo && SWITCHBOARD_HOME=home ../debug/switchboard try --tour

test: build
	@$(CARGO) run --quiet --locked -p switchboard-connector-zoom --features schema --bin resolve-manifest -- --check
	@$(CARGO) build --locked --workspace --tests
ifeq ($(NEXTEST),yes)
	@$(CARGO) nextest run --locked --workspace --no-fail-fast
else
	@$(CARGO) test --locked --workspace
endif

# What a change must pass before it is sent: format, lints, tests.
check: $(CONNECTOR)
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	@$(MAKE) --no-print-directory test

bench: $(CONNECTOR)
	@$(CARGO) build --release --locked -p switchboard-cli -p switchboard-tests --bins
	@target/release/bench

clean:
	@$(CARGO) clean
