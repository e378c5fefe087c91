// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/handoff/pei_to_dxe.hpp"
#include "lib/mem/region_map.hpp"
#include "lib/module/module.hpp"

namespace pei {

// Finds, places and starts DXE.
class DxeLoader {
 public:
  explicit DxeLoader(mem::RegionMap& map) : map_(map) {}
  // Fills everything of the hand-off but the time stamps and regions; terminates on a damaged image.
  void prepare(handoff::PeiToDxe& to_dxe);
  void build_page_tables(handoff::PeiToDxe& to_dxe);
  [[noreturn]] void start(const handoff::PeiToDxe& to_dxe);

 private:
  base::PageRange allocate(base::u64 pages, efi::MemoryType type);
  mem::RegionMap& map_;
  const module::Header* header_ = nullptr;
  base::u64 entry_ = 0;
};

}  // namespace pei
