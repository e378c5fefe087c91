// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace drivers {

// EFI_DECOMPRESS_PROTOCOL [uefi §19.5].
void install_decompress();

}  // namespace drivers
