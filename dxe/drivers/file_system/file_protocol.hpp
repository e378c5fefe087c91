// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/file.hpp"
#include "lib/file_system/volume.hpp"

namespace drivers {

using namespace base;

// A volume that serves EFI_FILE_PROTOCOL. Handles outlive the driver that made them: they keep the volume, and say
// no_media once it has been withdrawn [uefi §13.4].
class ServedVolume {
 public:
  virtual file_system::Volume& volume() = 0;
  // A new handle on the root directory.
  Result<efi::File*> open_root();
  // No medium from now on; the volume dies with its last handle.
  void withdraw();

 protected:
  ~ServedVolume() = default;
  virtual void cut_off() {}
  virtual void free() {}

 private:
  friend class FileHandle;
  void handle_closed();

  u32 handles_ = 0;
  bool withdrawn_ = false;
};

extern const file_system::Surroundings file_system_surroundings;

}  // namespace drivers
