# SPDX-License-Identifier: BSD-2-Clause-Patent
# Host tests of lib/, under ASan and UBSan, with tests/fakes in place of lib/arch/x86 and the log sinks.
# Included by the top Makefile; also works alone: make -f tests/unit/rules.mk test-unit

host_cxx   := clang++-19
host_out   := build/host
host_san   := -fsanitize=address,undefined -fno-sanitize-recover=all
# Coverage counters are for tests/fuzz; the unit tests link the same objects.
host_flags := -std=c++23 -O1 -g $(host_san) -fsanitize=fuzzer-no-link -D_GLIBCXX_ASSERTIONS -Wall -Wextra -Wshadow -Werror -I. -MMD -MP

# The folders that run on the host; what only a machine can run has a fake.
host_folders := $(filter-out arch interrupt,$(notdir $(wildcard lib/*)))
host_lib    := $(filter-out lib/log/sinks.cpp,$(wildcard $(host_folders:%=lib/%/*.cpp) $(host_folders:%=lib/%/*/*.cpp)))
host_fakes  := $(wildcard tests/fakes/*.cpp)
host_source := $(host_lib) $(host_fakes)
host_object := $(host_source:%.cpp=$(host_out)/%.o)
unit_source := $(wildcard tests/unit/*_test.cpp tests/unit/*/*_test.cpp)
unit_object := $(unit_source:%.cpp=$(host_out)/%.o)

.PHONY: test-unit unit-tests
unit-tests: build/tests/unit_tests

$(host_out)/%.o: %.cpp
	@mkdir -p $(@D)
	$(host_cxx) $(host_flags) -c -o $@ $<

$(host_out)/lib.a: $(host_object)
	@rm -f $@
	llvm-ar-19 rcs $@ $^

build/tests/unit_tests: $(unit_object) $(host_out)/lib.a
	@mkdir -p $(@D)
	$(host_cxx) $(host_san) -o $@ $^ -lgtest -lgtest_main -lpthread

# One test runs the firmware's runtime image; without the top Makefile it is skipped where that is missing.
test-unit: build/tests/unit_tests $(if $(RUNTIME_SRC),build/runtime.elf)
	@mkdir -p build/test-results
	build/tests/unit_tests --gtest_brief=1 --gtest_output=xml:build/test-results/unit.xml

-include $(host_object:.o=.d) $(unit_object:.o=.d)
