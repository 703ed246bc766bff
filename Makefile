# geoio-benchmark. `make help` says what there is.
# No lists: every room's sources, every check, every test in C are found by
# wildcards, so that a new file needs no edit here.

ifeq ($(origin CC),default)
CC := gcc
endif
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := $(shell cat VERSION)

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef
# `make V=1` shows the commands themselves.
ifeq ($(V),)
Q := @
SAY = @echo "  $(1)	$(2)"
else
Q :=
SAY =
endif
SANITIZE ?=
OPTIMISE ?= -O2 -g
FUZZ_FLAGS ?=
FUZZ_SECONDS ?= 60
ONLY ?=
CPPFLAGS += -D_GNU_SOURCE -Isrc -Iinclude -I$(BUILD)/generated \
	-DBENCHMARK_VERSION='"$(VERSION)"'
CFLAGS   += -std=c17 $(OPTIMISE) $(WARNINGS) -fno-common \
	-fstack-protector-strong -pthread $(SANITIZE)
LDFLAGS  += $(SANITIZE) -pthread

PACKAGES      := sqlite3 jansson yaml-0.1 zlib libcurl libcrypto libnl-3.0 libnl-route-3.0 \
	libmicrohttpd
PKG_CFLAGS    := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS      := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
GDAL_CFLAGS    = $(shell pkg-config --cflags gdal)
GDAL_LIBS      = $(shell pkg-config --libs gdal)

# Rooms whose objects make up the library that the program and the checks link.
# cog/ holds a program of its own (GDAL), so does enter/ (static, for containers),
# worker/ the library of tests in C.
ROOMS     := $(filter-out src/cog src/enter src/worker,$(wildcard src/*))
ROOM_SRC  := $(filter-out src/cli/main.c,$(foreach room,$(ROOMS),$(wildcard $(room)/*.c)))
GENERATED := $(BUILD)/generated/migrations.c $(BUILD)/generated/s2_layout.c \
	$(BUILD)/generated/web.c $(BUILD)/generated/web_report.c $(BUILD)/generated/workloads.c \
	$(BUILD)/generated/definitions.c $(BUILD)/generated/prices.c
ROOM_OBJ  := $(ROOM_SRC:%.c=$(BUILD)/obj/%.o) $(GENERATED:.c=.o)
WORKER_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard src/worker/*.c)) \
	$(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard src/base/*.c src/record/*.c src/formats/*.c))
TEST_SRC  := $(wildcard benchmark/tests/*/[!_]*.c benchmark/tests/*/_verbs.c \
	check/libraries/*/[!_]*.c check/libraries/*/_verbs.c)
TESTS     := $(patsubst benchmark/tests/%.c,$(BUILD)/tests/%,$(filter benchmark/%,$(TEST_SRC))) \
	$(patsubst check/libraries/%.c,$(BUILD)/tests/%,$(filter check/%,$(TEST_SRC)))
UNIT      := $(patsubst check/unit/%.c,$(BUILD)/check/unit/%,$(wildcard check/unit/*.c))
FUZZ      := $(patsubst check/fuzz/%.c,$(BUILD)/check/fuzz/%,$(wildcard check/fuzz/*.c))
BENCH     := $(patsubst check/bench/%.c,$(BUILD)/check/bench/%,$(wildcard check/bench/*.c))
TRUTH     := $(patsubst check/bench/%.c,$(BUILD)/check/bench/%,$(wildcard check/bench/truth/*.c))
LIB       := $(BUILD)/libgeoio.a
# Below share/ of the prefix.
SHARED    := bash-completion/completions/benchmark zsh/site-functions/_benchmark \
	fish/vendor_completions.d/benchmark.fish man/man1/benchmark.1
PAGES     := $(SHARED:%=$(BUILD)/share/%)
WORKER    := $(BUILD)/libbenchmark-worker.a
FORMATS   := $(BUILD)/libgeoio-formats.so
STATISTICS := $(BUILD)/libgeoio-statistics.so
FORMATS_OBJ  := $(patsubst %.c,$(BUILD)/shared/%.o,$(wildcard src/formats/*.c))
FORMATS_BASE := $(patsubst %.c,$(BUILD)/shared/%.o,$(wildcard src/base/*.c))

.PHONY: FORCE all help check bench bench-attribution bench-truth soak fuzz-long asan tsan install uninstall clean unit fuzz programs
.DELETE_ON_ERROR:

all: programs

programs: $(BUILD)/benchmark $(BUILD)/make-cog $(BUILD)/geoio-enter $(FORMATS) $(STATISTICS) $(TESTS) $(PAGES)

help:
	@echo 'make                 build $(BUILD)/benchmark, $(BUILD)/make-cog and the tests in C'
	@echo 'make check           every check but the slow ones of ./selftest'
	@echo 'make bench           speed and memory goals, as ratios measured in one run'
	@echo 'make bench-attribution  whose CPU time the network costs on one machine'
	@echo 'make bench-truth PART=NAME  proves verdicts where the truth is known; can be resumed'
	@echo 'make soak            kills runs at 100 moments, and looks for what is left'
	@echo 'make fuzz-long       searches with each fuzzer, for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make asan            the same checks with AddressSanitizer and UBSan'
	@echo 'make tsan            the same checks with ThreadSanitizer'
	@echo 'make install         into PREFIX=$(PREFIX), below DESTDIR'
	@echo 'make uninstall       takes away what install put there'
	@echo 'make clean           removes $(BUILD)'
	@echo 'CC=clang             chooses the compiler; BUILD=folder another build folder'

$(BUILD)/benchmark: $(BUILD)/obj/src/cli/main.o $(BUILD)/generated/commit.o $(LIB)
	$(call SAY,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

# What the program says of itself, for shells and for man.
$(BUILD)/share/%: $(BUILD)/benchmark
	@mkdir -p $(@D)
	$(call SAY,WRITE,$@)
	$(Q)$(BUILD)/benchmark $(WORDS_OF_$(@F)) >$@

WORDS_OF_benchmark      := completion bash
WORDS_OF__benchmark     := completion zsh
WORDS_OF_benchmark.fish := completion fish
WORDS_OF_benchmark.1    := manual

# GDAL, which is not built for it, makes ThreadSanitizer see things; make-cog has
# one thread.
COG_FLAGS = $(filter-out -fsanitize=thread,$(1))

$(BUILD)/make-cog: $(BUILD)/obj/src/cog/make_cog.o
	$(call SAY,LD,$@)
	$(Q)$(CC) $(call COG_FLAGS,$(LDFLAGS)) -o $@ $^ $(GDAL_LIBS) -lm

PLAIN = $(filter-out -fsanitize% -fno-sanitize%,$(1))

# It runs in containers that may hold nothing else: no shared library, and so no
# sanitizer either.
$(BUILD)/geoio-enter: $(wildcard src/enter/*.c)
	@mkdir -p $(@D)
	$(call SAY,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(call PLAIN,$(CFLAGS)) -static -o $@ $^

# The parsers for tests in Python, which is not built for sanitizers. Of base/
# it takes what they call.
$(FORMATS): $(FORMATS_OBJ) $(BUILD)/shared/base.a
	$(call SAY,LD,$@)
	$(Q)$(CC) $(call PLAIN,$(LDFLAGS)) -shared -Wl,-z,defs -o $@ $^ -lz

# The statistics of comparisons, for benches in Python.
$(STATISTICS): $(BUILD)/shared/src/analyse/statistics.o $(BUILD)/shared/base.a
	$(call SAY,LD,$@)
	$(Q)$(CC) $(call PLAIN,$(LDFLAGS)) -shared -Wl,-z,defs -o $@ $^ -lm

$(BUILD)/shared/base.a: $(FORMATS_BASE)
	$(call SAY,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/shared/%.o: %.c
	@mkdir -p $(@D)
	$(call SAY,CC,$@)
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(call PLAIN,$(CFLAGS)) -fPIC -MMD -MP -c -o $@ $<

$(LIB): $(ROOM_OBJ)
	$(call SAY,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(WORKER): $(WORKER_OBJ)
	$(call SAY,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/obj/src/cog/%.o: src/cog/%.c
	@mkdir -p $(@D)
	$(call SAY,CC,$@)
	$(Q)$(CC) $(CPPFLAGS) $(GDAL_CFLAGS) $(call COG_FLAGS,$(CFLAGS)) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call SAY,CC,$@)
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/generated/%.o: $(BUILD)/generated/%.c
	$(call SAY,CC,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Texts that are built into the program: SQL migrations, the layout of s2, the
# live page, a report's page, price tables.
$(BUILD)/generated/migrations.c: tools/embed $(wildcard src/store/migrations/*.sql)
	@mkdir -p $(@D)
	$(call SAY,EMBED,$@)
	$(Q)tools/embed migrations $(sort $(filter %.sql,$^)) >$@

$(BUILD)/generated/definitions.c: tools/definitions docs/metrics.md docs/report.md
	@mkdir -p $(@D)
	$(call SAY,EMBED,$@)
	$(Q)tools/definitions docs/metrics.md docs/report.md >$@

$(BUILD)/generated/prices.c: tools/embed $(wildcard prices/*.yaml)
	@mkdir -p $(@D)
	$(call SAY,EMBED,$@)
	$(Q)tools/embed prices $(sort $(filter %.yaml,$^)) >$@

$(BUILD)/generated/s2_layout.c: tools/embed src/data/sentinel2_b04_layout.json
	@mkdir -p $(@D)
	$(call SAY,EMBED,$@)
	$(Q)tools/embed s2_layout $(filter %.json,$^) >$@

$(BUILD)/generated/web.c: tools/embed $(wildcard web/*.html web/*.css web/*.js)
	@mkdir -p $(@D)
	$(call SAY,EMBED,$@)
	$(Q)tools/embed web $(sort $(filter web/%,$^)) >$@

# The page of a report, with its charts. Apart from the live page, which serves
# none of it: what links neither array holds neither.
$(BUILD)/generated/web_report.c: tools/embed $(wildcard web/report/*) \
		web/vendor/plot.js web/vendor/plot.LICENSES.txt
	@mkdir -p $(@D)
	$(call SAY,EMBED,$@)
	$(Q)tools/embed report $(sort $(filter web/%,$^)) >$@

# The list of workloads: each src/plan/workload_NAME.c has a workload_NAME. It
# is compared each time, as a file may also go.
WORKLOADS := $(patsubst src/plan/%.c,%,$(sort $(wildcard src/plan/workload_*.c)))

$(BUILD)/generated/workloads.c: FORCE
	@mkdir -p $(@D)
	$(Q){ echo 'struct workload_ops;'; \
	printf 'extern const struct workload_ops %s;\n' $(WORKLOADS); \
	echo 'extern const struct workload_ops *const plan_workloads[];'; \
	echo 'const struct workload_ops *const plan_workloads[] = {'; \
	printf '\t&%s,\n' $(WORKLOADS); echo '	(void *)0 };'; } >$@.new
	$(Q)if cmp -s $@ $@.new; then rm -f $@.new; else mv $@.new $@; fi

# The commit that the program was built from, "-dirty" where files differ, "" where
# this is no checkout. Only the program holds it, and nothing else is made anew.
$(BUILD)/generated/commit.c: FORCE
	@mkdir -p $(@D)
	$(Q)commit=; if [ -e .git ] && commit=$$(git rev-parse HEAD 2>/dev/null); then \
	changed=$$(git --no-optional-locks status --porcelain -uno 2>/dev/null); \
	commit=$$commit$${changed:+-dirty}; fi; \
	echo "extern const char benchmark_commit[]; const char benchmark_commit[] = \"$$commit\";" >$@.new
	$(Q)if cmp -s $@ $@.new; then rm -f $@.new; else mv $@.new $@; fi

FORCE:

$(BUILD)/tests/%: benchmark/tests/%.c $(WORKER)
	@mkdir -p $(@D)
	$(call SAY,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(WORKER) $(LDFLAGS) -Wl,--as-needed -ljansson -lcurl -lz -lm

$(BUILD)/tests/%: check/libraries/%.c $(WORKER)
	@mkdir -p $(@D)
	$(call SAY,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(WORKER) $(LDFLAGS) -Wl,--as-needed -ljansson -lcurl -lz -lm

$(BUILD)/check/unit/%: check/unit/%.c $(LIB) $(WORKER)
	@mkdir -p $(@D)
	$(call SAY,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(LIB) $(WORKER) $(LDFLAGS) $(PKG_LIBS) -lcmocka -lm

# It plays the engine that starts containers.
$(BUILD)/check/unit/docker_launcher: | $(BUILD)/geoio-enter

# FUZZ_FLAGS: those of libFuzzer, where it brings main().
$(BUILD)/check/fuzz/%: check/fuzz/%.c $(LIB) $(WORKER)
	@mkdir -p $(@D)
	$(call SAY,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(FUZZ_FLAGS) -MMD -MP -o $@ $< $(LIB) $(WORKER) $(LDFLAGS) $(PKG_LIBS) -lm

$(BUILD)/check/bench/%: check/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(call SAY,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(LIB) $(LDFLAGS) $(PKG_LIBS) -lm

unit: $(UNIT) $(TRUTH)
fuzz: $(FUZZ)

check: all unit fuzz $(BENCH)
	BUILD=$(BUILD) check/run

bench: all $(BENCH)
	BUILD=$(BUILD) check/bench/run

# PART=simulation and others: check/bench/truth. Programs in C that parts need are
# built by `check` too, which needs one of them.
bench-truth: all $(TRUTH)
	BUILD=$(BUILD) check/bench/truth/run $(PART)

# Whom the kernel charges for network input, docs/method.md.
bench-attribution: $(BUILD)/check/bench/attribution
	BUILD=$(BUILD) check/bench/run attribution

# Kills the harness at 100 moments; run it as root and as an ordinary user.
soak: all
	BUILD=$(BUILD) KILLS=100 check/run e2e/stopping

# Each fuzzer for FUZZ_SECONDS with libFuzzer; ONLY="tiff origin_head" chooses.
fuzz-long:
	$(MAKE) BUILD=$(BUILD)/fuzz-long CC=clang OPTIMISE='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' \
		FUZZ_FLAGS='-DFUZZ_LIBFUZZER -fsanitize=fuzzer' fuzz
	BUILD=$(BUILD)/fuzz-long check/fuzz/run $(FUZZ_SECONDS) $(ONLY)

asan:
	$(MAKE) BUILD=$(BUILD)/asan OPTIMISE='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' check

tsan:
	$(MAKE) BUILD=$(BUILD)/tsan OPTIMISE='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=thread' check

SHARE := $(DESTDIR)$(PREFIX)/share/geoio-benchmark
EXEC  := $(DESTDIR)$(PREFIX)/libexec/geoio-benchmark

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include/benchmark $(SHARE) $(EXEC)
	install -m 755 $(BUILD)/benchmark $(DESTDIR)$(PREFIX)/bin/benchmark
	install -m 755 $(BUILD)/make-cog $(BUILD)/geoio-enter tools/setup-envs \
		tools/setup-variant tools/new-test $(EXEC)/
	install -m 644 tools/uv.lock tools/uv-environment tools/variant_sources.py $(EXEC)/
	rm -rf $(SHARE)/benchmark $(SHARE)/prices $(EXEC)/tests
	cp -r benchmark $(SHARE)/benchmark
	cp -r prices $(SHARE)/prices
	find $(SHARE)/benchmark -name __pycache__ -prune -exec rm -rf {} +
	install -m 644 $(FORMATS) $(SHARE)/benchmark/
	cp -r $(BUILD)/tests $(EXEC)/tests
	find $(EXEC)/tests -name '*.d' -delete
	for page in $(SHARED); do \
		install -D -m 644 $(BUILD)/share/$$page $(DESTDIR)$(PREFIX)/share/$$page || exit 1; \
	done
	install -m 644 include/benchmark/*.h $(DESTDIR)$(PREFIX)/include/benchmark/
	install -d $(DESTDIR)$(PREFIX)/lib && install -m 644 $(WORKER) $(DESTDIR)$(PREFIX)/lib/

uninstall:
	rm -rf $(SHARE) $(EXEC)
	rm -f $(DESTDIR)$(PREFIX)/bin/benchmark $(DESTDIR)$(PREFIX)/lib/libbenchmark-worker.a
	rm -rf $(DESTDIR)$(PREFIX)/include/benchmark
	cd $(DESTDIR)$(PREFIX)/share && rm -f $(SHARED)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
