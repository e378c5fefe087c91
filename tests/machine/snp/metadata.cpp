// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/snp/metadata.hpp"

#include "lib/base/endian.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/svm/views.hpp"

namespace snp {

namespace {

using namespace cc::sev;

[[noreturn]] void refuse(const char* why) { report::end(host::End::refused, why); }

bool known(SectionType type) {
  switch (type) {
    case SectionType::sec_memory: case SectionType::secrets: case SectionType::cpuid: case SectionType::svsm_caa:
    case SectionType::kernel_hashes: return true;
  }
  return false;
}

void check(const Sections& s) {
  for (u32 i = 0; i < s.count; ++i) {
    const MetadataSection& a = s.first[i];
    if (!known(a.type)) refuse("metadata: unknown section type");
    if (a.base % 4096 || a.length % 4096 || !a.length) refuse("metadata: section not page aligned");
    if ((a.type == SectionType::secrets || a.type == SectionType::cpuid) && a.length != 4096)
      refuse("metadata: secrets and CPUID sections are one page");
    for (u64 gpa = a.base; gpa < u64{a.base} + a.length; gpa += 4096)
      if (!svm::views::is_ram(gpa)) refuse("metadata: section outside RAM");
    for (u32 j = 0; j < i; ++j) {
      const MetadataSection& b = s.first[j];
      if (a.base < u64{b.base} + b.length && b.base < u64{a.base} + a.length) refuse("metadata: sections overlap");
    }
  }
}

}  // namespace

const u8* footer_entry(const Image& image, const Guid& guid, u32 bytes) {
  const u8* at = image.bytes + image.size - footer_from_end;
  if (__builtin_memcmp(at, &footer_guid, sizeof footer_guid)) return nullptr;
  at -= sizeof(u16);
  i64 left = i64{load_le<u16>(at)} - static_cast<i64>(sizeof(FooterEntry));
  if (left < 0 || left > at - image.bytes) refuse("footer table has an invalid size");
  while (left >= static_cast<i64>(sizeof(FooterEntry))) {
    const auto entry = load_le<FooterEntry>(at - sizeof(FooterEntry));
    if (entry.length < sizeof(FooterEntry) || entry.length > left) return nullptr;
    at -= entry.length;
    left -= entry.length;
    if (entry.guid == guid) return entry.length - sizeof(FooterEntry) >= bytes ? at : nullptr;
  }
  return nullptr;
}

Sections sections(const Image& image) {
  const u8* entry = footer_entry(image, sev_metadata_guid, 4);
  if (!entry) refuse("no SEV metadata");
  const u32 offset = load_le<u32>(entry);
  if (offset < sizeof(MetadataHeader) || offset > image.size) refuse("metadata: offset outside the image");
  const u8* at = image.bytes + image.size - offset;
  const auto header = load_le<MetadataHeader>(at);
  if (header.signature != metadata_signature) refuse("metadata: bad signature");
  if (header.version != metadata_version) refuse("metadata: unknown version");
  if (header.length < sizeof header || header.length > offset) refuse("metadata: bad length");
  if (header.count > (header.length - sizeof header) / sizeof(MetadataSection)) refuse("metadata: more sections than its length holds");
  const Sections s{reinterpret_cast<const MetadataSection*>(at + sizeof header), header.count};
  check(s);
  return s;
}

}  // namespace snp
