// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/boot/option.hpp"

namespace boot {

// What `bootindex=` asks for: the entries of the named devices come first, made if need be; of the others those for PCI
// devices and disks are dropped, as OVMF does. `strict`: nothing else shall be tried (`-boot strict=on`). False: QEMU asked for
// nothing that is there, and the order is as it was.
struct QemuOrder {
  bool applied, strict;
};
QemuOrder apply_qemu_order(Options& options);

}  // namespace boot
