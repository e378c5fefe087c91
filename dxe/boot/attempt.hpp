// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/option.hpp"
#include "dxe/boot/screen.hpp"
#include "lib/efi/status.hpp"

// Trying things, and remembering why they failed.
namespace boot {

// Starts what an entry names; comes back when none of it could be started, or it returned. Each failure is written down.
void try_option(Option& option);
// The same for a path that no variable holds.
void try_path(const Text& name, const efi::DevicePath* path);

// A line for the table of what was tried.
void note_failure(const Text& line);
// Prints the table, or that there was nothing to try.
void explain();
// Only its last line.
void explain_last();

// Loads and starts an image as the boot manager does. `loaded`: did it come so far?
efi::Status run_image(const efi::DevicePath* path, Bytes load_options, bool& loaded);

}  // namespace boot
