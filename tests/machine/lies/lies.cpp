// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/lies/lies.hpp"

#include "tests/machine/report/report.hpp"

namespace lies {

namespace {
constexpr Scenario honest{"", "the host tells the truth"};
const Scenario* scenario = &honest;
bool reported;

bool same(const char* a, const char* b) {
  while (*a && *a == *b) ++a, ++b;
  return *a == *b;
}
}  // namespace

bool choose(const char* name) {
  if (!*name) return true;
  for (const Scenario* s = scenarios; s->name; ++s)
    if (same(s->name, name)) {
      scenario = s;
      return true;
    }
  return false;
}
const Scenario& chosen() { return *scenario; }

void told(const svm::Vcpu& v) {
  if (reported) return;
  reported = true;
  report::event("lie", v.apic_id, "\"name\": \"%s\", \"what\": \"%s\"", scenario->name, scenario->what);
}

}  // namespace lies
