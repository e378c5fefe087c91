// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/sev/cpuid_page.hpp"
#include "lib/cc/sev/ghcb.hpp"
#include "lib/cc/sev/secrets_page.hpp"
#include "tests/machine/svm/vcpu.hpp"

// A hostile host, by scenario. Each hook may replace what the honest host is about to answer.
namespace lies {

using namespace base;

struct Scenario {
  const char* name;
  const char* what;
  void (*msr_reply)(svm::Vcpu& v, u64 request, u64& reply) = nullptr;
  void (*page_reply)(svm::Vcpu& v, u64 exit_code, cc::sev::Ghcb& ghcb) = nullptr;
  void (*cpuid_page)(cc::sev::CpuidPage& page) = nullptr;
  void (*secrets_page)(cc::sev::SecretsPage& page) = nullptr;
  void (*sev_status)(u64& status) = nullptr;
  void (*vc)(svm::Vcpu& v, u64& code) = nullptr;
  void (*entry)(svm::Vcpu& v) = nullptr;       // before the guest runs on after an exit
  bool (*validated)(svm::Vcpu& v, u64 gpa) = nullptr;  // after PVALIDATE; true when it tampered
};

// Scenarios, ended by one without a name.
extern const Scenario scenarios[];
bool choose(const char* name);
const Scenario& chosen();
// Says once that the lie has been told.
void told(const svm::Vcpu& v);

}  // namespace lies
