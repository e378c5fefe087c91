// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace boot {

// The `ASHLAR key=value` lines of guest/checks.sh.
class GuestReport {
 public:
  explicit GuestReport(std::string_view transcript);

  std::string text(const std::string& key) const;
  std::uint64_t number(const std::string& key) const;
  std::vector<std::uint8_t> bytes(const std::string& key) const;
  std::vector<std::string> all(const std::string& key) const;
  bool lists(const std::string& key, const std::string& word) const;

 private:
  std::multimap<std::string, std::string> values_;
};

}  // namespace boot
