// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace drivers {

// EFI_UNICODE_COLLATION_PROTOCOL, both versions [uefi §13.11].
void install_collation();

}  // namespace drivers
