// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/hii/database.hpp"

namespace drivers {

void install_hii_database() {}
void install_hii_string() {}
void install_hii_font() {}
void install_hii_config_routing() {}

}  // namespace drivers
