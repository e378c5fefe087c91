// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/bits.hpp"

// Page state change lists: wire format only [ghcb §4.1.6].
namespace cc::sev::psc {

using namespace base;

struct Header {
  u16 current;  // next entry to process
  u16 end;      // last entry, inclusive
  u32 reserved;
};
static_assert(sizeof(Header) == 8);

using Entry = u64;
using CurrentPage = Bits<11, 0>;  // progress inside a 2 MiB entry, in 4 KiB pages
using Gfn = Bits<51, 12>;
using Operation = Bits<55, 52>;
using Large = Bits<56>;  // the page is 2 MiB
using Reserved = Bits<63, 57>;

inline constexpr u64 to_private = 1, to_shared = 2, psmash = 3, unsmash = 4;
inline constexpr unsigned max_entries = (0x7f0 - sizeof(Header)) / sizeof(Entry);
static_assert(max_entries == 253);

// SW_EXITINFO2 of the reply.
inline constexpr u64 invalid_header = 0x1'0000'0001, invalid_entry = 0x1'0000'0002, generic_error = 0x100'0000'0000;

}  // namespace cc::sev::psc
