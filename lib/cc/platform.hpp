// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"
#include "lib/cc/reason.hpp"

// The one place that knows what kind of guest this is. Everything else speaks these verbs.
namespace cc {

using namespace base;

// Written by reset/ into the work area; the numbers are shared with the assembly.
enum class GuestType : u8 { plain = 0, sev = 1, sev_es = 2, snp = 3, tdx = 4 };

// Chooses the platform, once per phase and before any other verb. Terminates on a type that cannot be served.
void init(GuestType type);
const char* guest_name();

// Port I/O.
u8 in8(u16 port);
u16 in16(u16 port);
u32 in32(u16 port);
void out8(u16 port, u8 value);
void out16(u16 port, u16 value);
void out32(u16 port, u32 value);

// Device registers, by guest physical address (identity mapped).
u8 mmio_read8(Gpa address);
u16 mmio_read16(Gpa address);
u32 mmio_read32(Gpa address);
u64 mmio_read64(Gpa address);
void mmio_write8(Gpa address, u8 value);
void mmio_write16(Gpa address, u16 value);
void mmio_write32(Gpa address, u32 value);
void mmio_write64(Gpa address, u64 value);

// Makes RAM that the launch did not hand over usable as private memory.
Result<> accept(PageRange range);
// Gives pages to the host and takes them back. Only mem::SharedPages calls these.
Result<> share(PageRange range);
Result<> unshare(PageRange range);

// The address bits that say "private" in a page-table entry, and the ones that say "shared".
u64 private_mask();
u64 shared_mask();

[[noreturn]] void terminate(Reason reason);

}  // namespace cc
