// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/core/handle.hpp"

namespace core {

// Finding handles and protocols [uefi §7.3].
Result<> locate_handle(efi::LocateSearchType type, const Guid* protocol, void* search_key, u64* buffer_size, efi::Handle* buffer);
Result<> locate_handle_buffer(efi::LocateSearchType type, const Guid* protocol, void* search_key, u64* count, efi::Handle** buffer);
Result<> locate_protocol(const Guid* protocol, void* registration, void** interface);
Result<> locate_device_path(const Guid* protocol, efi::DevicePath** path, efi::Handle* device);
Result<> protocols_per_handle(efi::Handle handle, Guid*** protocols, u64* count);

// A protocol was installed: signals whoever registered for it.
void notify_installed(const Guid& protocol);

}  // namespace core
