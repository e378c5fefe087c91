// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/lies/lies.hpp"

namespace lies {

const Scenario fw_cfg_lies[] = {
    {},
};

}  // namespace lies
