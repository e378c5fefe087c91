// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/sev/cpuid_page.hpp"
#include "lib/cc/sev/ghcb.hpp"
#include "lib/cc/sev/secrets_page.hpp"
#include "tests/machine/svm/vcpu.hpp"

// A hostile host, by scenario. Each hook may replace what the honest host is about to answer.
namespace lies {

using namespace base;

enum class Pvalidate : u8 { honest, size_mismatch, invalid_input, unchanged };

struct Scenario {
  const char* name;  // in the catalogue too, which says what it is
  void (*start)() = nullptr;  // before the launch
  void (*msr_reply)(svm::Vcpu& v, u64 request, u64& reply) = nullptr;
  void (*page_request)(svm::Vcpu& v, u64 exit_code, cc::sev::Ghcb& ghcb) = nullptr;  // before the host serves it
  bool (*page_answer)(svm::Vcpu& v, u64 exit_code, cc::sev::Ghcb& ghcb) = nullptr;   // true: in the honest host's place
  void (*page_reply)(svm::Vcpu& v, u64 exit_code, cc::sev::Ghcb& ghcb) = nullptr;
  void (*cpuid_page)(cc::sev::CpuidPage& page) = nullptr;
  void (*secrets_page)(cc::sev::SecretsPage& page) = nullptr;
  void (*hashes_page)(u8* page) = nullptr;
  void (*sev_status)(u64& status) = nullptr;
  void (*first_entry)(svm::Vcpu& v) = nullptr;  // before the first instruction
  void (*vc)(svm::Vcpu& v, u64& code) = nullptr;
  void (*entry)(svm::Vcpu& v) = nullptr;       // before the guest runs on after an exit
  bool (*validated)(svm::Vcpu& v, u64 gpa) = nullptr;  // after PVALIDATE; true when it tampered
  Pvalidate (*pvalidate)(svm::Vcpu& v, u64 gpa, bool large, bool validate) = nullptr;  // in place of it
  bool (*page_state)(svm::Vcpu& v, u64 operation, u64 gpa, bool large) = nullptr;  // true: called done, and is not
  u8 (*item)(u16 key, u32 offset, u8 value) = nullptr;  // a byte of fw_cfg
  void (*port_in)(svm::Vcpu& v, u16 port, unsigned bytes, u32& value) = nullptr;
  void (*port_out)(svm::Vcpu& v, u16 port, unsigned bytes, u32 value) = nullptr;  // after it
  void (*mmio_read)(svm::Vcpu& v, u64 gpa, unsigned bytes, u64& value) = nullptr;
};

// Scenarios by what they lie about, each ended by one without a name.
extern const Scenario msr_protocol_lies[], page_state_lies[], reply_lies[], launch_lies[], exception_lies[], item_lies[], device_lies[], processor_lies[];
bool choose(const char* name);
const Scenario& chosen();
// Says once that the lie has been told.
void told();
inline void told(const svm::Vcpu&) { told(); }

}  // namespace lies
