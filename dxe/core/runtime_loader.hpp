// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/memory_attribute.hpp"
#include "lib/handoff/pei_to_dxe.hpp"
#include "lib/handoff/runtime.hpp"

namespace core {

using namespace base;

// Loads the runtime services' own image and lets it fill its table. A flash for variables would end where the
// firmware's begins.
void load_runtime(handoff::PowerOff power_off, Gpa firmware_flash);
const handoff::RuntimeHooks& runtime_hooks();

// EFI_MEMORY_ATTRIBUTES_TABLE [uefi §4.6.4]: announced early, filled when boot services end.
void announce_memory_attributes();

// Part of ExitBootServices; allocates nothing.
void hand_over_to_runtime();

}  // namespace core
