// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/handle.hpp"

namespace core {

// Who uses what [uefi §7.3.9 to §7.3.11].
efi::Status EFIAPI open_protocol(efi::Handle handle, const Guid* protocol, void** interface, efi::Handle agent,
                                 efi::Handle controller, u32 attributes);
efi::Status EFIAPI handle_protocol(efi::Handle handle, const Guid* protocol, void** interface);
Result<> close_protocol(efi::Handle handle, const Guid* protocol, efi::Handle agent, efi::Handle controller);
Result<> open_protocol_information(efi::Handle handle, const Guid* protocol, efi::OpenProtocolInformationEntry** entries, u64* count);

// Before an interface goes away: drivers that hold it are disconnected, the rest of its users refuse.
Result<> stop_users(HandleObject& handle, Interface& interface);
// An agent is gone; so are its uses.
void close_all_of(efi::Handle agent);

}  // namespace core
