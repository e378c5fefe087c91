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
