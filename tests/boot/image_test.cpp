// SPDX-License-Identifier: BSD-2-Clause-Patent
// The images themselves: their sizes, and that the program which makes them keeps to its limits.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "contents.hpp"
#include "qemu.hpp"

namespace boot {
namespace {

namespace fs = std::filesystem;

struct Image {
  const char* purpose;
  const char* name;
  const char* suffix;  // of its programs
  std::size_t limit_kib;
};
const Image images[] = {{"whole", "ashlar", "", 768}, {"confidential", "ashlar-cc", "-cc", 384}};
void PrintTo(const Image& image, std::ostream* out) { *out << image.name; }

class Images : public testing::TestWithParam<Image> {
 protected:
  void SetUp() override {
    if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's own";
  }
  // mkimage's exit status.
  static int make_image(const std::string& to, std::size_t limit_kib) {
    const std::string suffix = GetParam().suffix;
    fs::remove(to);
    Qemu mkimage("mkimage", {"build/host/mkimage", "build/reset.bin", "build/sec.elf", "build/dxe" + suffix + ".elf",
                             "build/runtime" + suffix + ".elf", to,
                             std::to_string(limit_kib)});
    return mkimage.wait_exit(Seconds{60}).value_or(-1);
  }
};

TEST_P(Images, KeepToTheirLimit) {
  const std::string built = std::string("build/") + GetParam().name + ".fd", again = "build/boot-logs/image_again.fd";
  EXPECT_LE(fs::file_size(built), GetParam().limit_kib * 1024);
  EXPECT_EQ(make_image(again, GetParam().limit_kib), 0);
  EXPECT_TRUE(contents(again) == contents(built));
  EXPECT_NE(make_image(again, fs::file_size(built) / 1024 - 1), 0);
  EXPECT_FALSE(fs::exists(again));
}

INSTANTIATE_TEST_SUITE_P(Quick, Images, testing::ValuesIn(images), [](const auto& info) { return std::string(info.param.purpose); });

}  // namespace
}  // namespace boot
