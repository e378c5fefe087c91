// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/snp/model.hpp"

namespace snp {

bool guest_request(Vcpu&, u64, u64, u64&) { return false; }

}  // namespace snp
