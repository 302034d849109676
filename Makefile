# make            build/esifaces build/escapture build/esreshape build/esbulk build/espcap
# make check      all tests, real node included (installs what they need)
# make demo       real packets into a real node, and a look at them
# make bench      ratios taken side by side in one run, into build/bench.{json,md,svg}; BENCH="reshape growth": these; QUICK=1 tries it
# make matrix     the servers, Elasticsearch 6 to 9 and OpenSearch 1 to 3, one after another
# make soak       all of it live for SOAK_SECONDS (600), with what goes wrong in months
# make fuzz       each fuzz target for FUZZ_SECONDS (300)
# make dist       build/espcap-VERSION.tar.gz, the same bytes from the same commit
# Others: unit asan lint cover install uninstall clean.  V=1 shows the commands, WERROR=1 makes warnings errors.
# make deb        build/espcap_VERSION_ARCH.deb

VERSION := $(shell cat VERSION)
BUILD ?= build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/espcap
DATADIR ?= $(PREFIX)/share/espcap
DOCDIR ?= $(PREFIX)/share/doc/espcap
MANDIR ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
PKG_CONFIG ?= pkg-config
SHELL = /bin/bash

# esreshape is confined to reading and writing where libseccomp is there; SECCOMP= leaves that out.
SECCOMP ?= $(shell $(PKG_CONFIG) --exists libseccomp 2>/dev/null && echo 1)

CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla
HARDENING ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
LDHARDENING ?= -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
ESPCAP_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -DESPCAP_VERSION='"$(VERSION)"' $(if $(SECCOMP),-DHAVE_SECCOMP) -Ilib $(CPPFLAGS)
ESPCAP_CFLAGS = -std=c11 $(WARNINGS) $(if $(WERROR),-Werror) $(HARDENING) $(CFLAGS)
COMPILE = $(CC) $(ESPCAP_CPPFLAGS) $(ESPCAP_CFLAGS) -MMD -MP

# A command links its own file, what it needs of libespcap.a, and these libraries.
COMMANDS = esifaces escapture esreshape esbulk $(INTERNAL)
# What espcap calls, and no one else.
INTERNAL = esconfig esnew
esifaces_PKGS = libpcap
escapture_PKGS = libpcap yaml-0.1 zlib $(if $(SECCOMP),libseccomp)
esreshape_PKGS = nettle $(if $(SECCOMP),libseccomp)
esbulk_PKGS = libcurl zlib libsodium
esconfig_PKGS = yaml-0.1
esnew_PKGS = libsodium zlib

PKGS = libpcap yaml-0.1 libcurl zlib libsodium nettle libxxhash $(if $(SECCOMP),libseccomp)
LIB_OBJS = $(patsubst lib/%.c,$(BUILD)/lib/%.o,$(wildcard lib/*.c))
UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/%.t,$(wildcard tests/unit/*.c))
PRELOAD = $(BUILD)/tshark_stdout.so
BINARIES = $(addprefix $(BUILD)/,$(COMMANDS) espcap) $(PRELOAD)

comma = ,
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

all: $(BINARIES)

$(BUILD)/lib/%.o: lib/%.c VERSION
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) $(shell $(PKG_CONFIG) --cflags $(PKGS)) -c -o $@ $<

$(BUILD)/cmd/%.o: cmd/%.c VERSION
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) $(shell $(PKG_CONFIG) --cflags $(PKGS)) -c -o $@ $<

# No sanitizer in this one: it is loaded into tshark, which has none.
$(BUILD)/%.so: lib/preload/%.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -D_GNU_SOURCE $(CPPFLAGS) -std=c11 $(WARNINGS) $(if $(WERROR),-Werror) -O2 $(filter -g -ffile-prefix-map=%,$(CFLAGS)) -fPIC -shared $(filter -Wl$(comma)%,$(LDHARDENING)) $(LDFLAGS) -o $@ $<

$(BUILD)/libespcap.a: $(LIB_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(addprefix $(BUILD)/,$(COMMANDS)): $(BUILD)/%: $(BUILD)/cmd/%.o $(BUILD)/libespcap.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ESPCAP_CFLAGS) $(LDHARDENING) $(LDFLAGS) -o $@ $^ $(if $($*_PKGS),$(shell $(PKG_CONFIG) --libs $($*_PKGS)))

# One file of its parts: ". lib/PART.sh" is replaced by that.
$(BUILD)/espcap: cmd/espcap $(wildcard lib/*.sh) VERSION
	@mkdir -p $(@D)
	$(Q)sed 's,^\. \(lib/.*\.sh\)$$,cat \1,e' cmd/espcap | sed 's/@VERSION@/$(VERSION)/; s,@LIBEXECDIR@,$(LIBEXECDIR),' > $@.tmp && \
		bash -n $@.tmp && chmod 755 $@.tmp && mv $@.tmp $@

# --- tests ---------------------------------------------------------------------------------------------------------

$(BUILD)/tests/%.t: tests/unit/%.c $(BUILD)/libespcap.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(COMPILE) -o $@ $< $(BUILD)/libespcap.a $(shell $(PKG_CONFIG) --cflags --libs cmocka $(PKGS))

unit: $(UNIT_TESTS)

check:
	scripts/deps.sh --tests
	$(MAKE) all unit
	tests/run $(BUILD)

# Again with the sanitizers; leaks count.  What tests scripts, pages, packages and servers, or mostly waits for tshark, is
# left to make check.
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
asan:
	scripts/deps.sh --tests
	$(MAKE) BUILD=$(BUILD)/asan CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITIZE)' HARDENING= LDHARDENING= all unit
	PROPERTY_DOCUMENTS=10000 SCRIPTS=40 ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 tests/run $(BUILD)/asan \
		$(filter-out $(addprefix tests/,espcap.t golden.t jobs.t live_buffer.t),$(COMMAND_TESTS)) \
		$(patsubst tests/unit/%.c,$(BUILD)/asan/tests/%.t,$(wildcard tests/unit/*.c))
SCRIPT_TESTS = $(addprefix tests/,$(addsuffix .t,cluster completion dashboards deb delivery dist install kafka kill man node pcaps query readme report retention server systemd template upgrade))
COMMAND_TESTS = $(filter-out $(SCRIPT_TESTS),$(wildcard tests/*.t))

# What is for other systems than Linux (lib/README.md), tried on this one.
portable:
	scripts/deps.sh --tests
	$(MAKE) BUILD=$(BUILD)/portable CPPFLAGS=-DESPCAP_PORTABLE all unit
	tests/run $(BUILD)/portable $(addprefix tests/,$(addsuffix .t,esifaces esreshape espcap jobs)) \
		$(patsubst tests/unit/%.c,$(BUILD)/portable/tests/%.t,$(wildcard tests/unit/*.c))

# Lines and branches of each file that the tests pass, in tests/coverage.txt.
COUNT = -fprofile-instr-generate=$(abspath $(BUILD))/cover/counts/%m%c -mllvm -runtime-counter-relocation \
	-fcoverage-mapping -fprofile-update=atomic
cover:
	scripts/deps.sh --tests
	$(MAKE) BUILD=$(BUILD)/cover CC=clang CFLAGS='-O0 -g $(COUNT)' HARDENING= LDHARDENING= all unit
	PROPERTY_DOCUMENTS=10000 tests/cover $(BUILD)/cover $(COMMAND_TESTS) \
		$(patsubst tests/unit/%.c,$(BUILD)/cover/tests/%.t,$(wildcard tests/unit/*.c)) > $(BUILD)/cover/table
	cp $(BUILD)/cover/table tests/coverage.txt
	cat tests/coverage.txt

# Both compilers without a warning, their analyzers too, and what checks hardening, shell, pages and spelling.
lint:
	scripts/deps.sh --tests
	$(MAKE) BUILD=$(BUILD)/gcc CC=gcc WERROR=1 CFLAGS='$(CFLAGS) -fanalyzer' all unit
	$(MAKE) BUILD=$(BUILD)/clang CC=clang WERROR=1 all unit
	tests/lint $(BUILD)/gcc

# libFuzzer on each tests/fuzz/*.c, from the inputs in tests/fuzz/corpus; what fails is left in $(BUILD)/fuzz.
FUZZ_SECONDS ?= 300
FUZZERS = $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
FUZZ_FLAGS = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=address,undefined,fuzzer
$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/fuzz/libespcap.a
	$(call say,LD,$@)
	$(Q)$(COMPILE) -o $@ $< $(BUILD)/fuzz/libespcap.a $(shell $(PKG_CONFIG) --cflags --libs $(PKGS))
$(FUZZERS): CC = clang
$(FUZZERS): CFLAGS = $(FUZZ_FLAGS)
$(FUZZERS): HARDENING =
$(BUILD)/fuzz/libespcap.a: $(wildcard lib/*.c lib/*.h)
	$(Q)$(MAKE) BUILD=$(BUILD)/fuzz CC=clang CFLAGS='$(FUZZ_FLAGS)-no-link' HARDENING= $@

fuzz:
	scripts/deps.sh --tests
	$(MAKE) $(addprefix fuzz-,$(notdir $(FUZZERS)))

fuzz-reshape: FUZZ_SECONDS := $(or $(FUZZ_RESHAPE_SECONDS),$(FUZZ_SECONDS))
.SECONDARY: $(FUZZERS)
fuzz-%: $(BUILD)/fuzz/%
	@mkdir -p $(BUILD)/fuzz/found/$*
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -timeout=20 -max_len=16384 -print_final_stats=1 -verbosity=0 \
		-dict=tests/fuzz/$*.dict -artifact_prefix=$(BUILD)/fuzz/$*- $(BUILD)/fuzz/found/$* tests/fuzz/corpus/$*

# Each compares in one run: the machine's speed of the day does not matter.
bench: all
	scripts/deps.sh --bench
	tests/bench/run $(BUILD) $(BENCH)

# What it found, in the README.
bench-readme:
	$(Q)sed -i -e '/^<!-- bench -->$$/,/^<!-- end of bench -->$$/{//!d}' -e '/^<!-- bench -->$$/r $(BUILD)/bench/readme.md' README.md
	$(Q)cp $(BUILD)/bench.svg tests/bench/growth.svg

# Real nodes of seven kinds, one after another; the table is in build/matrix.txt.
matrix: all
	scripts/deps.sh --tests
	status=0; ESPCAP_BIN=$(BUILD) prove --timer tests/matrix.sh || status=$$?; cat $(BUILD)/matrix.txt; exit $$status

soak: all
	scripts/deps.sh --tests
	ESPCAP_BIN=$(BUILD) tests/soak

demo:
	scripts/demo.sh

# --- installation --------------------------------------------------------------------------------------------------

SCRIPTS = $(filter-out scripts/deps.sh scripts/demo.sh scripts/node.sh,$(wildcard scripts/*.sh))
PAGES = $(wildcard man/*.[1-9])
DOCS = README.md NEWS.md SECURITY.md LICENSE
PUBLIC = $(filter-out $(INTERNAL),$(COMMANDS)) espcap
D = $(DESTDIR)

# What install puts where: one "MODE SOURCE TARGET" a word, from which uninstall is made too.
installed = \
	$(foreach c,$(PUBLIC),755:$(BUILD)/$c:$(BINDIR)/$c) \
	$(foreach c,$(INTERNAL),755:$(BUILD)/$c:$(LIBEXECDIR)/$c) \
	644:$(PRELOAD):$(LIBEXECDIR)/$(notdir $(PRELOAD)) \
	$(foreach c,$(PUBLIC),644:scripts/completion/espcap.bash:$(COMPLETIONDIR)/$c) \
	$(foreach f,$(filter-out scripts/server.sh,$(SCRIPTS)),755:$f:$(DATADIR)/$f) \
	$(foreach f,$(filter-out scripts/completion/%,$(wildcard scripts/server.sh scripts/*.jq scripts/*.tsv scripts/*/*)),644:$f:$(DATADIR)/$f) \
	$(foreach f,$(PAGES),644:$f:$(MANDIR)/man$(patsubst .%,%,$(suffix $f))/$(notdir $f)) \
	$(foreach f,$(DOCS),644:$f:$(DOCDIR)/$(notdir $f))

install: all
	$(Q)for i in $(installed); do \
		IFS=: read -r mode from to <<< "$$i"; install -D -m "$$mode" "$$from" "$(D)$$to" || exit; done

# Folders are removed if they are ours alone, and empty now.
uninstall:
	$(Q)for i in $(installed); do rm -f "$(D)$${i##*:}"; done
	$(Q)for d in $(LIBEXECDIR) $(DATADIR) $(DOCDIR); do [ ! -d "$(D)$$d" ] || find "$(D)$$d" -depth -type d -empty -delete; done

# --- releases ------------------------------------------------------------------------------------------------------

# The files that git knows, as they are now, under one name; nothing of whoever packs them, when and where is in it.
DIST = espcap-$(VERSION)
dist:
	@mkdir -p $(BUILD)
	$(Q)set -o pipefail; when=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} && git ls-files -z | LC_ALL=C sort -z | \
		tar -c --null --no-recursion --verbatim-files-from -T - --format=ustar --transform='flags=rh;s,^,$(DIST)/,' --mtime="@$$when" \
		--owner=root:0 --group=root:0 --mode=u=rwX,go=rX | gzip -9n > $(BUILD)/$(DIST).tar.gz.tmp
	$(Q)mv $(BUILD)/$(DIST).tar.gz.tmp $(BUILD)/$(DIST).tar.gz
	$(call say,DIST,$(BUILD)/$(DIST).tar.gz)

# Made from the tarball, so that nothing lies around in it; debhelper's words are in build/deb/log.
deb: dist
	$(Q)rm -rf $(BUILD)/deb && mkdir $(BUILD)/deb && tar -xzf $(BUILD)/$(DIST).tar.gz -C $(BUILD)/deb
	$(Q)cd $(BUILD)/deb/$(DIST) && env -i PATH="$$PATH" LC_ALL=C.UTF-8 dpkg-buildpackage -us -uc -b > ../log 2>&1 || \
		{ tail -n 20 ../log >&2; exit 1; }
	$(Q)mv $(BUILD)/deb/*.deb $(BUILD)/deb/*.changes $(BUILD)/deb/*.buildinfo $(BUILD)/
	$(call say,DEB,$(BUILD)/$(subst -,_,$(DIST))_*.deb)

clean:
	$(Q)rm -rf $(BUILD)

.PHONY: all unit check portable asan cover lint bench demo install uninstall clean matrix soak bench-readme fuzz dist deb
.DELETE_ON_ERROR:
-include $(wildcard $(BUILD)/lib/*.d $(BUILD)/cmd/*.d $(BUILD)/tests/*.d)
