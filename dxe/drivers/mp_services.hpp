// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

// EFI_MP_SERVICES_PROTOCOL [pi vol. 2 §13.4].
namespace drivers {

void install_mp_services();

}  // namespace drivers
