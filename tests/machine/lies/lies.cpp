// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/lies/lies.hpp"

#include "tests/machine/lies/device_catalogue.hpp"
#include "tests/machine/lies/processors.hpp"
#include "tests/machine/report/report.hpp"

namespace lies {

namespace {
constexpr const Scenario* tables[] = {msr_protocol_lies, page_state_lies, reply_lies, launch_lies, exception_lies, item_lies, device_lies, processor_lies};
constexpr Scenario honest{.name = ""};
const Scenario* scenario = &honest;
bool reported;

bool same(const char* a, const char* b) {
  while (*a && *a == *b) ++a, ++b;
  return *a == *b;
}
bool in_catalogue(const char* name) {
  for (const Lie& lie : catalogue)
    if (same(lie.name, name)) return true;
  for (const Lie& lie : device_catalogue)
    if (same(lie.name, name)) return true;
  for (const Lie& lie : processor_catalogue)
    if (same(lie.name, name)) return true;
  return false;
}
}  // namespace

bool choose(const char* name) {
  if (!*name) return true;
  for (const Scenario* table : tables)
    for (const Scenario* s = table; s->name; ++s) {
      if (!in_catalogue(s->name)) report::end(host::End::host_fault, "a lie is missing in the catalogue");
      if (same(s->name, name)) scenario = s;
    }
  return scenario != &honest;
}
const Scenario& chosen() { return *scenario; }

void told() {
  if (reported) return;
  reported = true;
  report::event("lie", 0, "\"name\": \"%s\"", scenario->name);
}

}  // namespace lies
