// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/svm/vcpu.hpp"

// The guest's way to QEMU's devices.
namespace host {

u32 port_in(svm::Vcpu& v, u16 port, unsigned bytes);
void port_out(svm::Vcpu& v, u16 port, unsigned bytes, u32 value);
// False: no device there.
bool mmio_read(svm::Vcpu& v, u64 gpa, unsigned bytes, u64& value);
bool mmio_write(svm::Vcpu& v, u64 gpa, unsigned bytes, u64 value);

u64 msr_read(svm::Vcpu& v, u32 index);
void msr_write(svm::Vcpu& v, u32 index, u64 value);

}  // namespace host
