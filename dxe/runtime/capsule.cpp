// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/runtime/services.hpp"

// Capsules [uefi §8.5.3]: none is supported, after the checks that come first.
namespace runtime {
namespace {

namespace flag = efi::capsule_flag;

Result<> check(efi::CapsuleHeader** capsules, u64 count) {
  if (count == 0 || !capsules) return Error::invalid_parameter;
  for (u64 i = 0; i < count; ++i) {
    if (!capsules[i]) return Error::invalid_parameter;
    const u32 flags = capsules[i]->flags;
    const bool persists = (flags & flag::persist_across_reset) != 0;
    if ((flags & (flag::populate_system_table | flag::initiate_reset)) && !persists) return Error::invalid_parameter;
  }
  return {};
}

}  // namespace

Result<> update_capsule(efi::CapsuleHeader** capsules, u64 count, u64 scatter_gather_list) {
  TRY(check(capsules, count));
  for (u64 i = 0; i < count; ++i)
    if ((capsules[i]->flags & flag::persist_across_reset) && !scatter_gather_list) return Error::invalid_parameter;
  return Error::unsupported;
}

Result<> query_capsule_capabilities(efi::CapsuleHeader** capsules, u64 count, u64* maximum_size,
                                    efi::ResetType* reset) {
  if (!maximum_size || !reset) return Error::invalid_parameter;
  TRY(check(capsules, count));
  return Error::unsupported;
}

}  // namespace runtime
