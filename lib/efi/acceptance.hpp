// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

// Lazy acceptance of a confidential guest's memory [facts §16].
namespace efi {

// EFI_MEMORY_ACCEPT_PROTOCOL of edk2.
struct MemoryAccept {
  static constexpr Guid guid = "38c74800-5590-4db4-a0f3-675d9b8e8026"_guid;
  Status(EFIAPI* accept)(MemoryAccept* self, PhysicalAddress start, u64 bytes);
};

// How an operating system says that it knows unaccepted memory (OVMF_SEV_MEMORY_ACCEPTANCE_PROTOCOL).
struct AcceptanceOptIn {
  static constexpr Guid guid = "c5a010fe-38a7-4531-8a4a-0500d2fd1649"_guid;
  Status(EFIAPI* allow)(AcceptanceOptIn* self);
};

}  // namespace efi
