// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"
#include "lib/efi/memory.hpp"
#include "lib/handoff/pei_to_dxe.hpp"

namespace core {

using namespace base;

// Takes over RAM and page tables from PEI.
void init_memory(const handoff::PeiToDxe& from_pei);

// The page services [uefi §7.2].
Result<Gpa> allocate_pages(efi::AllocateType how, efi::MemoryType type, u64 pages, Gpa hint);
Result<> free_pages(Gpa start, u64 pages);
Result<> get_memory_map(u64* map_size, efi::MemoryDescriptor* map, u64* map_key, u64* descriptor_size, u32* descriptor_version);
u64 memory_map_key();

// May this type be asked of AllocatePages and AllocatePool?
bool allocatable(efi::MemoryType type);
bool is_allocated(Gpa address);

// Address space that is not RAM but belongs in the memory map: reserved ranges, run-time MMIO.
Result<> add_range(PageRange range, efi::MemoryType type, u64 attributes = 0);

// Every range of the memory map in ascending order, for readers that must not allocate.
void for_each_region_raw(void (*visit)(void* context, PageRange range, efi::MemoryType type), void* context);
template <class Visit>
void for_each_region(Visit visit) {
  for_each_region_raw([](void* v, PageRange range, efi::MemoryType type) { (*static_cast<Visit*>(v))(range, type); }, &visit);
}

bool is_ram(PageRange range);

// The images of the firmware itself and of NX-compatible payloads are protected by section. Memory allocated
// as code, or as loader data by a payload that does not promise NX compatibility, is executable.
void set_payload_is_nx_compatible(bool yes);

}  // namespace core
