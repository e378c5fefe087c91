// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

// The application processors: on their way as soon as there is a clock, met again when everything else is ready.
namespace drivers {

void choose_apic_mode();
void begin_processors();
void finish_processors();

}  // namespace drivers
