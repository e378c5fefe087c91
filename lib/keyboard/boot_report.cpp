// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/keyboard/boot_report.hpp"

#include <algorithm>

namespace keyboard {
namespace {

constexpr Usage first_key = usage::a;  // below: no key, or errors
constexpr Usage roll_over = 0x01;

bool contains(std::span<const Usage> keys, Usage wanted) { return std::find(keys.begin(), keys.end(), wanted) != keys.end(); }

}  // namespace

bool BootReport::down(Usage u) const { return contains(keys_, u); }

unsigned BootReport::feed(std::span<const u8> report, std::span<Event, max_events> events) {
  if (report.size() < bytes || report[2] == roll_over) return 0;
  const auto now = report.subspan(2, keys);
  unsigned count = 0;
  for (Usage u : keys_)
    if (u >= first_key && !contains(now, u)) events[count++] = {u, false};
  for (unsigned bit = 0; bit < 8; ++bit)
    if ((report[0] ^ modifiers_) >> bit & 1)
      events[count++] = {static_cast<Usage>(usage::first_modifier + bit), static_cast<bool>(report[0] >> bit & 1)};
  if (!contains(now, held_)) held_ = usage::none;
  for (unsigned i = 0; i < keys; ++i)
    if (now[i] >= first_key && now[i] < usage::first_modifier && !down(now[i]) && !contains(now.first(i), now[i])) {
      events[count++] = {now[i], true};
      held_ = now[i];
    }
  modifiers_ = report[0];
  std::copy(now.begin(), now.end(), keys_);
  return count;
}

}  // namespace keyboard
