// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

// Messages between a guest and the PSP: wire format only [snp §7.3, §8.26 table 99-101].
namespace snp {

using namespace base;

struct MessageHeader {
  u8 tag[32];
  u64 sequence;
  u64 reserved_0;
  u8 algorithm;  // 1: AES-256-GCM
  u8 header_version;
  u16 header_size;
  u8 type, version;
  u16 size;
  u32 reserved_1;
  u8 vmpck;
  u8 reserved_2[35];
};
static_assert(sizeof(MessageHeader) == 0x60 && offsetof(MessageHeader, algorithm) == 0x30);

struct Message {
  MessageHeader header;
  u8 payload[4096 - sizeof(MessageHeader)];
};

inline constexpr u8 report_request = 5, report_response = 6;

struct ReportRequest {
  u8 report_data[64];
  u32 vmpl;
  u32 key_select;
  u8 reserved[24];
};
static_assert(sizeof(ReportRequest) == 0x60);

// [snp §7.3 table 23]
struct AttestationReport {
  u32 version, guest_svn;
  u64 policy;
  u8 family_id[16], image_id[16];
  u32 vmpl, signature_algorithm;  // 1: ECDSA P-384 with SHA-384
  u64 current_tcb, platform_info;
  u32 flags, reserved_0;
  u8 report_data[64], measurement[48], host_data[32], id_key_digest[48], author_key_digest[48], report_id[32],
      report_id_ma[32];
  u64 reported_tcb;
  u8 reserved_1[24], chip_id[64];
  u64 committed_tcb;
  u8 reserved_2[8];
  u64 launch_tcb;
  u8 reserved_3[168];
  u8 signature_r[72], signature_s[72], reserved_4[368];  // little-endian numbers
};
static_assert(sizeof(AttestationReport) == 0x4a0 && offsetof(AttestationReport, report_data) == 0x50);
static_assert(offsetof(AttestationReport, measurement) == 0x90 && offsetof(AttestationReport, signature_r) == 0x2a0);

struct ReportResponse {
  u32 status, size;
  u8 reserved[24];
  AttestationReport report;
};
static_assert(sizeof(ReportResponse) == 0x20 + 0x4a0);

}  // namespace snp
