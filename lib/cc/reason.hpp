// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace cc {

using namespace base;

// Why this firmware gave up: the one table. The number is what a host sees (SEV: reason code of set 2; TDX:
// ReportFatalError code), so numbers are never reused. 0x02 and 0x10 to 0x14 are also spelled in reset/sev32.nasm.
inline constexpr u8 reason_set = 2;

#define CC_REASONS(X)                                                                     \
  X(general, 0x00, "unspecified failure")                                                 \
  X(panic, 0x01, "a bug of the firmware")                                                 \
  X(cpu_exception, 0x02, "unexpected processor exception")                                \
  X(unsupported_guest, 0x03, "this kind of confidential guest is not supported yet")      \
  X(no_memory, 0x04, "no usable memory was reported")                                     \
  X(no_fw_cfg, 0x05, "QEMU's firmware configuration device is missing")                   \
  X(damaged_image, 0x06, "the firmware image is damaged")                                 \
  X(unsupported_machine, 0x07, "the machine is neither q35 nor pc")                       \
  X(unexpected_interrupt, 0x08, "an interrupt while they were off, or that nobody set up") \
  X(illegal_sev_status, 0x10, "SEV_STATUS shows a combination that does not exist")       \
  X(bad_c_bit, 0x11, "the host's C-bit position is not the one in use")                   \
  X(contradicting_cpuid, 0x12, "CPUID traps contradict SEV_STATUS")                       \
  X(early_vc, 0x13, "an early #VC that no CPUID instruction caused")                      \
  X(bad_cpuid_response, 0x14, "a malformed answer to an early CPUID request")             \
  X(ghcb_msr_response, 0x20, "a wrong answer by the GHCB MSR protocol")                   \
  X(ghcb_version, 0x21, "no common version of the GHCB protocol")                         \
  X(ghcb_not_registered, 0x22, "the host refused to register the GHCB")                   \
  X(hypervisor_without_snp, 0x23, "the host does not offer SEV-SNP")                      \
  X(unknown_sev_features, 0x24, "SEV_STATUS shows features that are not implemented")     \
  X(cpuid_page, 0x25, "the CPUID page is malformed")                                      \
  X(secrets_page, 0x26, "the secrets page is malformed")                                  \
  X(not_vmpl0, 0x27, "not at VMPL 0")                                                     \
  X(svsm_present, 0x28, "there is an SVSM, which is not supported yet")                   \
  X(page_state_msr, 0x30, "the host refused a page state change by MSR")                  \
  X(page_state_list, 0x31, "the host failed or altered a page state change list")         \
  X(pvalidate_failed, 0x32, "PVALIDATE failed")                                           \
  X(already_validated, 0x33, "a page was validated before we did it: replayed memory")    \
  X(not_validated, 0x34, "a page that should have been validated was not")                \
  X(unvalidated_access, 0x35, "access to a page that was never validated")                \
  X(page_ledger, 0x36, "the page ledger was asked for an impossible transition")          \
  X(ghcb_reply, 0x40, "an undefined reply in the GHCB")                                   \
  X(ghcb_missing_field, 0x41, "a reply in the GHCB lacks a field that it must have")      \
  X(ghcb_malformed, 0x42, "the host called a request of ours malformed")                  \
  X(ghcb_bad_event, 0x43, "the host wanted an event injected that it must not")           \
  X(vc_wrong_opcode, 0x50, "a #VC does not match the instruction that it names")          \
  X(vc_unsupported, 0x51, "a #VC that cannot be emulated")                                \
  X(vc_mmio_private, 0x52, "an emulated device access to private memory")                 \
  X(vc_nested, 0x53, "a #VC while one was being handled")                                 \
  X(kernel_hash, 0x60, "kernel, initrd or command line differ from the measured hashes")  \
  X(kernel_hash_table, 0x61, "the table of kernel hashes is malformed")                   \
  X(processor_list, 0x70, "the host's list of processors contradicts itself")             \
  X(save_area, 0x71, "a page could not be made a processor's save area, or an ordinary page again") \
  X(processor_not_stopped, 0x72, "a processor of the firmware could not be stopped")

enum class Reason : u8 {
#define X(id, code, text) id = code,
  CC_REASONS(X)
#undef X
};

const char* describe(Reason reason);

}  // namespace cc
