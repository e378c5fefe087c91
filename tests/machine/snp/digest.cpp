// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/snp/digest.hpp"

#include <bearssl.h>

namespace snp {

namespace {

struct PageInfo {
  u8 digest[48], contents[48];
  u16 length;
  u8 type, is_imi, vmpl_permissions[3], reserved;
  u64 gpa;
};
static_assert(sizeof(PageInfo) == 0x70);

void sha384(const void* from, usize bytes, u8* to) {
  br_sha384_context c;
  br_sha384_init(&c);
  br_sha384_update(&c, from, bytes);
  br_sha384_out(&c, to);
}

}  // namespace

void LaunchDigest::add(PageType type, u64 gpa, const void* page) {
  PageInfo info{};
  __builtin_memcpy(info.digest, digest_, sizeof digest_);
  if (type == PageType::normal || type == PageType::vmsa) sha384(page, 4096, info.contents);
  info.length = sizeof info;
  info.type = static_cast<u8>(type);
  info.gpa = gpa;
  sha384(&info, sizeof info, digest_);
}

}  // namespace snp
