// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace snp {

using namespace base;

enum class PageType : u8 { normal = 1, vmsa = 2, zero = 3, unmeasured = 4, secrets = 5, cpuid = 6 };

// The launch digest [snp §8.17.2 table 67].
class LaunchDigest {
 public:
  void add(PageType type, u64 gpa, const void* page);
  const u8* bytes() const { return digest_; }

 private:
  u8 digest_[48] = {};
};

}  // namespace snp
