// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <vector>

#include "lib/compress/efi.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  auto bytes = compress::efi_size({data, size});
  if (!bytes || *bytes > 1 << 20) return 0;
  std::vector<base::u8> into(*bytes);
  (void)!compress::efi_decompress({data, size}, into);
  return 0;
}
