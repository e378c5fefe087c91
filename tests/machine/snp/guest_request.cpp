// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <bearssl.h>

#include "lib/arch/cpu.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/guest_message.hpp"
#include "tests/machine/snp/launch.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/views.hpp"

extern "C" {
void save_fpu(void* area);
void restore_fpu(const void* area);
}

// The PSP's side of a guest request [snp §8.26; ghcb §4.1.7]: messages under the VMPCKs of the secrets page, and a
// report signed with the key of a test.
namespace snp {

namespace {

constexpr u32 msr_fs_base = 0xc000'0100;
constexpr u32 bad_message = 0x16, invalid_key = 0x27, aead_failure = 0x1c;  // [snp table 3]
u64 sequence_seen[4];

// BearSSL was compiled with SSE and a stack protector: the guest's FPU state and FS are put aside while it runs.
class Crypto {
 public:
  Crypto() : fs_base_(arch::read_msr(msr_fs_base)), cr0_(arch::read_cr0()) {
    arch::write_cr0(cr0_ & ~0xcull);  // EM, TS
    save_fpu(area_);
    arch::write_msr(msr_fs_base, reinterpret_cast<u64>(canary_));
  }
  ~Crypto() {
    arch::write_msr(msr_fs_base, fs_base_);
    restore_fpu(area_);
    arch::write_cr0(cr0_);
  }

 private:
  alignas(16) u8 area_[512];
  u64 canary_[8] = {0, 0, 0, 0, 0, 0x5eed'5eed, 0, 0};
  u64 fs_base_, cr0_;
};

constexpr usize authenticated = sizeof(MessageHeader) - offsetof(MessageHeader, algorithm);

// Encrypts or decrypts in place and yields the tag.
void seal(Message& m, bool encrypt, u8* tag) {
  br_aes_ct64_ctr_keys aes;
  br_gcm_context gcm;
  u8 iv[12] = {};
  __builtin_memcpy(iv, &m.header.sequence, 8);
  br_aes_ct64_ctr_init(&aes, vmpck(m.header.vmpck), 32);
  br_gcm_init(&gcm, &aes.vtable, br_ghash_ctmul64);
  br_gcm_reset(&gcm, iv, sizeof iv);
  br_gcm_aad_inject(&gcm, &m.header.algorithm, authenticated);
  br_gcm_flip(&gcm);
  br_gcm_run(&gcm, encrypt, m.payload, m.header.size);
  br_gcm_get_tag(&gcm, tag);
}

void reversed(u8* to, const u8* from, usize bytes) {
  for (usize i = 0; i < bytes; ++i) to[i] = from[bytes - 1 - i];
}

// The private key is the number 1..48 in bytes: anyone may know it.
void sign(AttestationReport& r) {
  u8 key[48], hash[48], signature[96];
  for (unsigned i = 0; i < sizeof key; ++i) key[i] = static_cast<u8>(i + 1);
  const br_ec_private_key private_key{BR_EC_secp384r1, key, sizeof key};
  br_sha384_context c;
  br_sha384_init(&c);
  br_sha384_update(&c, &r, offsetof(AttestationReport, signature_r));
  br_sha384_out(&c, hash);
  br_ecdsa_i31_sign_raw(&br_ec_prime_i31, &br_sha384_vtable, hash, &private_key, signature);
  reversed(r.signature_r, signature, 48);
  reversed(r.signature_s, signature + 48, 48);
}

u32 make_report(Message& m) {
  ReportRequest request;
  if (m.header.type != report_request || m.header.version != 1 || m.header.size != sizeof request) return bad_message;
  __builtin_memcpy(&request, m.payload, sizeof request);
  auto& response = *reinterpret_cast<ReportResponse*>(m.payload);
  response = {};
  response.size = sizeof response.report;
  AttestationReport& r = response.report;
  r.version = 2;
  r.policy = 0x30000;
  r.vmpl = request.vmpl;
  r.signature_algorithm = 1;
  __builtin_memcpy(r.report_data, request.report_data, sizeof r.report_data);
  __builtin_memcpy(r.measurement, launch_digest, sizeof r.measurement);
  sign(r);
  m.header.type = report_response;
  m.header.size = sizeof response;
  return 0;
}

u32 answer(Message& m) {
  const MessageHeader& h = m.header;
  if (h.algorithm != 1 || h.header_version != 1 || h.header_size != sizeof h || h.size > sizeof m.payload) return bad_message;
  if (h.vmpck > 3) return invalid_key;
  u8 tag[16];
  seal(m, false, tag);
  // Each key's messages count on, the answer between two requests included.
  if (__builtin_memcmp(tag, h.tag, sizeof tag) || h.sequence != sequence_seen[h.vmpck] + 1) return aead_failure;
  if (const u32 error = make_report(m)) return error;
  sequence_seen[h.vmpck] = ++m.header.sequence;
  __builtin_memset(m.header.tag, 0, sizeof m.header.tag);
  seal(m, true, m.header.tag);
  return 0;
}

Message* shared_page(u64 gpa) {
  const rmp::Entry* e = rmp::find(gpa);
  return gpa % 4096 || !e || e->assigned ? nullptr : static_cast<Message*>(svm::views::pointer(gpa, false));
}

}  // namespace

bool guest_request(Vcpu& v, u64 request_gpa, u64 response_gpa, u64& error) {
  static Message message;
  const Message* request = shared_page(request_gpa);
  Message* response = shared_page(response_gpa);
  if (!request || !response || request_gpa == response_gpa) return false;
  message = *request;
  {
    const Crypto crypto;
    error = answer(message);
  }
  report::event("guest-request", v.apic_id, "\"type\": %d, \"sequence\": %d, \"error\": %d", request->header.type,
                request->header.sequence, error);
  if (!error) *response = message;
  return true;
}

}  // namespace snp
