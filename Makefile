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
# No vector registers: XMM6-15 are the callers' [uefi §2.3.4], and each entry from outside would save them all.
FIRMWARE_FLAGS := $(COMMON) --target=x86_64-linux-gnu -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics \
  -fPIE -fvisibility=hidden -mno-red-zone -fno-omit-frame-pointer -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables \
  -fstack-protector-strong -mstack-protector-guard=global -fno-strict-aliasing \
  -mno-sse -mno-mmx -falign-functions=1 -falign-loops=1 -flto
HOST_FLAGS := $(COMMON) -O1

# ---- Sources: a phase is its folder and the whole of lib/; the linker drops what is not reached ----
LIB_SRC := $(sort $(shell find lib -name "*.cpp"))
LIB_ASM := $(sort $(shell find lib -name "*.nasm"))
SEC_SRC := $(sort $(wildcard sec/*.cpp pei/*.cpp))
DXE_SRC := $(sort $(shell find dxe/core dxe/drivers dxe/boot mp -name "*.cpp"))
DXE_ASM := $(sort $(wildcard mp/*.nasm))
RUNTIME_SRC := $(sort $(wildcard dxe/runtime/*.cpp))
objects = $(patsubst %.cpp,$(B)/obj/%.o,$(filter %.cpp,$(1))) $(patsubst %.nasm,$(B)/obj/%.nasm.o,$(filter %.nasm,$(1)))

# ---- What an image may be without: a feature's sources, for which dxe/without/FEATURE.cpp stands in ----
FEATURE_drivers := $(patsubst %,dxe/drivers/%.cpp,driver_table storage/ahci storage/ide storage/usb_storage usb/%)
FEATURE_displays := dxe/drivers/graphics/%
FEATURE_keyboards := $(patsubst %,dxe/drivers/console/%.cpp,keyboard_input ps2_keyboard usb_keyboard)
FEATURE_hii := dxe/drivers/hii/%
FEATURE_added_drivers := dxe/drivers/option_rom.cpp dxe/drivers/decompress.cpp dxe/boot/loaded_drivers.cpp
without = $(filter-out $(foreach f,$(2),$(FEATURE_$(f))),$(1)) $(2:%=dxe/without/%.cpp)

# What a confidential guest cannot use, or must not trust.
CC_WITHOUT := drivers displays keyboards hii added_drivers
CC_RUNTIME_WITHOUT := variable_flash

.PHONY: firmware
firmware: $(B)/ashlar.fd $(B)/ASHLAR_CODE.fd $(B)/ASHLAR_VARS.fd $(B)/ashlar-cc.fd $(B)/symbols.txt $(B)/symbols-cc.txt layers

LINK := $(LD) --gc-sections --icf=safe -z noexecstack -z max-page-size=4096 --fatal-warnings --no-undefined -nostdlib

# Small is better than fast: an image is copied, or measured and encrypted, whole. But for what works on many bytes.
FAST := $(addprefix lib/,base crypto graphics)
OPTIMISE := -Os
$(foreach folder,$(FAST),$(eval $(B)/obj/$(folder)/%.o: OPTIMISE := -O2))

$(B)/obj/%.o: %.cpp Makefile
	@mkdir -p $(@D)
	@echo CXX $<; $(CXX) $(FIRMWARE_FLAGS) $(OPTIMISE) -MMD -MP -c $< -o $@

$(B)/obj/%.nasm.o: %.nasm Makefile
	@mkdir -p $(@D)
	@echo NASM $<; $(NASM) -f elf64 -I $(B)/ $< -o $@

# A library per program: an archive member is linked only when something needs it.
$(B)/lib.a: $(call objects,$(LIB_SRC) $(LIB_ASM))
	@rm -f $@
	@echo AR $@; llvm-ar-19 rcs $@ $^

$(B)/sec.elf: $(call objects,$(SEC_SRC)) $(B)/lib.a linker/sec.ld $(B)/layout.ld
	@echo LD $@; $(LINK) -static -T linker/sec.ld $(filter %.o %.a,$^) -o $@

$(call objects,$(DXE_ASM)): $(B)/layout.inc

# module FILE, ENTRY, SOURCES
define module
$(B)/$(1): $(call objects,$(3)) $(B)/lib.a linker/module.ld
	@echo LD $$@; $$(LINK) -pie --no-dynamic-linker -e $(2) -T linker/module.ld $$(filter %.o %.a,$$^) -o $$@
endef
$(eval $(call module,dxe.elf,dxe_entry,$(DXE_SRC) $(DXE_ASM)))
$(eval $(call module,runtime.elf,runtime_entry,$(RUNTIME_SRC)))
$(eval $(call module,dxe-cc.elf,dxe_entry,$(call without,$(DXE_SRC),$(CC_WITHOUT)) $(DXE_ASM)))
$(eval $(call module,runtime-cc.elf,runtime_entry,$(call without,$(RUNTIME_SRC),$(CC_RUNTIME_WITHOUT))))

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

# The last number is the image's limit in KiB: a larger one is not made.
$(B)/ashlar.fd: $(B)/host/mkimage $(B)/reset.bin $(B)/sec.elf $(B)/dxe.elf $(B)/runtime.elf
	$^ $@ 768
$(B)/ashlar-cc.fd: $(B)/host/mkimage $(B)/reset.bin $(B)/sec.elf $(B)/dxe-cc.elf $(B)/runtime-cc.elf
	$^ $@ 384
$(B)/ASHLAR_CODE.fd: $(B)/ashlar.fd
	cp $< $@
$(B)/ASHLAR_VARS.fd: $(B)/host/mkimage
	$< $@

$(B)/symbols.txt: $(B)/sec.elf $(B)/dxe.elf $(B)/runtime.elf
$(B)/symbols-cc.txt: $(B)/sec.elf $(B)/dxe-cc.elf $(B)/runtime-cc.elf
$(B)/symbols.txt $(B)/symbols-cc.txt: $(B)/layout.ld linker/symbols.sh
	@linker/symbols.sh $(B)/layout.ld $(filter %.elf,$^) > $@

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
	install -m 644 $(B)/ashlar.fd $(B)/ashlar-cc.fd $(B)/ASHLAR_CODE.fd $(B)/ASHLAR_VARS.fd $(DESTDIR)$(DATA)
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
	@linker/symbolize.sh $(B)/symbols$(IMAGE).txt

clean:
	rm -rf $(B)
