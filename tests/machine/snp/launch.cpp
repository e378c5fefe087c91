// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/snp/launch.hpp"

#include "lib/base/endian.hpp"
#include "lib/cc/sev/secrets_page.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/cpuid_table.hpp"
#include "tests/machine/snp/digest.hpp"
#include "tests/machine/snp/kernel_hashes.hpp"
#include "tests/machine/snp/metadata.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/views.hpp"

// What the host and the PSP do before the first instruction, in QEMU's order: image, sections, VMSAs.
namespace snp {

u8 launch_digest[48];

namespace {

using namespace cc::sev;
using host::Mode;

constexpr u64 vmsa_gpa = 0xffff'ffff'f000;
constexpr u32 reset_eip = 0xffff'fff0;

Image image() { return {reinterpret_cast<const u8*>(host::image_base), host::parameters().image_size}; }

void place_image(LaunchDigest& digest) {
  const u64 start = svm::views::rom_start();
  __builtin_memcpy(svm::views::pointer(start, true), image().bytes, image().size);
  for (u64 offset = 0; is_snp() && offset < image().size; offset += 4096) {
    const u64 gpa = start + offset;
    rmp::give(gpa);
    digest.add(PageType::normal, gpa, svm::views::pointer(gpa, true));
  }
}

void fill_secrets(SecretsPage& page) {
  page = {};
  page.version = 3;
  page.family_model_stepping = cpuid(1, 0).eax;
  for (unsigned key = 0; key < 4; ++key) __builtin_memcpy(page.vmpck[key], vmpck(key), 32);
  if (lies::chosen().secrets_page) lies::chosen().secrets_page(page);
}

PageType page_type(SectionType type) {
  switch (type) {
    case SectionType::secrets: return PageType::secrets;
    case SectionType::cpuid: return PageType::cpuid;
    case SectionType::sec_memory: case SectionType::svsm_caa: case SectionType::kernel_hashes: break;
  }
  return PageType::zero;
}

// The table lies where the footer says; its page is then measured with its contents.
bool fill_kernel_hashes(u64 gpa, u8* page) {
  const u32 wanted = host::parameters().kernel_hashes;
  const u8* area = footer_entry(image(), hash_table_guid, 8);
  if (!wanted || !area) return false;
  const u64 base = load_le<u32>(area), bytes = load_le<u32>(area + 4);
  if (base < gpa || base + bytes > gpa + 4096 || bytes < 176) report::end(host::End::refused, "no room for the kernel hashes");
  write_kernel_hashes(page + (base - gpa));
  if (wanted == 2) page[base - gpa + 150] ^= 1;
  return true;
}

void place_section(LaunchDigest& digest, const MetadataSection& s) {
  for (u64 gpa = s.base; gpa < u64{s.base} + s.length; gpa += 4096) {
    rmp::give(gpa);
    void* page = svm::views::pointer(gpa, true);
    if (s.type == SectionType::secrets) fill_secrets(*static_cast<SecretsPage*>(page));
    if (s.type == SectionType::cpuid) {
      fill_cpuid_page(*static_cast<CpuidPage*>(page));
      if (lies::chosen().cpuid_page) lies::chosen().cpuid_page(*static_cast<CpuidPage*>(page));
    }
    const bool hashes = s.type == SectionType::kernel_hashes && fill_kernel_hashes(gpa, static_cast<u8*>(page));
    if (hashes && lies::chosen().hashes_page) lies::chosen().hashes_page(static_cast<u8*>(page));
    digest.add(hashes ? PageType::normal : page_type(s.type), gpa, page);
  }
  report::event("section", 0, "\"gpa\": \"0x%x\", \"bytes\": \"0x%x\", \"type\": %d", s.base, s.length, static_cast<u32>(s.type));
}

// As KVM and QEMU set a processor up at reset.
void fill_vmsa(Vmsa& v, u32 eip) {
  constexpr VmsaSegment data{0, 0x93, 0xffff, 0};
  v.es = v.ss = v.ds = v.fs = v.gs = data;
  v.cs = {0xf000, 0x9b, 0xffff, eip & 0xffff'0000};
  v.gdtr = v.idtr = {0, 0, 0xffff, 0};
  v.ldtr = {0, 0x82, 0xffff, 0};
  v.tr = {0, 0x8b, 0xffff, 0};
  v.efer = svm::efer_svme;
  v.cr4 = 0x40;
  v.cr0 = 0x10;
  v.dr7 = 0x400;
  v.dr6 = 0xffff'0ff0;
  v.rflags = 2;
  v.rip = eip & 0xffff;
  v.g_pat = 0x0007'0406'0007'0406;
  v.rdx = cpuid(1, 0).eax;
  v.xcr0 = 1;
  v.mxcsr = 0x1f80;
  v.x87_fcw = 0x37f;
  v.sev_features = sev_status() >> 2;
}

u32 ap_reset_eip() {
  if (host::parameters().mode < Mode::es) return reset_eip;
  const u8* entry = footer_entry(image(), es_reset_block_guid, 4);
  if (!entry) report::end(host::End::refused, "no SEV-ES reset block");
  return load_le<u32>(entry);
}

void make_processors(LaunchDigest& digest) {
  auto* page = host::pool_array<u8>(4096);
  auto& vmsa = *reinterpret_cast<Vmsa*>(page);
  const u32 ap_eip = ap_reset_eip();
  for (u32 i = 0; i < svm::vcpu_count(); ++i) {
    fill_vmsa(vmsa, i ? ap_eip : reset_eip);
    if (is_snp()) digest.add(PageType::vmsa, vmsa_gpa, page);
    // QEMU's VMRUN refuses a DR6 with bits above 31 and takes CR4.MCE as it is.
    svm::load(svm::vcpu(i), vmsa);
  }
}

void print_digest(const u8* bytes) {
  report::event_head("launch", 0);
  report::print(", \"digest\": \"");
  for (unsigned i = 0; i < 48; ++i) report::print(bytes[i] < 16 ? "0%x" : "%x", bytes[i]);
  report::print("\"}\n");
}

}  // namespace

const u8* vmpck(unsigned key) {
  static u8 keys[4][32];
  for (unsigned i = 0; i < 32; ++i) keys[key][i] = static_cast<u8>(0x11 * (key + 1) + i);
  return keys[key];
}

void launch() {
  LaunchDigest digest;
  if (image().size % 0x10000 || !image().size) report::end(host::End::refused, "image is no multiple of 64 KiB");
  Sections list{};
  if (is_snp()) list = sections(image());
  place_image(digest);
  for (u32 i = 0; i < list.count; ++i) place_section(digest, list.first[i]);
  make_processors(digest);
  __builtin_memcpy(launch_digest, digest.bytes(), sizeof launch_digest);
  if (is_snp()) print_digest(launch_digest);
}

}  // namespace snp
