// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace snp {

using namespace base;

void launch();
extern u8 launch_digest[48];
// Key of a guest message; not secret: byte i of key k is 0x11 * (k + 1) + i.
const u8* vmpck(unsigned key);

}  // namespace snp
