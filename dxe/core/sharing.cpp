// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/sharing.hpp"

#include "dxe/core/mapping.hpp"
#include "dxe/core/memory_map.hpp"

namespace core {

Result<> share_pages(PageRange range) {
  TplGuard guard(efi::tpl_notify);
  const mem::Region* region = memory_map().find(range.start());
  if (!region || !region->range.contains(range)) return Error::invalid_parameter;
  TRY(memory_map().set(range, {region->tag.type, region->tag.attributes | shared_with_host}));
  TRY(cc::share(range));
  return remap(range, mem::Protection::read_write, mem::Caching::shared);
}

Result<> unshare_pages(PageRange range) {
  TplGuard guard(efi::tpl_notify);
  const mem::Region* region = memory_map().find(range.start());
  if (!region || !region->range.contains(range) || !(region->tag.attributes & shared_with_host)) return Error::invalid_parameter;
  TRY(remap(range, mem::Protection::read_write, mem::Caching::write_back));
  TRY(cc::unshare(range));
  return memory_map().set(range, {region->tag.type, region->tag.attributes & ~shared_with_host});
}

void note_shared(PageRange range) {
  const mem::Region* region = memory_map().find(range.start());
  if (!region || !memory_map().set(range, {region->tag.type, region->tag.attributes | shared_with_host})) cc::terminate(cc::Reason::page_ledger);
}

void unshare_everything() {
  for (const mem::Region* r = memory_map().first(); r; r = memory_map().next(*r))
    if ((r->tag.attributes & shared_with_host) && r->tag.type != static_cast<u32>(efi::MemoryType::reserved))
      if (!remap(r->range, mem::Protection::read_write, mem::Caching::write_back) || !cc::unshare(r->range)) cc::terminate(cc::Reason::page_ledger);
}

}  // namespace core
