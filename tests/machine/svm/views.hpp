// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// The two sights of guest memory. Shared: a guest physical address is the machine's own, where QEMU's devices see it.
// Private: the same address in RAM that no device reaches. The C-bit is bit 47, so the top table of the nested page
// tables tells them apart; without paging everything is private.
namespace svm::views {

using namespace base;

enum class Kind : u8 { plain, encrypted };

void init(Kind kind);
bool is_ram(u64 gpa);        // RAM of the guest: has both views
bool is_private_rom(u64 gpa);  // the firmware image: private only
u64 rom_start();

// nullptr: no memory there.
void* pointer(u64 gpa, bool encrypted);
void* table_pointer(u64 gpa);

u64 root(bool paging);
void map_private(u64 gpa);
void unmap_private(u64 gpa);
void map_shared(u64 gpa);
void unmap_shared(u64 gpa);
// Aliases of a private page at its address without C-bit: hardware ignores the bit in walks and fetches
// [apm2 §15.34.5]. While one exists, a data access through it goes unnoticed.
void alias_for_walk(u64 gpa, bool fetch_too);
void alias_for_fetch(u64 gpa);

}  // namespace svm::views
