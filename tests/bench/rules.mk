# SPDX-License-Identifier: BSD-2-Clause-Patent
# Instruction counts from reset to the payload's first instruction. Included by the top Makefile.

bench_out := build/bench

.PHONY: bench bench-tools

$(bench_out)/icount.so: tests/bench/icount.cpp tests/bench/qemu_plugin.hpp
	@mkdir -p $(@D)
	clang++-19 -std=c++23 -O2 -Wall -Wextra -Werror -fPIC -fvisibility=hidden -shared -o $@ $<

$(bench_out)/marker.bzimage: tests/bench/bzimage_marker.nasm
	@mkdir -p $(@D)
	nasm -f bin -o $@ $<

bench-tools: $(bench_out)/icount.so $(bench_out)/marker.bzimage build/payloads/marker.efi

bench: bench-tools firmware
	tests/deps.sh bench
	tests/bench/bench.sh
