// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "guest_report.hpp"

#include <algorithm>
#include <cstdlib>
#include <ranges>

namespace boot {

GuestReport::GuestReport(std::string_view transcript) {
  constexpr std::string_view mark = "ASHLAR ";
  for (const auto part : std::views::split(transcript, '\n')) {
    std::string_view line(part.begin(), part.end());
    while (line.ends_with('\r')) line.remove_suffix(1);
    const auto equals = line.find('=');
    if (!line.starts_with(mark) || equals == std::string_view::npos) continue;
    values_.emplace(line.substr(mark.size(), equals - mark.size()), line.substr(equals + 1));
  }
}

std::string GuestReport::text(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? "(no " + key + " in the report)" : found->second;
}

std::uint64_t GuestReport::number(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? ~std::uint64_t{0} : std::strtoull(found->second.c_str(), nullptr, 10);
}

std::vector<std::uint8_t> GuestReport::bytes(const std::string& key) const {
  std::vector<std::uint8_t> result;
  const auto found = values_.find(key);
  for (std::size_t at = 0; found != values_.end() && at + 1 < found->second.size(); at += 2)
    result.push_back(static_cast<std::uint8_t>(std::stoul(found->second.substr(at, 2), nullptr, 16)));
  return result;
}

std::vector<std::string> GuestReport::all(const std::string& key) const {
  std::vector<std::string> result;
  const auto [begin, end] = values_.equal_range(key);
  std::transform(begin, end, std::back_inserter(result), [](const auto& pair) { return pair.second; });
  return result;
}

bool GuestReport::lists(const std::string& key, const std::string& word) const {
  return (" " + text(key) + " ").contains(" " + word + " ");
}

}  // namespace boot
