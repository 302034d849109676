# make            build/esifaces build/escapture build/esreshape build/esbulk build/espcap
# make check      all tests, real node included (installs what they need)
# make demo       real packets into a real node, and a look at them
# Others: asan lint fuzz bench install uninstall clean.  V=1 shows the commands, WERROR=1 makes warnings errors.

VERSION := $(shell cat VERSION)
BUILD ?= build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/espcap
DATADIR ?= $(PREFIX)/share/espcap
DOCDIR ?= $(PREFIX)/share/doc/espcap
MANDIR ?= $(PREFIX)/share/man
PKG_CONFIG ?= pkg-config

CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla
HARDENING ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
LDHARDENING ?= -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
ESPCAP_CPPFLAGS = -D_GNU_SOURCE -DESPCAP_VERSION='"$(VERSION)"' -Ilib $(CPPFLAGS)
ESPCAP_CFLAGS = -std=c11 $(WARNINGS) $(if $(WERROR),-Werror) $(HARDENING) $(CFLAGS)
COMPILE = $(CC) $(ESPCAP_CPPFLAGS) $(ESPCAP_CFLAGS) -MMD -MP

# A command links its own file, what it needs of libespcap.a, and these libraries.
COMMANDS = esifaces escapture esreshape esbulk
esifaces_PKGS = libpcap
escapture_PKGS = libpcap yaml-0.1
esreshape_PKGS =
esbulk_PKGS = libcurl

PKGS = libpcap yaml-0.1 libcurl
LIB_OBJS = $(patsubst lib/%.c,$(BUILD)/lib/%.o,$(wildcard lib/*.c))
UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/%.t,$(wildcard tests/unit/*.c))
BINARIES = $(addprefix $(BUILD)/,$(COMMANDS) espcap)

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

$(BUILD)/libespcap.a: $(LIB_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(addprefix $(BUILD)/,$(COMMANDS)): $(BUILD)/%: $(BUILD)/cmd/%.o $(BUILD)/libespcap.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ESPCAP_CFLAGS) $(LDHARDENING) $(LDFLAGS) -o $@ $^ $(if $($*_PKGS),$(shell $(PKG_CONFIG) --libs $($*_PKGS)))

$(BUILD)/espcap: cmd/espcap VERSION
	@mkdir -p $(@D)
	$(Q)sed 's/@VERSION@/$(VERSION)/' cmd/espcap > $@.tmp && chmod 755 $@.tmp && mv $@.tmp $@

# --- tests ---------------------------------------------------------------------------------------------------------

$(BUILD)/tests/%.t: tests/unit/%.c $(BUILD)/libespcap.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(COMPILE) -o $@ $< $(BUILD)/libespcap.a $(shell $(PKG_CONFIG) --cflags --libs cmocka $(PKGS))

unit: $(UNIT_TESTS)

clean:
	$(Q)rm -rf $(BUILD)

.PHONY: all unit clean
.DELETE_ON_ERROR:
-include $(wildcard $(BUILD)/lib/*.d $(BUILD)/cmd/*.d $(BUILD)/tests/*.d)
