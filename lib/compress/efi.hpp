// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/base/result.hpp"

// EFI 1.1 compression [uefi §19]: LZ77 with two Huffman codes per block, as option ROMs use it.
namespace compress {

using namespace base;

// How long what the source holds will be. volume_corrupted: no whole header, or the source is shorter than it says.
Result<u32> efi_size(std::span<const u8> source);

// `into` has exactly efi_size() bytes. Every reference backwards stays inside what was written, every code that cannot be ends
// with volume_corrupted; the source is never read past its end, where the format has zeros.
Result<> efi_decompress(std::span<const u8> source, std::span<u8> into);

}  // namespace compress
