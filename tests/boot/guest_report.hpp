// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace boot {

// The `ASHLAR key=value` lines of guest/checks.sh.
class GuestReport
{
public:
    explicit GuestReport(std::string_view transcript);

    std::string text(std::string const& key) const;
    std::uint64_t number(std::string const& key) const;
    std::vector<std::uint8_t> bytes(std::string const& key) const;
    std::vector<std::string> all(std::string const& key) const;
    bool lists(std::string const& key, std::string const& word) const;

private:
    std::multimap<std::string, std::string> values_;
};

}
