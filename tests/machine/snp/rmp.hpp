// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "tests/machine/svm/vcpu.hpp"

// The reverse map table [apm2 §15.36.3] of the one guest, by guest page, and the views that follow from it: private
// when assigned and validated, shared when not assigned.
namespace snp::rmp {

using namespace base;

struct Entry {
  u32 assigned : 1, validated : 1, large : 1, vmsa : 1;
  u32 walk_alias : 1, fetch_alias : 1;
  u32 tampered : 1;        // the host did this behind the guest's back: the processor tells the guest
  u32 permissions : 12;    // of VMPL 1, 2, 3
};

void init();
Entry* find(u64 gpa);      // nullptr: no RAM of the guest
void refresh(u64 gpa);     // the views of one page, after a change
void assign(u64 gpa, bool large, bool validated = false);
void unassign(u64 gpa);
void give(u64 gpa);        // by the launch: assigned and validated, contents as they are
// A lenient host's repair: to be validated again, contents as they are.
void take_back(u64 gpa, bool large);
// Splits the 2 MiB entry around the page, as a host's PSMASH does.
void smash(u64 gpa);
// Every page of SEV and SEV-ES guests has both views.
void open_everything();

}  // namespace snp::rmp
