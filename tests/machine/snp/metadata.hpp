// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/cc/sev/metadata.hpp"

namespace snp {

using namespace base;

// The image as the host received it.
struct Image {
  const u8* bytes;
  u64 size;
};

// Data of a footer table entry, or nullptr. As QEMU reads it: an entry that overruns the table ends the search.
const u8* footer_entry(const Image& image, const Guid& guid, u32 bytes);
struct Sections {
  const cc::sev::MetadataSection* first;
  u32 count;
};
// Ends the run with a reason when QEMU would refuse the image.
Sections sections(const Image& image);

}  // namespace snp
