// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/pool.hpp"

#include <bit>

#include "dxe/core/memory.hpp"
#include "dxe/core/tpl.hpp"

namespace core {
namespace {

// In front of every block, so that FreePool can tell a block from any other pointer.
struct Header {
  static constexpr u32 used = 0x6c6f'6f70, free = 0x6565'7266;
  u32 signature;
  efi::MemoryType type;
  u64 bytes;  // whole block with this header: a class size, or pages
};
static_assert(sizeof(Header) == 16);

struct FreeBlock {
  Header header;
  FreeBlock* next;
};

constexpr unsigned smallest_shift = 5, largest_shift = 11;  // 32 bytes to 2 KiB; larger blocks are whole pages
constexpr unsigned class_count = largest_shift - smallest_shift + 1;

// OEM and OS types are rare: they always get whole pages.
constinit FreeBlock* free_blocks[efi::memory_type_count][class_count] = {};

unsigned class_of(u64 bytes) {
  const unsigned shift = 64 - static_cast<unsigned>(std::countl_zero(bytes - 1));
  return shift < smallest_shift ? 0 : shift - smallest_shift;
}

Result<> refill(efi::MemoryType type, unsigned index) {
  const Gpa page = TRY(allocate_pages(efi::AllocateType::any_pages, type, 1, Gpa(0)));
  const u64 bytes = 1ull << (index + smallest_shift);
  for (u64 offset = page_bytes; offset; offset -= bytes) {
    auto* block = reinterpret_cast<FreeBlock*>(page.raw() + offset - bytes);
    block->header = {Header::free, type, bytes};
    block->next = free_blocks[static_cast<u32>(type)][index];
    free_blocks[static_cast<u32>(type)][index] = block;
  }
  return {};
}

}  // namespace

Result<void*> allocate_pool(efi::MemoryType type, u64 bytes) {
  if (!allocatable(type)) return Error::invalid_parameter;
  if (bytes > (1ull << 46)) return Error::out_of_resources;
  TplGuard guard(efi::tpl_notify);
  const u64 whole = bytes + sizeof(Header);
  if (whole > (1u << largest_shift) || static_cast<u32>(type) >= efi::memory_type_count) {
    const u64 pages = bytes_to_pages(whole);
    const Gpa start = TRY(allocate_pages(efi::AllocateType::any_pages, type, pages, Gpa(0)));
    auto* header = reinterpret_cast<Header*>(start.raw());
    *header = {Header::used, type, pages * page_bytes};
    return static_cast<void*>(header + 1);
  }
  const unsigned index = class_of(whole);
  FreeBlock*& list = free_blocks[static_cast<u32>(type)][index];
  if (!list) TRY(refill(type, index));
  FreeBlock* block = list;
  list = block->next;
  block->header.signature = Header::used;
  return static_cast<void*>(&block->header + 1);
}

Result<> free_pool(void* pointer) {
  if (!pointer || reinterpret_cast<u64>(pointer) % 16 != 0) return Error::invalid_parameter;
  TplGuard guard(efi::tpl_notify);
  if (!is_allocated(Gpa(reinterpret_cast<u64>(pointer)))) return Error::invalid_parameter;
  auto* header = static_cast<Header*>(pointer) - 1;
  if (header->signature != Header::used) return Error::invalid_parameter;
  header->signature = Header::free;
  if (header->bytes >= page_bytes) return free_pages(Gpa(reinterpret_cast<u64>(header)), header->bytes / page_bytes);
  auto* block = reinterpret_cast<FreeBlock*>(header);
  FreeBlock*& list = free_blocks[static_cast<u32>(header->type)][class_of(header->bytes)];
  block->next = list;
  list = block;
  return {};
}

}  // namespace core
