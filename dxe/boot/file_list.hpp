// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/path.hpp"
#include "dxe/boot/screen.hpp"

namespace boot {

// Boot loaders on the file systems that are connected: what is called *.efi in a folder of \\EFI.
struct FileList {
  static constexpr unsigned max = 48;
  Text names[max];
  OwnPath paths[max];
  unsigned count = 0;
};
void find_loaders(FileList& to);

}  // namespace boot
