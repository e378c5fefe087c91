// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/svm/vcpu.hpp"

namespace svm {

// Every exit but an NMI, under the machine's lock.
void handle_exit(Vcpu& v);
// MOV to CR0 or LMSW: what a processor does to CR0, EFER.LMA and the view.
void write_cr0(Vcpu& v);
// The first IRET in real mode on a stack that is still 32 bits wide: QEMU 7.2 would take SP for ESP.
void real_mode_iret(Vcpu& v);
void end_shadow(Vcpu& v);

// What a kind of guest makes of the exits that are about it; set once.
struct Model {
  void (*exit)(Vcpu& v);
  // INIT and SIPI from the guest's interrupt controller.
  void (*init)(Vcpu& sender, Vcpu& target);
  void (*sipi)(Vcpu& target, u8 vector);
};
void set_model(const Model& model);
const Model& model();

}  // namespace svm
