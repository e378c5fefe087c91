// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/option.hpp"
#include "lib/efi/boot_services.hpp"
#include "lib/pci/topology.hpp"

// The devices that can be booted from, and the entries that the firmware makes for them.
namespace boot {

// Storage and USB controllers with all that hangs on them; once.
void connect_disks();
// Network cards, with their option ROMs; once.
void connect_network();

// Starts the option ROM of a network card that has one which was not started before.
bool start_network_rom(efi::Handle handle);
// The path of the network card that a path goes through; empty: through none.
Bytes network_card_of(const efi::DevicePath* path);
bool disks_are_connected();

// Takes away entries that a firmware made for devices which are no more. Connects nothing.
void drop_stale_entries(Options& options);
// Makes an entry for each device that has none: removable media first, then disks, then network cards that were connected.
// Drops stale ones. Returns the number of new ones.
unsigned refresh_entries(Options& options);
// The same for one network card that was not connected.
void add_network_entry(Options& options, const efi::DevicePath* path);

}  // namespace boot
