// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/base/result.hpp"

// A bug of ours under a running operating system: nothing may be printed, the devices are someone else's.
// Stopping this processor keeps the damage from spreading.
namespace base {
void panic(const char*) { arch::stop(); }
}  // namespace base

extern "C" {
[[noreturn]] void abort() { arch::stop(); }
[[noreturn]] void __stack_chk_fail() { arch::stop(); }
}

namespace std {
void __glibcxx_assert_fail(const char*, int, const char*, const char*) noexcept { arch::stop(); }
void __throw_out_of_range_fmt(const char*, ...) { arch::stop(); }
}  // namespace std
