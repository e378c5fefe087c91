// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/crc32.hpp"
#include "lib/efi/table_header.hpp"

namespace efi {

// Renews the checksum of a table; due after each change of it.
inline void seal(TableHeader& header) {
  header.crc32 = 0;
  header.crc32 = base::crc32(&header, header.header_size);
}

}  // namespace efi
