# SPDX-License-Identifier: BSD-2-Clause-Patent
# Targets: firmware (default), install, test, bench, fuzz, boot-matrix, layers, symbolize, clean. Everything is made under build/;
# tests/*/rules.mk has the rest.
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := firmware

CXX := clang++-19
LD := ld.lld-19
NASM := nasm
B := build

COMMON := -std=c++23 -I. -Wall -Wextra -Werror -Wshadow -g -D_GLIBCXX_ASSERTIONS -ffile-prefix-map=$(CURDIR)=.
FIRMWARE_FLAGS := $(COMMON) --target=x86_64-linux-gnu -O2 -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics \
  -fPIE -fvisibility=hidden -mno-red-zone -fno-omit-frame-pointer -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables \
  -fstack-protector-strong -mstack-protector-guard=global -fno-strict-aliasing
HOST_FLAGS := $(COMMON) -O1

# ---- Sources: a phase is its folder and the whole of lib/; the linker drops what is not reached ----
LIB_SRC := $(shell find lib -name '*.cpp')
LIB_ASM := $(shell find lib -name '*.nasm')
SEC_SRC := $(wildcard sec/*.cpp pei/*.cpp)
DXE_SRC := $(shell find dxe/core dxe/drivers dxe/boot mp -name "*.cpp")
DXE_ASM := $(wildcard mp/*.nasm)
RUNTIME_SRC := $(wildcard dxe/runtime/*.cpp)
objects = $(patsubst %.cpp,$(B)/obj/%.o,$(filter %.cpp,$(1))) $(patsubst %.nasm,$(B)/obj/%.nasm.o,$(filter %.nasm,$(1)))

.PHONY: firmware
firmware: $(B)/ashlar.fd $(B)/symbols.txt layers

$(B)/obj/%.o: %.cpp Makefile
	@mkdir -p $(@D)
	@echo CXX $<; $(CXX) $(FIRMWARE_FLAGS) -MMD -MP -c $< -o $@

$(B)/obj/%.nasm.o: %.nasm Makefile
	@mkdir -p $(@D)
	@echo NASM $<; $(NASM) -f elf64 -I $(B)/ $< -o $@

# A library per program: an archive member is linked only when something needs it.
$(B)/lib.a: $(call objects,$(LIB_SRC) $(LIB_ASM))
	@rm -f $@
	@echo AR $@; llvm-ar-19 rcs $@ $^

LINK := $(LD) --gc-sections -z noexecstack -z max-page-size=4096 --fatal-warnings --no-undefined -nostdlib

$(B)/sec.elf: $(call objects,$(SEC_SRC)) $(B)/lib.a linker/sec.ld $(B)/layout.ld
	@echo LD $@; $(LINK) -static -T linker/sec.ld $(call objects,$(SEC_SRC)) $(B)/lib.a -o $@

$(call objects,$(DXE_ASM)): $(B)/layout.inc

$(B)/dxe.elf: $(call objects,$(DXE_SRC) $(DXE_ASM)) $(B)/lib.a linker/module.ld
	@echo LD $@; $(LINK) -pie --no-dynamic-linker -e dxe_entry -T linker/module.ld $(call objects,$(DXE_SRC) $(DXE_ASM)) $(B)/lib.a -o $@

$(B)/runtime.elf: $(call objects,$(RUNTIME_SRC)) $(B)/lib.a linker/module.ld
	@echo LD $@; $(LINK) -pie --no-dynamic-linker -e runtime_entry -T linker/module.ld $(call objects,$(RUNTIME_SRC)) $(B)/lib.a -o $@

# ---- Layout: C++ constants are the only source ----
$(B)/host/layout_inc: linker/layout_inc.cpp lib/handoff/layout.hpp Makefile
	@mkdir -p $(@D)
	@echo HOSTCXX $@; $(CXX) $(HOST_FLAGS) $< -o $@
$(B)/layout.inc: $(B)/host/layout_inc
	$< --nasm > $@
$(B)/layout.ld: $(B)/host/layout_inc
	$< --ld > $@

$(B)/reset.bin: $(wildcard reset/*.nasm) $(B)/layout.inc
	@echo NASM $@; $(NASM) -f bin -Werror -I reset/ -I $(B)/ -l $(B)/reset.lst reset/reset.nasm -o $@

MKIMAGE_SRC := linker/mkimage.cpp linker/elf_module.cpp linker/variable_store.cpp lib/base/crc32.cpp
$(B)/host/mkimage: $(MKIMAGE_SRC) $(wildcard linker/*.hpp lib/module/*.hpp lib/handoff/layout.hpp) Makefile
	@mkdir -p $(@D)
	@echo HOSTCXX $@; $(CXX) $(HOST_FLAGS) $(MKIMAGE_SRC) -o $@

$(B)/ashlar.fd: $(B)/host/mkimage $(B)/reset.bin $(B)/sec.elf $(B)/dxe.elf $(B)/runtime.elf
	$< $(B)/reset.bin $(B)/sec.elf $(B)/dxe.elf $(B)/runtime.elf $(B)
$(B)/ASHLAR_CODE.fd $(B)/ASHLAR_VARS.fd: $(B)/ashlar.fd

$(B)/symbols.txt: $(B)/sec.elf $(B)/dxe.elf $(B)/runtime.elf $(B)/layout.ld linker/symbols.sh
	@linker/symbols.sh $(B) > $@

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
-include tests/unit/rules.mk tests/fuzz/rules.mk tests/boot/rules.mk tests/bench/rules.mk tests/machine/rules.mk

# ---- Installation: images and their descriptors for libvirt [qemu docs/interop/firmware.json] ----
# Descriptors are sorted by name, and the first that suits a guest is taken: Debian's OVMF begins at 40.
PREFIX ?= /usr/local
DATA := $(PREFIX)/share/ashlar
DESCRIPTORS ?= $(if $(filter /usr,$(PREFIX)),/usr/share,/etc)/qemu/firmware
.PHONY: install
install: firmware
	install -d $(DESTDIR)$(DATA) $(DESTDIR)$(DESCRIPTORS)
	install -m 644 $(B)/ashlar.fd $(B)/ASHLAR_CODE.fd $(B)/ASHLAR_VARS.fd $(DESTDIR)$(DATA)
	sed 's!@DATA@!$(DATA)!' linker/descriptors/flash.json.in >$(DESTDIR)$(DESCRIPTORS)/30-ashlar-x86_64.json
	sed 's!@DATA@!$(DATA)!' linker/descriptors/confidential.json.in >$(DESTDIR)$(DESCRIPTORS)/31-ashlar-x86_64-confidential.json

# ---- Tests ----
.PHONY: test test-all layers test-layers symbolize clean
test:
	tests/deps.sh build run test
	rm -rf $(B)/test-results
	+@status=0; $(MAKE) --no-print-directory --keep-going test-all || status=$$?; tests/boot/summarize.sh && exit $$status

test-all: firmware test-layers test-unit test-fuzz test-boot test-machine

test-layers: layers
	@mkdir -p $(B)/test-results
	@echo "PASS layers" | tee -a $(B)/test-results/steps.txt

layers:
	@linker/layers.sh

symbolize:
	@linker/symbolize.sh $(B)/symbols.txt

clean:
	rm -rf $(B)
