// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <new>

#include "lib/base/result.hpp"
#include "lib/efi/memory.hpp"

namespace core {

using namespace base;

// AllocatePool and FreePool [uefi §7.2]: 16-byte aligned blocks of a memory type.
Result<void*> allocate_pool(efi::MemoryType type, u64 bytes);
Result<> free_pool(void* block);

// One zeroed, value-initialised object.
template <class T>
Result<T*> make(efi::MemoryType type = efi::MemoryType::boot_services_data) {
  void* block = TRY(allocate_pool(type, sizeof(T)));
  return new (block) T();
}

template <class T>
void destroy(T& object) {
  object.~T();
  (void)!free_pool(&object);
}

// An array for a caller who frees it with FreePool.
template <class T>
Result<T*> allocate_array(u64 count, efi::MemoryType type = efi::MemoryType::boot_services_data) {
  return static_cast<T*>(TRY(allocate_pool(type, count * sizeof(T) ? count * sizeof(T) : 1)));
}

}  // namespace core
