// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/crypto/sha256.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "lib/crypto/kernel_hashes.hpp"

namespace {

using namespace base;

std::string hex(const crypto::Sha256Digest& digest) {
  std::string text;
  for (u8 byte : digest) text += "0123456789abcdef"[byte >> 4], text += "0123456789abcdef"[byte & 15];
  return text;
}
std::string of(const std::string& text) { return hex(crypto::sha256({reinterpret_cast<const u8*>(text.data()), text.size()})); }

// Values of NIST's examples and of sha256sum.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Every length around the borders of the padding, against each other: the digest of x must not depend on how x ends a block.
TEST(Sha256, PaddingBorders) {
  EXPECT_EQ(of(std::string(55, 'x')), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
  EXPECT_EQ(of(std::string(56, 'x')), "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
  EXPECT_EQ(of(std::string(64, 'x')), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

std::vector<u8> table() {
  std::vector<u8> bytes;
  const auto put = [&](const Guid& guid, u16 length, int fill) {
    const auto* raw = reinterpret_cast<const u8*>(&guid);
    bytes.insert(bytes.end(), raw, raw + 16);
    bytes.push_back(static_cast<u8>(length));
    bytes.push_back(static_cast<u8>(length >> 8));
    if (fill) bytes.insert(bytes.end(), 32, static_cast<u8>(fill));
  };
  put("9438d606-4f22-4cc9-b479-a793d411fd21"_guid, 168, 0);
  put("97d02dd8-bd20-4c94-aa78-e7714d36ab2a"_guid, 50, 1);
  put("44baf731-3a2f-4bd7-9af1-41e29169781d"_guid, 50, 2);
  put("4de79437-abd2-427f-b835-d5b172d2045b"_guid, 50, 3);
  bytes.resize(0x400);
  return bytes;
}

TEST(KernelHashes, FoundByGuid) {
  auto hashes = crypto::parse_kernel_hashes(table());
  ASSERT_TRUE(hashes);
  EXPECT_EQ((*hashes).command_line[0], 1);
  EXPECT_EQ((*hashes).initrd[0], 2);
  EXPECT_EQ((*hashes).kernel[0], 3);
}

TEST(KernelHashes, AbsentOrDamaged) {
  EXPECT_EQ(crypto::parse_kernel_hashes(std::vector<u8>(0x400)).error(), Error::not_found);
  for (u64 at : {16, 17, 34, 18, 68, 84, 118}) {
    auto bad = table();
    bad[at] ^= 0x40;
    auto hashes = crypto::parse_kernel_hashes(bad);
    ASSERT_FALSE(hashes) << at;
    EXPECT_EQ(hashes.error(), Error::volume_corrupted) << at;
  }
  auto repeated = table();
  std::memcpy(repeated.data() + 68, repeated.data() + 18, 50);
  EXPECT_EQ(crypto::parse_kernel_hashes(repeated).error(), Error::volume_corrupted);
}

}  // namespace
