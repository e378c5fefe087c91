// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/unit/mem/region_map_model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  using namespace region_map_model;
  fakes::Choices choices(std::span(data, size));
  const mem::Limits limits = choices.one_in(2) ? mem::Limits{} : mem::Limits{address(choices.below(page_count)), address(choices.below(page_count))};
  Model model(limits);
  while (!choices.exhausted()) model.step(choices);
  return 0;
}
