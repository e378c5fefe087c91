// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/hii/strings.hpp"

#include <memory>

// A package list as a program hands it in: what passes the check can be walked, and every string be asked for.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  using namespace hii;
  constexpr size_t header = sizeof(efi::HiiPackageListHeader);
  if (size < header || size > 4096) return 0;
  const std::unique_ptr<unsigned char[]> copy(new unsigned char[size]);
  __builtin_memcpy(copy.get(), data, size);
  // The memory ends where the list does.
  const base::u32 bytes = static_cast<base::u32>(size);
  __builtin_memcpy(copy.get() + 16, &bytes, sizeof bytes);
  auto list = check_list(reinterpret_cast<const efi::HiiPackageListHeader*>(copy.get()));
  if (!list) return 0;
  Packages packages(*list);
  unsigned sum = 0;
  for (Bytes p; packages.next(p);) {
    auto strings = StringPackage::open(p);
    if (!strings) continue;
    const efi::StringId end = strings->next_id();
    sum += static_cast<unsigned>(strings->language().size());
    for (unsigned id = 0; id <= end && id < 40; ++id)
      if (auto text = strings->find(static_cast<efi::StringId>(id)))
        for (base::u64 i = 0; i < text->length(); ++i) sum += (*text)[i];
  }
  [[maybe_unused]] static volatile unsigned sink;
  sink = sum;
  return 0;
}
