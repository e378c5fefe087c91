// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/memory_attribute.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/thunk.hpp"
#include "lib/efi/memory_attribute.hpp"

namespace drivers {
namespace {

using namespace base;
using mem::Protection;
namespace attribute = efi::memory_attribute;

u64 attributes_of(Protection protection) {
  switch (protection) {
    case Protection::none: return attribute::rp;
    case Protection::read_only: return attribute::ro | attribute::xp;
    case Protection::read_execute: return attribute::ro;
    case Protection::read_write: return attribute::xp;
    case Protection::read_write_execute: return 0;
  }
  return 0;
}

// A page that could not be read has lost its other rights; what comes back is data.
Protection protection_of(u64 attributes, Protection before) {
  if (attributes & attribute::rp) return Protection::none;
  if (before == Protection::none && !(attributes & attribute::ro)) return Protection::read_write;
  const bool write = !(attributes & attribute::ro), execute = !(attributes & attribute::xp);
  if (write) return execute ? Protection::read_write_execute : Protection::read_write;
  return execute ? Protection::read_execute : Protection::read_only;
}

Result<PageRange> checked(efi::PhysicalAddress start, u64 bytes) {
  if (bytes == 0 || start % page_bytes != 0 || bytes % page_bytes != 0) return Error::invalid_parameter;
  const PageRange range(Gpa(start), bytes / page_bytes);
  if (range.end() <= range.start() || !core::is_ram(range)) return Error::unsupported;
  return range;
}

// Calls `visit(part, protection)` for runs of equal page size.
template <class Visit>
Result<> for_each_mapping(PageRange range, Visit visit) {
  for (Gpa at = range.start(); at < range.end();) {
    const auto leaf = core::mapping_of(at);
    const Gpa next = at.align_down(leaf.bytes) + leaf.bytes;
    const Gpa end = next < range.end() ? next : range.end();
    TRY(visit(PageRange(at, (end - at) / page_bytes), leaf.protection));
    at = end;
  }
  return {};
}

class Attributes : public efi::MemoryAttribute {
 public:
  using Protocol = efi::MemoryAttribute;

  Result<> get(efi::PhysicalAddress start, u64 bytes, u64* out) {
    const PageRange range = TRY(checked(start, bytes));
    if (!out) return Error::invalid_parameter;
    const u64 first = attributes_of(core::mapping_of(range.start()).protection);
    TRY(for_each_mapping(range, [&](PageRange, Protection p) { return attributes_of(p) == first ? Result<>() : Error::no_mapping; }));
    *out = first;
    return {};
  }
  Result<> set(efi::PhysicalAddress start, u64 bytes, u64 which) { return change(start, bytes, which, 0); }
  Result<> clear(efi::PhysicalAddress start, u64 bytes, u64 which) { return change(start, bytes, 0, which); }

 private:
  Result<> change(efi::PhysicalAddress start, u64 bytes, u64 set_bits, u64 clear_bits) {
    const u64 which = set_bits | clear_bits;
    if (which == 0 || (which & ~attribute::access)) return Error::invalid_parameter;
    const PageRange range = TRY(checked(start, bytes));
    return for_each_mapping(range, [&](PageRange part, Protection before) -> Result<> {
      const Protection after = protection_of((attributes_of(before) | set_bits) & ~clear_bits, before);
      return after == before ? Result<>() : core::protect(part, after);
    });
  }
};

constinit Attributes attributes{};

}  // namespace

void install_memory_attribute() {
  attributes.get_memory_attributes = core::thunk<&Attributes::get>;
  attributes.set_memory_attributes = core::thunk<&Attributes::set>;
  attributes.clear_memory_attributes = core::thunk<&Attributes::clear>;
  efi::Handle handle = nullptr;
  core::install<efi::MemoryAttribute>(handle, attributes);
}

}  // namespace drivers
