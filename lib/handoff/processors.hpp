// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"
#include "lib/base/result.hpp"
#include "lib/efi/mp_services.hpp"
#include "lib/mem/page_tables.hpp"

// The contract between DXE and mp/: what DXE lends, and what it may ask of the other processors. Unless said otherwise, all
// of it is for the boot processor.
namespace mp {

using namespace base;

inline constexpr u32 max_processors = 1024;

enum class Use : u8 {
  start_code,  // below 1 MiB
  working,     // ends with boot services
  parking,     // stays under the operating system
};

struct Lender {
  Result<PageRange> (*allocate)(Use use, u64 pages);
  void (*release)(PageRange range);
  Result<> (*protect)(PageRange range, mem::Protection protection);
  Result<> (*share)(PageRange range);  // with the host, until boot services end
  u64 (*now)();  // in 100 ns; stands still only while nobody asks
};

// Before the clock starts: every APIC id is below the limit; x2APIC mode where that needs it [facts §17: key 0xF].
void choose_apic_mode(u32 apic_id_limit);

// Sends every processor of the machine on its way, `count` with this one, and returns at once.
void begin(const Lender& lender, u32 count);
// Waits for their arrival, in a time bounded by their count, and gives the start-up code's memory back.
void finish();

// Processors that arrived, in ascending order of their APIC ids.
u32 count();
u32 boot_processor();
u32 apic_id(u32 number);
// Told by the stack that the caller runs on; for every processor.
u32 who_am_i();

// Work for one parked processor. Nothing that it uses may be reused before done().
void post(u32 number, efi::ApProcedure procedure, void* argument);
bool done(u32 number);
// Has everything been done that was posted since everything was last done? A hint: done() decides.
bool all_done();
// Until something may have changed: all that was posted is done, or a tick of the clock. Returns at once when `news` holds,
// which is looked at where no interrupt can come between the look and the sleep.
void wait_for(bool (*news)(void* context), void* context);
template <class News>
void wait_for(News news) {
  wait_for([](void* n) -> bool { return (*static_cast<News*>(n))(); }, &news);
}
// Stops a processor that does not finish, wherever it is. False: that cannot be done.
bool stop(u32 number);
// Parks it again. False: it did not come back.
bool restart(u32 number);

// The caller goes on as it is, on processor `number`, which is parked; the old boot processor takes its place. unsupported:
// not with processors that the host creates or leads.
Result<> give_place_to(u32 number);

// Part of ExitBootServices, on the processor where the machine began: every processor where the operating system can start it and disturbs nothing until then.
void park_for_good();

}  // namespace mp
