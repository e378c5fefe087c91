# SPDX-License-Identifier: BSD-2-Clause-Patent
# Boot tests: what runs under QEMU. Included by the top Makefile.

boot_cxx    := clang++-19
boot_out    := build/tests/boot
boot_flags  := -std=c++23 -O1 -g -Wall -Wextra -Werror -Itests/boot -I. -MMD -MP
boot_source := $(wildcard tests/boot/*.cpp)
# The reference pictures are painted with the firmware's font.
boot_font   := $(wildcard lib/font/*.cpp)
boot_object := $(boot_source:tests/boot/%.cpp=$(boot_out)/%.o) $(boot_font:%.cpp=$(boot_out)/%.o)

guest_files     := build/guest/vmlinuz build/guest/initrd
guest_test_root := build/guest/initrd-test

.PHONY: test-boot boot-matrix boot-tests guest

guest: $(guest_files)

$(guest_files) &: tests/deps.sh tests/boot/guest/init
	tests/deps.sh guest
	@touch -c $(guest_files)

build/loaders/unpacked.stamp: tests/deps.sh
	tests/deps.sh loaders
	@touch $@

build/guest/set_mutable: tests/boot/guest/set_mutable.cpp
	@mkdir -p $(@D)
	$(boot_cxx) -std=c++23 -O1 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-pic \
		-nostdlib -static -fuse-ld=lld-19 -o $@ $<

$(guest_test_root): build/guest/initrd build/guest/set_mutable tests/boot/guest/checks.sh tests/boot/guest/make_test_initrd.sh
	tests/boot/guest/make_test_initrd.sh build/guest/initrd build/guest/set_mutable $@

build/guest/initrd-efibootmgr: $(guest_test_root) tests/boot/guest/make_efibootmgr_initrd.sh
	tests/boot/guest/make_efibootmgr_initrd.sh $< $@

$(boot_out)/%.o: tests/boot/%.cpp
	@mkdir -p $(@D)
	$(boot_cxx) $(boot_flags) -c -o $@ $<

$(boot_font:%.cpp=$(boot_out)/%.o): $(boot_out)/%.o: %.cpp
	@mkdir -p $(@D)
	$(boot_cxx) $(boot_flags) -c -o $@ $<

build/tests/boot_tests: $(boot_object)
	$(boot_cxx) -o $@ $^ -lgtest -lgtest_main -lpthread

include tests/boot/payloads/rules.mk

boot-tests: build/tests/boot_tests $(guest_files) $(guest_test_root) build/guest/initrd-efibootmgr build/loaders/unpacked.stamp $(payload_files) build/bench/marker.bzimage

# ASHLAR_FIRMWARE may name someone else's firmware; only our own default is built.
test-boot: boot-tests $(if $(ASHLAR_FIRMWARE),,firmware)
	@mkdir -p build/test-results
	build/tests/boot_tests --gtest_filter='-Full*' --gtest_output=xml:build/test-results/boot.xml

boot-matrix: boot-tests $(if $(ASHLAR_FIRMWARE),,firmware)
	tests/deps.sh trixie-qemu debian
	@mkdir -p build/test-results
	build/tests/boot_tests --gtest_filter='Full*' --gtest_output=xml:build/test-results/boot-matrix.xml

-include $(boot_object:.o=.d)
