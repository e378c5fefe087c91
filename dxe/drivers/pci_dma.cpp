// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/pci_dma.hpp"

#include "dxe/core/memory.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/sharing.hpp"
#include "dxe/core/tpl.hpp"
#include "lib/base/list.hpp"
#include "lib/cc/platform.hpp"

namespace drivers {
namespace {

using efi::MemoryType, efi::PciIoOperation;

template <MemoryType type>
Result<PageRange> allocate(u64 pages, Gpa below) {
  return PageRange(TRY(core::allocate_pages(efi::AllocateType::max_address, type, pages, below - 1)), pages);
}
void release(PageRange range) { (void)!core::free_pages(range.start(), range.pages()); }
Result<> share(PageRange range) { return cc::devices_need_shared_memory() ? core::share_pages(range) : Result<>(); }
Result<> unshare(PageRange range) { return cc::devices_need_shared_memory() ? core::unshare_pages(range) : Result<>(); }

constexpr mem::PageSource runtime_pages = {allocate<MemoryType::runtime_services_data>, release, share, unshare};

// A copy of the caller's memory that the device works on.
struct Bounce : ListNode<Bounce> {
  mem::SharedPages pages;
  u8* host = nullptr;
  u64 bytes = 0;
  bool written_by_device = false;
};
struct CommonBuffer : ListNode<CommonBuffer> {
  mem::SharedPages pages;
};

constinit List<Bounce> bounces;
constinit List<CommonBuffer> common_buffers;
// The mapping of whatever needs no copy.
constinit u8 identity = 0;

bool visible(u64 start, u64 bytes) {
  if (!cc::devices_need_shared_memory()) return true;
  const PageRange wanted = PageRange::covering(start, bytes);
  for (CommonBuffer& b : common_buffers)
    if (b.pages.range().contains(wanted)) return true;
  return false;
}

Result<Bounce*> make_bounce(PciIoOperation operation, void* host, u64 bytes, Gpa limit) {
  auto* bounce = TRY(core::make<Bounce>());
  if (auto done = bounce->pages.allocate(dma_pages, bytes_to_pages(bytes), limit); !done) {
    core::destroy(*bounce);
    return done.error();
  }
  bounce->host = static_cast<u8*>(host);
  bounce->bytes = bytes;
  bounce->written_by_device = operation == PciIoOperation::bus_master_write;
  if (operation == PciIoOperation::bus_master_read) bounce->pages.copy_in(0, {bounce->host, bytes});
  bounces.push_back(*bounce);
  return bounce;
}

}  // namespace

constinit const mem::PageSource dma_pages = {allocate<MemoryType::boot_services_data>, release, share, unshare};
constinit const mem::PageSource reserved_dma_pages = {allocate<MemoryType::reserved>, release, share, unshare};

Result<> map_for_device(PciIoOperation operation, void* host, u64* bytes, Gpa limit, efi::PhysicalAddress* device, void** mapping) {
  if (!host || !bytes || !device || !mapping || *bytes == 0) return Error::invalid_parameter;
  if (static_cast<u32>(operation) >= efi::pci_io_operation_count) return Error::invalid_parameter;
  const u64 start = reinterpret_cast<u64>(host);
  if (start + *bytes < start) return Error::invalid_parameter;
  core::TplGuard guard(efi::tpl_notify);
  if (start + *bytes <= limit.raw() && visible(start, *bytes)) {
    *device = start;
    *mapping = &identity;
    return {};
  }
  // Both sides work on a common buffer at once: a copy cannot stand for it.
  if (operation == PciIoOperation::bus_master_common_buffer) return Error::unsupported;
  Bounce* bounce = TRY(make_bounce(operation, host, *bytes, limit));
  *device = bounce->pages.address().raw();
  *mapping = bounce;
  return {};
}

Result<> unmap_for_device(void* mapping) {
  if (mapping == &identity) return {};
  core::TplGuard guard(efi::tpl_notify);
  for (Bounce& b : bounces) {
    if (&b != mapping) continue;
    if (b.written_by_device) b.pages.copy_out(0, {b.host, b.bytes});
    b.unlink();
    core::destroy(b);
    return {};
  }
  return Error::invalid_parameter;
}

Result<> allocate_common_buffer(MemoryType type, u64 pages, Gpa limit, u64 attributes, void** host) {
  namespace attribute = efi::pci_attribute;
  constexpr u64 known = attribute::memory_write_combine | attribute::memory_cached | attribute::dual_address_cycle;
  if (!host || pages == 0) return Error::invalid_parameter;
  if (type != MemoryType::boot_services_data && type != MemoryType::runtime_services_data) return Error::invalid_parameter;
  if (attributes & ~known) return Error::unsupported;
  core::TplGuard guard(efi::tpl_notify);
  auto* buffer = TRY(core::make<CommonBuffer>());
  const mem::PageSource& source = type == MemoryType::boot_services_data ? dma_pages : runtime_pages;
  if (auto done = buffer->pages.allocate(source, pages, limit); !done) {
    core::destroy(*buffer);
    return done.error();
  }
  common_buffers.push_back(*buffer);
  *host = reinterpret_cast<void*>(buffer->pages.address().raw());
  return {};
}

Result<> free_common_buffer(u64 pages, void* host) {
  core::TplGuard guard(efi::tpl_notify);
  for (CommonBuffer& b : common_buffers) {
    if (b.pages.range() != PageRange(Gpa(reinterpret_cast<u64>(host)), pages)) continue;
    b.unlink();
    core::destroy(b);
    return {};
  }
  return Error::invalid_parameter;
}

}  // namespace drivers
