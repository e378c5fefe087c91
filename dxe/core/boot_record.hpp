// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/acpi/fpdt.hpp"
#include "lib/handoff/pei_to_dxe.hpp"

namespace core {

using namespace base;

// When the phases of this boot were reached: for the FPDT and the log.
void init_boot_record(const handoff::TimeStamps& stamps);

// The firmware basic boot performance table, in reserved memory.
Result<acpi::BootPerformance*> boot_performance();

void note_load_image_start();
void note_start_image_start();
void note_exit_boot_services_entry();
void note_exit_boot_services_exit();

// The timeline so far, to the debug console.
void log_timeline();

}  // namespace core
