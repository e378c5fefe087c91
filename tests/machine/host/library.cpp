// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/base/result.hpp"

// What Debian's build of BearSSL expects of its C library.
extern "C" {

[[noreturn]] void __stack_chk_fail() { base::panic("stack overwritten in BearSSL"); }

void* __memcpy_chk(void* to, const void* from, base::usize bytes, base::usize room) {
  if (bytes > room) base::panic("buffer overrun in BearSSL");
  return __builtin_memcpy(to, from, bytes);
}

void* __memset_chk(void* to, int value, base::usize bytes, base::usize room) {
  if (bytes > room) base::panic("buffer overrun in BearSSL");
  return __builtin_memset(to, value, bytes);
}

}
