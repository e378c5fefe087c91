// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/arch/cpu.hpp"
#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

// What differs between kinds of guests when other processors start, work and stop.
namespace cc {

using namespace base;

enum class StartMethod : u8 {
  none,        // they cannot be started
  sipi,        // INIT and SIPI, at a page of ours
  jump_table,  // INIT and SIPI, by way of the reset block and the AP jump table (SEV-ES)
  creation,    // each from a save area of its own (SEV-SNP)
  mailbox,     // they wait for a wake-up message (TDX)
};
StartMethod start_method();

// Every processor has a page of its own for requests to the host, where such pages are needed at all: page k serves the
// processor whose descriptor table lies in the k-th part of `memory`, parts being `stride` bytes long; the boot
// processor's table lies nowhere in it. The pages are shared already.
void assign_ghcbs(PageRange memory, u64 stride, PageRange pages);
// On such a processor, first of all once its descriptor table is loaded: puts its page to use.
void adopt_own_ghcb();

// ---- StartMethod::jump_table ----

// Where processors go, in real mode, that the host starts or lets out of a reset hold: to the first byte of a page below
// 1 MiB; or, led nowhere, into a reset hold.
void lead_processors_to(Gpa page);
void lead_processors_nowhere();
// Tells the host of the table, so that the operating system can ask for it and lead them on.
void announce_jump_table();

// ---- StartMethod::creation ----

// Where a new processor begins: in 64-bit mode, on page tables and control registers of its creator, ready for exceptions.
struct ProcessorStart {
  u64 entry;
  u64 stack_top;  // as if `entry` had been called from there
  u64 argument;
  arch::DescriptorTable descriptors, interrupts;
  u16 task_selector;
  arch::DescriptorTable task_state;
};

// The APIC ids of all processors, ascending and free of doubles, as the host lists them by way of shared pages. not_found:
// this host keeps no list, or none that fits.
Result<std::span<const u32>> list_processors(PageRange shared, std::span<u32> room);

// Save areas, one a processor, stay what they are until they are given up; `room` takes save_area_pages(count).
u64 save_area_pages(u32 count);
Gpa save_area(PageRange room, u32 number);
// not_found: the host has no such processor. The save area must not be in use.
Result<> create_processor(u32 apic_id, Gpa save_area, const ProcessorStart& start);
// Afterwards no host can run what the save area holds. timeout: the host would not let go of it.
Result<> destroy_processor(u32 apic_id, Gpa save_area);

}  // namespace cc
