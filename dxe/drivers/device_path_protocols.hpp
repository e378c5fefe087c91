// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

namespace drivers {

// EFI_DEVICE_PATH_UTILITIES, _TO_TEXT and _FROM_TEXT protocols [uefi §10.5, §10.6].
void install_device_path_protocols();

}  // namespace drivers
