// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/processors.hpp"

#include "dxe/core/acceptance.hpp"
#include "dxe/core/clock.hpp"
#include "dxe/core/mapping.hpp"
#include "dxe/core/memory.hpp"
#include "dxe/core/pool.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/sharing.hpp"
#include "dxe/drivers/mp_services.hpp"
#include "lib/cc/platform.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/handoff/processors.hpp"
#include "lib/mem/share.hpp"

namespace drivers {
namespace {

using namespace base;

constexpr Gpa last_byte_for_sipi{0xf'ffff}, last_byte_below_4_gib{4_GiB - 1};

// Reserved: start-up code that some processor may still run must not be given back, not even to the operating system.
Result<PageRange> allocate(mp::Use use, u64 pages) {
  const auto type = use == mp::Use::working ? efi::MemoryType::boot_services_data : efi::MemoryType::reserved;
  const Gpa limit = use == mp::Use::start_code ? last_byte_for_sipi : last_byte_below_4_gib;
  const Gpa start = TRY(core::allocate_pages(efi::AllocateType::max_address, type, pages, limit));
  return PageRange(start, pages);
}

constexpr mp::Lender lender{
    .allocate = allocate,
    .release = [](PageRange range) { (void)!core::free_pages(range.start(), range.pages()); },
    .protect = core::protect,
    .share = core::share_pages,
    .now = core::clock_now,
};

// Shares of the range that is being accepted, by processor number.
constinit PageRange* shares = nullptr;

void EFIAPI accept_share(void* share) { cc::accept(*static_cast<const PageRange*>(share)); }

void accept_together(PageRange range) {
  const u32 boot = mp::boot_processor();
  for (u32 n = 0; n < mp::count(); ++n) {
    shares[n] = mem::share_of(range, n, mp::count(), 2_MiB);
    if (n != boot && !shares[n].empty()) mp::post(n, accept_share, &shares[n]);
  }
  cc::accept(shares[boot]);
  for (u32 n = 0; n < mp::count(); ++n)
    while (n != boot && !shares[n].empty() && !mp::done(n)) mp::wait_for([] { return mp::all_done(); });
}

}  // namespace

void choose_apic_mode() { mp::choose_apic_mode(fw_cfg::read_u16(fw_cfg::Key::max_cpus)); }

void begin_processors() { mp::begin(lender, fw_cfg::read_u16(fw_cfg::Key::cpu_count)); }

void finish_processors() {
  mp::finish();
  if (auto room = core::allocate_array<PageRange>(mp::count())) {
    shares = *room;
    core::accept_in_parallel(accept_together);
  }
  install_mp_services();
  core::at_exit_boot_services(mp::park_for_good);
}

}  // namespace drivers
