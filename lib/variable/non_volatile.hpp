// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/variable/arena.hpp"

namespace variable {

// Why variables last, or do not.
enum class Lasting : u8 {
  yes,
  no_flash,
  not_trusted,      // the flash is the host's, the guest is confidential
  write_protected,  // its variables are read, changes are forgotten
  interrupted,      // a rewrite that was cut off cannot be finished
  bad_volume,       // the flash is left as it is, for someone who can repair it
  bad_store,
};

struct NonVolatile {
  Lasting lasting = Lasting::no_flash;
  bool recovered = false;  // a rewrite that was cut off has been finished
  u32 skipped_at = 0;      // see Arena::Findings
  u64 flash_base = 0;      // 0: none was found
  u64 flash_bytes = 0;
};

// The non-volatile arena: on the flash that ends at `flash_end` (0: there is none) if it is in order, with nothing
// but RAM otherwise.
Result<Arena> open_non_volatile(std::span<u8> memory, u64 flash_end, NonVolatile& report);

}  // namespace variable
