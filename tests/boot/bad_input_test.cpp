// SPDX-License-Identifier: BSD-2-Clause-Patent
// Kernels that must be refused: one clear line on the serial console, then the documented wait for a key.
// The wording is Ashlar's own, so other firmware skips these.
#include "qemu.hpp"

#include <gtest/gtest.h>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace boot {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint32_t get32(const Bytes& bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, 4);
  return value;
}

void put32(Bytes& bytes, std::size_t at, std::uint32_t value) { std::memcpy(bytes.data() + at, &value, 4); }

// Offsets within a good EFI application [pe §3].
struct PeOffsets {
  explicit PeOffsets(const Bytes& image)
      : pe(get32(image, 0x3c)), optional(pe + 24), first_section(optional + (get32(image, pe + 20) & 0xffff)) {}
  std::size_t pe, optional, first_section;
};

struct BadKernel {
  const char* name;
  const char* source;
  void (*damage)(Bytes&);
  const char* reason;  // an expression the refusal must match
};

void PrintTo(const BadKernel& bad, std::ostream* out) { *out << bad.name; }

constexpr const char* app = "build/payloads/selftest.efi";
constexpr const char* damaged = "-kernel refused: .*(damaged|truncated)";
constexpr const char* not_efi = "-kernel refused: .*not a .*EFI";
constexpr const char* any_reason = "-kernel refused: [^\r\n]+";

const BadKernel bad_kernels[] = {
    {"truncated_linux", "build/guest/vmlinuz", [](Bytes& b) { b.resize(b.size() / 3); }, damaged},
    {"linux_setup_only", "build/guest/vmlinuz", [](Bytes& b) { b.resize(0x8000); }, damaged},
    {"linux_without_stub", "build/bench/marker.bzimage", [](Bytes&) {}, not_efi},
    {"text", app,
     [](Bytes& b) {
       for (std::size_t i = 0; i < b.size(); i++) b[i] = i == 0x1f1 ? 0 : 'x';
     },
     not_efi},
    {"real_mode_part_alone", app, [](Bytes& b) { b.assign(5 * 512, 0); }, not_efi},
    {"zeroes", app, [](Bytes& b) { b.assign(b.size(), 0); }, not_efi},
    {"wrong_machine", app,
     [](Bytes& b) {
       PeOffsets at(b);
       b[at.pe + 4] = 0x4c, b[at.pe + 5] = 0x01;
     },
     not_efi},
    {"wild_pe_header", app, [](Bytes& b) { put32(b, 0x3c, 0xffff'fff0); }, any_reason},
    {"pe_header_at_the_end", app, [](Bytes& b) { put32(b, 0x3c, static_cast<std::uint32_t>(b.size() - 2)); }, any_reason},
    {"many_sections", app,
     [](Bytes& b) {
       PeOffsets at(b);
       b[at.pe + 6] = b[at.pe + 7] = 0xff;
     },
     any_reason},
    {"wild_entry", app, [](Bytes& b) { put32(b, PeOffsets(b).optional + 16, 0xfff0'0000); }, any_reason},
    {"huge_image", app, [](Bytes& b) { put32(b, PeOffsets(b).optional + 56, 0xffff'f000); }, any_reason},
    {"empty_image", app, [](Bytes& b) { put32(b, PeOffsets(b).optional + 56, 0); }, any_reason},
    {"wild_headers_size", app, [](Bytes& b) { put32(b, PeOffsets(b).optional + 60, 0xffff'ff00); }, any_reason},
    {"wild_relocations", app, [](Bytes& b) { put32(b, PeOffsets(b).optional + 112 + 40, 0xffff'ff00); }, any_reason},
    {"wild_section_address", app, [](Bytes& b) { put32(b, PeOffsets(b).first_section + 12, 0xffff'f000); }, any_reason},
    {"wild_section_data", app, [](Bytes& b) { put32(b, PeOffsets(b).first_section + 20, 0xffff'ff00); }, any_reason},
    {"wild_section_size", app, [](Bytes& b) { put32(b, PeOffsets(b).first_section + 16, 0xffff'ff00); }, any_reason},
};

class BadInput : public testing::TestWithParam<BadKernel> {};

TEST_P(BadInput, IsRefused) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  const BadKernel& bad = GetParam();
  const std::string path = std::string("build/boot-logs/bad_") + bad.name + ".kernel";
  Bytes bytes = read_file(bad.source);
  ASSERT_GT(bytes.size(), 4096u) << bad.source;
  bad.damage(bytes);
  std::filesystem::create_directories("build/boot-logs");
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));

  Machine machine;
  machine.kernel = path;
  {
    Qemu qemu(std::string("bad_") + bad.name, machine);
    EXPECT_TRUE(qemu.expect_match(bad.reason, Seconds{20}).has_value()) << qemu.tail();
    EXPECT_TRUE(qemu.expect("nothing to boot", Seconds{5})) << qemu.tail();
    EXPECT_TRUE(qemu.running()) << qemu.tail();
    // A key starts over, which shows that the firmware is still whole.
    qemu.send("x");
    EXPECT_TRUE(qemu.expect_match(bad.reason, Seconds{20}).has_value()) << qemu.tail();
  }
  std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Quick, BadInput, testing::ValuesIn(bad_kernels),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(MissingInput, NoKernelAtAll) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  Qemu qemu("missing_kernel", Machine{});
  EXPECT_TRUE(qemu.expect("nothing to boot", Seconds{20})) << qemu.tail();
  EXPECT_TRUE(qemu.running());
}

// Linux itself reports that it has no root; the firmware must get it that far.
TEST(MissingInput, NoInitrd) {
  Machine machine;
  machine.kernel = "build/guest/vmlinuz";
  machine.append = "console=ttyS0 panic=-1";
  machine.extra = {"-no-reboot"};
  Qemu qemu("missing_initrd", machine);
  EXPECT_TRUE(qemu.expect("Unable to mount root fs", Seconds{90})) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(Seconds{30}), 0) << qemu.tail();
}

}  // namespace
}  // namespace boot
