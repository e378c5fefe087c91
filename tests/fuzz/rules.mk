# SPDX-License-Identifier: BSD-2-Clause-Patent
# libFuzzer targets, one per file tests/fuzz/NAME.cpp; seeds in tests/fuzz/corpus/NAME. Needs tests/unit/rules.mk.

fuzz_seconds ?= 3
fuzz_long    ?= 600
fuzz_names   := $(patsubst tests/fuzz/%.cpp,%,$(wildcard tests/fuzz/*.cpp))
fuzz_targets := $(fuzz_names:%=build/tests/fuzz/%)

.PHONY: test-fuzz fuzz fuzz-targets
fuzz-targets: $(fuzz_targets)

build/tests/fuzz/%: $(host_out)/tests/fuzz/%.o $(host_out)/lib.a
	@mkdir -p $(@D)
	$(host_cxx) $(host_san) -fsanitize=fuzzer -o $@ $^

# Each target starts from its seeds and from what earlier runs found; a finding is left in build/fuzz/NAME.
fuzz_run = mkdir -p build/fuzz/$(1)/corpus build/test-results; \
	if build/tests/fuzz/$(1) -max_total_time=$(2) -max_len=$(or $(fuzz_max_len_$(1)),4096) -timeout=10 -rss_limit_mb=1024 \
	     -print_final_stats=0 -artifact_prefix=build/fuzz/$(1)/ build/fuzz/$(1)/corpus $(wildcard tests/fuzz/corpus/$(1)) \
	     >build/fuzz/$(1)/log 2>&1; \
	then echo "PASS fuzz $(1)"; echo "PASS fuzz $(1)" >>build/test-results/steps.txt; \
	else echo "FAIL fuzz $(1)"; echo "FAIL fuzz $(1)" >>build/test-results/steps.txt; tail -40 build/fuzz/$(1)/log; exit 1; fi

test-fuzz: $(fuzz_names:%=fuzz-short-%)
fuzz: $(fuzz_names:%=fuzz-long-%)
fuzz-short-%: build/tests/fuzz/%
	@$(call fuzz_run,$*,$(fuzz_seconds))
fuzz-long-%: build/tests/fuzz/%
	@$(call fuzz_run,$*,$(fuzz_long))

.SECONDARY: $(fuzz_names:%=$(host_out)/tests/fuzz/%.o)
-include $(fuzz_names:%=$(host_out)/tests/fuzz/%.d)
