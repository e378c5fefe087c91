// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace boot {

// Files of an EFI system partition: where they go, and what they are copies of.
using EspFiles = std::vector<std::pair<std::string, std::string>>;

// A disk with a GPT and one EFI system partition, made with sfdisk and mtools. Returns its path under build/boot-logs.
std::string make_esp_disk(const std::string& name, const EspFiles& files, unsigned mib = 40);
// The same of 4096-byte sectors, with a FAT16 volume.
std::string make_large_sector_disk(const std::string& name, const EspFiles& files, unsigned mib = 40);
// A CD with the files and, as its EFI boot image, a partition with the files.
std::string make_esp_cd(const std::string& name, const EspFiles& files, unsigned mib = 30);

// What payloads/loader.cpp does on the disk: its name and its action.
std::string make_loader_disk(const std::string& name, const std::string& probe, const std::string& loader = "/EFI/BOOT/BOOTX64.EFI");

}  // namespace boot
