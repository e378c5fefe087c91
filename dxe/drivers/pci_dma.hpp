// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/memory.hpp"
#include "lib/efi/pci_io.hpp"
#include "lib/mem/shared_pages.hpp"

// Memory that devices reach. Where the host sees all of it and the device reaches it, a mapping is the memory itself;
// otherwise a mapping is a copy in shared pages.
namespace drivers {

using namespace base;

inline constexpr Gpa dma_limit_32{4_GiB}, dma_limit_64{1ull << 52};

// For our own drivers.
extern const mem::PageSource dma_pages;
// For what devices go on reading under the operating system: memory that it leaves alone.
extern const mem::PageSource reserved_dma_pages;

// [uefi §14.4 Map, Unmap, AllocateBuffer, FreeBuffer]. `limit`: the first address that the device cannot reach.
Result<> map_for_device(efi::PciIoOperation operation, void* host, u64* bytes, Gpa limit, efi::PhysicalAddress* device, void** mapping);
Result<> unmap_for_device(void* mapping);
Result<> allocate_common_buffer(efi::MemoryType type, u64 pages, Gpa limit, u64 attributes, void** host);
Result<> free_common_buffer(u64 pages, void* host);

}  // namespace drivers
