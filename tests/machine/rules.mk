# SPDX-License-Identifier: BSD-2-Clause-Patent
# The model host: SNP without the hardware. Everything is made under build/machine/.
M := $(B)/machine
MODEL_SRC := $(wildcard $(addprefix tests/machine/,host/*.cpp svm/*.cpp snp/*.cpp report/*.cpp lies/*.cpp)) \
  lib/arch/x86/cpu.cpp lib/arch/x86/io.cpp lib/arch/x86/memory.cpp
MODEL_ASM := tests/machine/host/entry.nasm tests/machine/svm/world.nasm
MODEL_OBJ := $(MODEL_SRC:%.cpp=$(M)/obj/%.o) $(MODEL_ASM:%.nasm=$(M)/obj/%.o)
# General registers only: the guest's FPU and SSE state stays in the processor while the host runs.
MODEL_FLAGS := $(COMMON) --target=x86_64-linux-gnu -O2 -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-pie \
  -fno-stack-protector -mno-red-zone -mgeneral-regs-only -mcmodel=small -fno-asynchronous-unwind-tables -fno-strict-aliasing

.PHONY: model-host
model-host: $(B)/model-host.elf $(M)/boot_rom.bin

$(M)/obj/%.o: %.cpp tests/machine/rules.mk
	@mkdir -p $(@D)
	@echo CXX $<; $(CXX) $(MODEL_FLAGS) -MMD -MP -c $< -o $@
$(M)/obj/%.o: %.nasm tests/machine/rom/layout.inc
	@mkdir -p $(@D)
	@echo NASM $<; $(NASM) -f elf64 -Itests/machine/rom/ $< -o $@

$(B)/model-host.elf: $(MODEL_OBJ) tests/machine/host/host.ld
	@echo LD $@; $(LD) -static -z noexecstack -z max-page-size=4096 --no-undefined -T tests/machine/host/host.ld $(MODEL_OBJ) \
	  /usr/lib/x86_64-linux-gnu/libbearssl.a -o $@
$(M)/boot_rom.bin: tests/machine/rom/boot_rom.nasm tests/machine/rom/layout.inc
	@mkdir -p $(@D)
	@echo NASM $@; $(NASM) -f bin -Werror -Itests/machine/rom/ $< -o $@

-include $(shell find $(M)/obj -name '*.d' 2>/dev/null)

# ---- Guests of one rule each ----
# A case that starts with es_ is an SEV-ES guest.
MODEL_CASES := $(shell sed -n 's/^%ifdef CASE_\([a-z]\)/\1/p' $(filter-out %/frame.inc,$(wildcard tests/machine/guests/*.inc)))
MODEL_GUESTS := $(MODEL_CASES:%=$(M)/guests/%.bin)
$(M)/guests/%.bin: tests/machine/guests/rules.nasm $(wildcard tests/machine/guests/*.inc)
	@mkdir -p $(@D)
	@$(NASM) -f bin -Werror -Itests/machine/guests/ -DCASE_$* $(if $(filter es_%,$*),-DES_GUEST) $< -o $@

$(M)/initrd: build/guest/initrd tests/machine/guests/init
	@mkdir -p $(M)/stage
	@install -m 755 tests/machine/guests/init $(M)/stage/init
	@cd $(M)/stage && echo init | cpio --quiet -o -H newc --owner=0:0 | gzip -9n | cat $(CURDIR)/build/guest/initrd - > $(CURDIR)/$@

# ---- Payloads: of the catalogue of lies, and one that powers off at once ----
$(M)/%.efi: tests/machine/lies/payload/%.cpp
	@mkdir -p $(@D)
	@echo CXX $<; $(CXX) --target=x86_64-unknown-windows -std=c++23 -O1 -Wall -Wextra -Werror -ffreestanding -mno-red-zone -mgeneral-regs-only \
	  -fno-exceptions -fno-rtti -fno-stack-protector -mno-stack-arg-probe -c $< -o $(M)/$*.obj
	@lld-link-19 -nodefaultlib -entry:efi_main -Brepro -debug:none -subsystem:efi_application -out:$@ $(M)/$*.obj

# ---- Runner ----
MODEL_TEST_SRC := $(wildcard tests/machine/run/*_test.cpp) tests/machine/run/lies_table.cpp tests/machine/run/model.cpp tests/boot/disk_image.cpp
$(M)/model-test: $(MODEL_TEST_SRC) tests/boot/disk_image.hpp tests/machine/run/model.hpp tests/machine/run/lies_table.hpp tests/machine/host/layout.hpp tests/machine/lies/catalogue.hpp tests/machine/lies/device_catalogue.hpp tests/machine/lies/processors.hpp
	@mkdir -p $(@D)
	@echo HOSTCXX $@; $(CXX) $(HOST_FLAGS) $(MODEL_TEST_SRC) -lgtest -lgtest_main -lbearssl -o $@
$(M)/model-command: tests/machine/run/command.cpp tests/machine/run/model.cpp tests/machine/run/model.hpp tests/machine/host/layout.hpp
	@mkdir -p $(@D)
	@echo HOSTCXX $@; $(CXX) $(HOST_FLAGS) tests/machine/run/command.cpp tests/machine/run/model.cpp -o $@

.PHONY: test-machine model-prepare
model-prepare:
	@tests/deps.sh machine guest trixie-ovmf
model: model-host $(M)/model-command
# MODEL_TEST_ARGS= runs all of it: 6 GiB, 4 processors, twenty runs in a row.
MODEL_TEST_ARGS := --gtest_filter=-Full*
test-machine: build/payloads/screen.efi build/guest/initrd-test
test-machine: model-prepare
	@$(MAKE) --no-print-directory model-host $(MODEL_GUESTS) $(M)/model-test $(M)/model-command $(M)/initrd $(M)/traps.efi $(M)/off.efi build/payloads/block_io.efi build/payloads/network.efi build/payloads/machine.efi build/payloads/processors.efi
	@mkdir -p $(B)/test-results
	$(M)/model-test --gtest_brief=1 --gtest_output=xml:$(B)/test-results/machine.xml $(MODEL_TEST_ARGS)

# The catalogue of lies with its outcomes, from real runs.
.PHONY: lies
lies: model-prepare
	@$(MAKE) --no-print-directory firmware model-host $(M)/model-test $(M)/traps.efi build/payloads/processors.efi
	LIES_TABLE=tests/machine/LIES.md $(M)/model-test --gtest_brief=1 --gtest_filter='Catalogue*'
