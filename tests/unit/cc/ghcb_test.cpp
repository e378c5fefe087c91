// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/events.hpp"
#include "lib/cc/sev/instruction.hpp"
#include "lib/cc/sev/msr_protocol.hpp"
#include "tests/unit/cc/sev_fixture.hpp"

namespace {

using namespace sev_test;
using cc::Reason;

class Ghcb : public Sev {
 protected:
  void answer(u64 info_1, u64 info_2, bool rax_valid = true) {
    host.ghcb_lie = [=](sev::Ghcb& g) {
      g.exit_info_1 = info_1;
      g.exit_info_2 = info_2;
      g.rax = 0x1234'5678'9abc'def0;
      if (rax_valid)
        g.valid_bitmap[63 / 8] |= 1 << 63 % 8;
      else
        g.valid_bitmap[63 / 8] = 0;
      return true;
    };
  }
};

TEST_F(Ghcb, PortReadTakesOnlyItsBytes) {
  answer(0, 0);
  EXPECT_EQ(cc::in8(0x402), 0xf0);
  EXPECT_EQ(cc::in16(0x402), 0xdef0);
  EXPECT_EQ(cc::in32(0x402), 0x9abcdef0u);
}

TEST_F(Ghcb, RequestsCarryTheirValidBits) {
  host.ghcb_lie = [](sev::Ghcb& g) {
    EXPECT_EQ(g.exit_code, 0x7bu);
    EXPECT_EQ(g.exit_info_1, 0x402u << 16 | 1 << 4 | 1 << 9);
    EXPECT_EQ(g.rax, 0x41u);
    EXPECT_TRUE(g.valid_bitmap[63 / 8] >> 63 % 8 & 1);
    EXPECT_TRUE(g.valid_bitmap[114 / 8] >> 114 % 8 & 1);
    EXPECT_FALSE(g.valid_bitmap[97 / 8] >> 97 % 8 & 1);
    EXPECT_EQ(g.version, 2);
    EXPECT_EQ(g.usage, 0u);
    g.exit_info_1 = 0;
    return true;
  };
  cc::out8(0x402, 0x41);
}

TEST_F(Ghcb, MissingRegisterEnds) {
  answer(0, 0, false);
  expect_end(Reason::ghcb_missing_field, [] { cc::in8(0x402); });
}
TEST_F(Ghcb, MalformedEnds) {
  answer(2, 1);
  expect_end(Reason::ghcb_malformed, [] { cc::in8(0x402); });
}
TEST_F(Ghcb, UndefinedReplyEnds) {
  answer(3, 0);
  expect_end(Reason::ghcb_reply, [] { cc::in8(0x402); });
}
TEST_F(Ghcb, EveryInjectedEventEnds) {
  for (u64 event : {u64{1} << 31 | 3 << 8 | 13, u64{1} << 31 | 3 << 8 | 14, u64{1} << 31 | 2 << 8 | 13, u64{3} << 8 | 13, ~u64{0}, u64{0}}) {
    answer(1, event);
    expect_end(Reason::ghcb_bad_event, [] { cc::in8(0x402); });
  }
}

TEST_F(Ghcb, StringInputGoesInChunks) {
  host.ghcb_lie = [](sev::Ghcb& g) {
    std::memset(g.shared_buffer, static_cast<int>(g.exit_info_2 & 0xff), g.exit_info_2);
    g.exit_info_1 = 0;
    return true;
  };
  std::vector<u8> bytes(5000);
  cc::in_bytes(0x511, bytes);
  EXPECT_EQ(host.exits, 3u);
  EXPECT_EQ(bytes[0], 2032 & 0xff);
  EXPECT_EQ(bytes[4999], (5000 - 2 * 2032) & 0xff);
}

class GhcbMsr : public Sev {};

TEST_F(GhcbMsr, AgreesOnVersionAndCBit) { sev::check_sev_info(1ull << 51); }
TEST_F(GhcbMsr, NoCommonVersion) {
  host.version_max = 1;
  expect_end(Reason::ghcb_version, [] { sev::check_sev_info(1ull << 51); });
  host.version_max = host.version_min = 3;
  expect_end(Reason::ghcb_version, [] { sev::check_sev_info(1ull << 51); });
}
TEST_F(GhcbMsr, OtherCBit) {
  host.c_bit = 47;
  expect_end(Reason::bad_c_bit, [] { sev::check_sev_info(1ull << 51); });
}
TEST_F(GhcbMsr, WrongResponseCode) {
  host.msr_lie = [](u64) { return std::optional<u64>(0x005); };
  expect_end(Reason::ghcb_msr_response, [] { sev::hypervisor_features(); });
}
TEST_F(GhcbMsr, RegistrationRefusedOrMoved) {
  host.msr_lie = [](u64) { return std::optional<u64>(~0xfffull | 0x013); };
  expect_end(Reason::ghcb_not_registered, [] { sev::register_ghcb(Gpa(0x808000)); });
  host.msr_lie = [](u64) { return std::optional<u64>(0x809000 | 0x013); };
  expect_end(Reason::ghcb_not_registered, [] { sev::register_ghcb(Gpa(0x808000)); });
}
TEST_F(GhcbMsr, PageStateRefused) {
  host.msr_lie = [](u64) { return std::optional<u64>(1ull << 32 | 0x015); };
  expect_end(Reason::page_state_msr, [] { sev::change_page_state(Gpa(0x808000), 2); });
}

TEST(SevInstruction, DecodesWhatTraps) {
  using sev::Operation;
  const auto is = [](std::initializer_list<u8> bytes, Operation operation, unsigned length) {
    u8 padded[16] = {};
    std::copy(bytes.begin(), bytes.end(), padded);
    const auto i = sev::decode(padded, 0x3f8);
    EXPECT_EQ(i.operation, operation);
    if (operation != Operation::none) EXPECT_EQ(i.length, length);
    return i;
  };
  is({0x0f, 0xa2}, Operation::cpuid, 2);
  is({0x48, 0x0f, 0x32}, Operation::rdmsr, 3);
  is({0x0f, 0x30}, Operation::wrmsr, 2);
  is({0x0f, 0x01, 0xf9}, Operation::rdtscp, 3);
  is({0x0f, 0x01, 0xc8}, Operation::monitor, 3);
  is({0x0f, 0x01, 0xd9}, Operation::vmmcall, 3);
  is({0x0f, 0x09}, Operation::wbinvd, 2);
  EXPECT_EQ(is({0xec}, Operation::port, 1).port, 0x3f8);
  EXPECT_EQ(is({0xe4, 0x70}, Operation::port, 2).port, 0x70);
  EXPECT_EQ(is({0x66, 0xef}, Operation::port, 2).bytes, 2);
  EXPECT_TRUE(is({0xf3, 0x6c}, Operation::port, 2).rep);
  EXPECT_EQ(is({0x41, 0x0f, 0x23, 0xf8}, Operation::write_dr7, 4).reg, 8);
  is({0x0f, 0x23, 0xf0}, Operation::none, 0);
  is({0x90}, Operation::none, 0);
  is({0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66}, Operation::none, 0);
}

}  // namespace
