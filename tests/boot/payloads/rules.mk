# SPDX-License-Identifier: BSD-2-Clause-Patent
# EFI applications for the tests: PE32+, freestanding, from their own declarations.

payload_out   := build/payloads
payload_files := $(payload_out)/marker.efi
payload_flags := --target=x86_64-unknown-windows -std=c++23 -O1 -Wall -Wextra -Werror -ffreestanding -fshort-wchar \
	-mno-red-zone -fno-exceptions -fno-rtti -fno-stack-protector -mno-stack-arg-probe -nostdlib -Itests/boot/payloads -MMD -MP
payload_link  := lld-link-19 -subsystem:efi_application -nodefaultlib -entry:efi_main -Brepro -debug:none

$(payload_out)/%.obj: tests/boot/payloads/%.cpp
	@mkdir -p $(@D)
	clang++-19 $(payload_flags) -c -o $@ $<

$(payload_out)/marker.efi: $(payload_out)/marker.obj
	$(payload_link) -out:$@ $^

.SECONDARY: $(payload_out)/marker.obj
-include $(wildcard $(payload_out)/*.d $(payload_out)/*/*.d)
