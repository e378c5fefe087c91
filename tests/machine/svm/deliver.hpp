// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/svm/vcpu.hpp"

namespace svm {

// An exception with an error code, entered through the guest's own IDT: event injection in QEMU 7.2 pushes no error
// code for vector 29. False when the guest's tables or stack cannot take it.
bool deliver(Vcpu& v, u8 vector, u64 error_code);
// An interrupt that its controller has handed over: QEMU 7.2 delivers an injected one twice.
bool deliver_interrupt(Vcpu& v, u8 vector);

}  // namespace svm
