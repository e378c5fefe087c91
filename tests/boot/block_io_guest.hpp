// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "disk_image.hpp"
#include "qemu.hpp"

namespace boot {

// One `DISK` line.
struct ReportedDisk {
  std::string path;
  std::map<std::string, std::uint64_t> fields;
  std::uint64_t at(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? ~0ull : found->second;
  }
};

// Runs the payload, expects no FAIL line, and returns what it saw.
std::vector<ReportedDisk> run_disks(const std::string& name, const std::string& machine_type, const std::vector<std::string>& devices);

}  // namespace boot
