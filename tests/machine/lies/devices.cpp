// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/lies/lies.hpp"

namespace lies {

const Scenario device_lies[] = {
    {},
};

}  // namespace lies
