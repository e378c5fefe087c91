# SPDX-License-Identifier: BSD-2-Clause-Patent
# EFI applications for the tests: PE32+, freestanding, from their own declarations.

payload_out   := build/payloads
payload_files := $(addprefix $(payload_out)/,marker.efi selftest.efi crash.efi machine.efi traps.efi mp.efi processors.efi disks.efi block_io.efi)
payload_files += $(addprefix $(payload_out)/,loader.efi loader_driver.efi)
payload_files += $(payload_out)/files.efi $(payload_out)/media.efi
payload_files += $(payload_out)/network.efi $(payload_out)/chain.efi
payload_flags := --target=x86_64-unknown-windows -std=c++23 -O1 -Wall -Wextra -Werror -ffreestanding -fshort-wchar \
	-mno-red-zone -mgeneral-regs-only -fno-exceptions -fno-rtti -fno-stack-protector -mno-stack-arg-probe -nostdlib \
	-fno-threadsafe-statics -fms-extensions -Itests/boot/payloads -MMD -MP
payload_files += $(payload_out)/screen.efi $(payload_out)/keys.efi
payload_link  := lld-link-19 -nodefaultlib -entry:efi_main -Brepro -debug:none

payload_files += $(payload_out)/variables.efi

selftest_objects := $(patsubst tests/boot/payloads/%.cpp,$(payload_out)/%.obj,$(wildcard tests/boot/payloads/selftest/*.cpp))

$(payload_out)/%.obj: tests/boot/payloads/%.cpp
	@mkdir -p $(@D)
	clang++-19 $(payload_flags) -c -o $@ $<

$(payload_out)/%.efi: $(payload_out)/%.obj
	$(payload_link) -subsystem:efi_application -out:$@ $^

$(payload_out)/child_driver.efi: $(payload_out)/child.obj
	$(payload_link) -subsystem:efi_boot_service_driver -out:$@ $^

$(payload_out)/loader_driver.efi: $(payload_out)/loader.obj
	$(payload_link) -subsystem:efi_boot_service_driver -out:$@ $^

$(payload_out)/selftest/images.obj: $(payload_out)/child.efi $(payload_out)/child_driver.efi

$(payload_out)/selftest.efi: $(selftest_objects)
	$(payload_link) -subsystem:efi_application -out:$@ $^

# A crash report follows frame pointers.
$(payload_out)/crash.obj: payload_flags += -fno-omit-frame-pointer

.SECONDARY: $(selftest_objects) $(payload_files:.efi=.obj) $(payload_out)/child.obj $(payload_out)/child.efi
-include $(wildcard $(payload_out)/*.d $(payload_out)/*/*.d)
