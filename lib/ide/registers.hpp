// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/bits.hpp"

// The parallel ATA register file [ata §9], and PCI IDE bus mastering [bmide] as PIIX3 and PIIX4 have it.
namespace ide {

using namespace base;

// Offsets in the command block.
namespace reg {
inline constexpr u16 data = 0, error = 1, features = 1, count = 2, lba_low = 3, lba_mid = 4, lba_high = 5, device = 6, status = 7, command = 7;
}
inline constexpr u8 status_error = 1, status_request = 1 << 3, status_fault = 1 << 5, status_busy = 1 << 7;
inline constexpr u8 control_no_interrupt = 1 << 1, control_reset = 1 << 2;
inline constexpr u8 device_second = 1 << 4, device_always = 0xa0;
// What lba_mid and lba_high show after a reset or diagnostic.
inline constexpr u16 signature_disk = 0x0000, signature_packet = 0xeb14;

// Bus master registers of a channel.
namespace bus_master {
inline constexpr u16 command = 0, status = 2, table = 4, bytes = 8;
inline constexpr u8 start = 1, to_memory = 1 << 3, failed = 1 << 1, interrupt = 1 << 2;
}  // namespace bus_master

// Physical region descriptors: address, length (0: 64 KiB), flags. None crosses 64 KiB.
inline constexpr u64 region_bytes = 64_KiB, descriptor_bytes = 8;
inline constexpr u32 last_descriptor = 1u << 31;

}  // namespace ide
