// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/core/acceptance.hpp"

#include <string_view>

#include "dxe/core/handle.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/memory_map.hpp"
#include "dxe/core/thunk.hpp"
#include "lib/cc/platform.hpp"
#include "lib/efi/acceptance.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/log/log.hpp"
#include "lib/mem/ledger.hpp"

namespace core {
namespace {

// An allocation that runs out of accepted RAM takes this much, so that the next ones need not ask again.
constexpr u64 piece_pages = 64_MiB / page_bytes;

constinit bool operating_system_accepts = false;

enum class Policy : u8 { eager, parallel, lazy };
constinit Policy policy = Policy::lazy;

Policy chosen_policy() {
  if (!cc::acceptance_costs()) return Policy::eager;
  const auto file = fw_cfg::find("opt/ashlar/acceptance");
  if (!file) return Policy::lazy;
  char text[16] = {};
  const fw_cfg::File f = fw_cfg::File(file.value_or({}));
  const u32 bytes = f.size < sizeof text ? f.size : sizeof text;
  fw_cfg::read(f.key, {reinterpret_cast<u8*>(text), bytes});
  const std::string_view word(text, bytes);
  if (word == "eager") return Policy::eager;
  if (word == "parallel") return Policy::parallel;
  if (word != "lazy") log::warning("opt/ashlar/acceptance: '", word, "' is not eager, parallel or lazy; lazy");
  return Policy::lazy;
}

Result<> accept_by(PageRange range, void (*platform)(PageRange)) {
  TplGuard guard(efi::tpl_notify);
  mem::Ledger ledger(memory_map(), unaccepted_ram);
  // PVALIDATE wants the page mapped; where acceptance is free, RAM is mapped on first touch.
  for (Gpa at = range.start(); cc::acceptance_costs() && at < range.end(); at = at.align_down(1_GiB) + 1_GiB) map_high_ram(at);
  TRY(ledger.accept(range, free_ram, platform));
  memory_map_changed();
  return {};
}

void accept_all(void (*platform)(PageRange) = cc::accept) {
  for (const mem::Region* r = memory_map().first(); r; r = memory_map().next(*r)) {
    if (r->tag != unaccepted_ram) continue;
    const PageRange range = r->range;
    if (!accept_by(range, platform)) cc::terminate(cc::Reason::page_ledger);
    r = memory_map().find(range.start());
  }
}

class Acceptance : public efi::MemoryAccept {
 public:
  using Protocol = efi::MemoryAccept;
  Result<> accept_memory(efi::PhysicalAddress start, u64 bytes) {
    if (start % page_bytes != 0 || bytes % page_bytes != 0 || bytes == 0) return Error::invalid_parameter;
    return accept_range(PageRange(Gpa(start), bytes / page_bytes));
  }
};

class OptIn : public efi::AcceptanceOptIn {
 public:
  using Protocol = efi::AcceptanceOptIn;
  Result<> allow_unaccepted_memory() {
    operating_system_accepts = true;
    return {};
  }
};

constinit Acceptance acceptance{};
constinit OptIn opt_in{};

}  // namespace

void init_acceptance() {
  policy = chosen_policy();
  if (policy == Policy::eager) return accept_all();
  if (policy == Policy::parallel) return;
  acceptance.accept = thunk<&Acceptance::accept_memory>;
  opt_in.allow = thunk<&OptIn::allow_unaccepted_memory>;
  efi::Handle handle = nullptr;
  install<efi::MemoryAccept>(handle, acceptance);
  install<efi::AcceptanceOptIn>(handle, opt_in);
}

void accept_in_parallel(void (*spread)(PageRange)) {
  if (policy == Policy::parallel) accept_all(spread);
}

Result<> accept_range(PageRange range) { return accept_by(range, cc::accept); }

bool accept_more(u64 pages, Gpa lowest, Gpa highest) {
  const PageRange limits(lowest, (highest - lowest) / page_bytes);
  for (const mem::Region* r = memory_map().first(); r; r = memory_map().next(*r)) {
    if (r->tag != unaccepted_ram) continue;
    const PageRange inside = r->range.intersect(limits);
    if (inside.pages() < pages) continue;
    const u64 wanted = pages > piece_pages ? pages : piece_pages;
    return static_cast<bool>(accept_range(PageRange(inside.start(), wanted < inside.pages() ? wanted : inside.pages())));
  }
  return false;
}

void settle_acceptance() {
  if (!operating_system_accepts) accept_all();
}

}  // namespace core
