// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/vc_handler.hpp"

#include <vector>

#include "lib/mem/page_tables.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/unit/cc/sev_fixture.hpp"

namespace {

using namespace sev_test;
using cc::Reason;
using sev::Exit;

constexpr u64 device_base = 0xfee0'0000, device_bytes = 2 * page_bytes, private_page = 0x4000'0000;
constexpr u64 direction_flag = 1 << 10;

void* identity(Gpa address) { return reinterpret_cast<void*>(address.raw()); }

// A processor in front of a host: #VCs come as a test makes them up.
class Vc : public Sev {
 protected:
  struct alignas(4096) Page {
    u8 bytes[page_bytes];
  };

  void SetUp() override {
    Sev::SetUp();
    arch::disable_interrupts();  // as the gate does
    tables.init(identity, {false, true, 1ull << 51}, PageRange(Gpa(reinterpret_cast<u64>(pool.data())), pool.size()));
    map(device_base, device_bytes, mem::Caching::shared);
    map(private_page, page_bytes, mem::Caching::write_back);
    map(reinterpret_cast<u64>(&memory), page_bytes, mem::Caching::write_back);
    fakes::set_cr3(tables.root().raw() | 1ull << 51);
    host.ghcb_lie = [this](sev::Ghcb& g) { return serve(g), true; };
    code.assign(32, 0x90);
    frame.rip = reinterpret_cast<u64>(code.data());
    frame.rdx = 0x3f8;
  }
  void TearDown() override {
    fakes::set_cr3(0);
    arch::write_msr(sev::msr::sev_status, 0);
    Sev::TearDown();
  }
  void map(u64 address, u64 bytes, mem::Caching caching) {
    ASSERT_TRUE(tables.map(PageRange(Gpa(address), bytes / page_bytes), mem::Protection::read_write, caching));
  }

  // An honest host with one device of RAM.
  void serve(sev::Ghcb& g) {
    served.push_back(static_cast<Exit>(g.exit_code));
    const u64 offset = g.exit_info_1 - device_base;
    if (g.exit_code == static_cast<u64>(Exit::mmio_read)) std::memcpy(g.shared_buffer, registers + offset, g.exit_info_2);
    if (g.exit_code == static_cast<u64>(Exit::mmio_write)) std::memcpy(registers + offset, g.shared_buffer, g.exit_info_2);
    if (g.exit_code == static_cast<u64>(Exit::ioio)) last_io = g.exit_info_1, last_rax = g.rax;
    g.exit_info_1 = g.exit_info_2 = 0;
    g.rax = 0x1'aabb'ccdd, g.rcx = 0x1'0000'0007, g.rdx = 0x1'1122'3344;
    for (u8& byte : g.valid_bitmap) byte = 0xff;
  }

  void vc(Exit exit, std::initializer_list<u8> bytes) {
    std::copy(bytes.begin(), bytes.end(), code.begin());
    frame.rip = reinterpret_cast<u64>(code.data());
    frame.error_code = static_cast<u64>(exit);
    EXPECT_TRUE(sev::handle_vc(frame));
  }
  u64 advanced() const { return frame.rip - reinterpret_cast<u64>(code.data()); }

  std::vector<Page> pool{std::vector<Page>(64)};
  mem::PageTables tables;
  Page memory{};
  u8 registers[device_bytes] = {};
  std::vector<u8> code;
  std::vector<Exit> served;
  u64 last_io = 0, last_rax = 0;
  arch::InterruptFrame frame{};
};

struct Trap {
  Exit exit;
  std::vector<u8> bytes;
};
const Trap traps[] = {
    {Exit::cpuid, {0x0f, 0xa2}},       {Exit::msr, {0x0f, 0x32}},          {Exit::msr, {0x0f, 0x30}},           {Exit::ioio, {0xec}},
    {Exit::ioio, {0xe6, 0x80}},        {Exit::ioio, {0x66, 0xef}},         {Exit::rdtsc, {0x0f, 0x31}},         {Exit::rdtscp, {0x0f, 0x01, 0xf9}},
    {Exit::rdpmc, {0x0f, 0x33}},       {Exit::wbinvd, {0x0f, 0x09}},       {Exit::invd, {0x0f, 0x08}},          {Exit::monitor, {0x0f, 0x01, 0xc8}},
    {Exit::monitor, {0x0f, 0x01, 0xfa}}, {Exit::mwait, {0x0f, 0x01, 0xc9}}, {Exit::mwait, {0x0f, 0x01, 0xfb}},  {Exit::vmmcall, {0x0f, 0x01, 0xd9}},
    {Exit::dr7_read, {0x0f, 0x21, 0xf8}}, {Exit::dr7_write, {0x0f, 0x23, 0xf8}},
};

TEST_F(Vc, EveryTrapIsServedAndSteppedOver) {
  for (const Trap& t : traps) {
    std::copy(t.bytes.begin(), t.bytes.end(), code.begin());
    frame.rip = reinterpret_cast<u64>(code.data());
    frame.error_code = static_cast<u64>(t.exit);
    EXPECT_TRUE(sev::handle_vc(frame));
    EXPECT_EQ(advanced(), t.bytes.size()) << std::hex << frame.error_code;
  }
}

// Every instruction under every code that is not its own [facts §5, CVE-2024-25742].
TEST_F(Vc, CodesMustMatchTheirInstructions) {
  for (const Trap& t : traps)
    for (const Trap& other : traps) {
      if (other.exit == t.exit) continue;
      std::copy(t.bytes.begin(), t.bytes.end(), code.begin());
      frame.rip = reinterpret_cast<u64>(code.data());
      frame.error_code = static_cast<u64>(other.exit);
      expect_end(Reason::vc_wrong_opcode, [&] { sev::handle_vc(frame); });
      EXPECT_EQ(advanced(), 0u);
    }
  EXPECT_TRUE(served.empty());
}

TEST_F(Vc, UnknownCodesEnd) {
  for (u64 exit : {u64{0}, u64{0x40}, u64{0x7f}, u64{0x80}, u64{0x401}, u64{0x8000'0001}, ~u64{0}, u64{1} << 32 | 0x72}) {
    frame.error_code = exit;
    expect_end(Reason::vc_unsupported, [&] { sev::handle_vc(frame); });
  }
  expect_end(Reason::unvalidated_access, [&] { vc(Exit::page_not_validated, {0x8b, 0x03}); });
}

TEST_F(Vc, PrefixesMakeOtherInstructions) {
  expect_end(Reason::vc_wrong_opcode, [&] { vc(Exit::vmmcall, {0xf3, 0x0f, 0x01, 0xd9}); });  // VMGEXIT
  expect_end(Reason::vc_wrong_opcode, [&] { vc(Exit::monitor, {0xf3, 0x0f, 0x01, 0xfa}); });  // MCOMMIT
  expect_end(Reason::vc_wrong_opcode, [&] { vc(Exit::cpuid, {0xf0, 0x0f, 0xa2}); });
  expect_end(Reason::vc_wrong_opcode, [&] { vc(Exit::ioio, {0x67, 0x6c}); });
  expect_end(Reason::vc_wrong_opcode, [&] { vc(Exit::ioio, {0x65, 0x6e}); });
}

TEST_F(Vc, RegistersOfTheProcessorItselfAreNoHostsToServe) {
  for (u32 index : {sev::msr::ghcb, sev::msr::sev_status}) {
    frame.rcx = index;
    expect_end(Reason::vc_unsupported, [&] { vc(Exit::msr, {0x0f, 0x32}); });
    expect_end(Reason::vc_unsupported, [&] { vc(Exit::msr, {0x0f, 0x30}); });
  }
  EXPECT_TRUE(served.empty());
}

TEST_F(Vc, TheCallingAreaIsAnsweredHere) {
  frame.rcx = 0xc001'f000;
  frame.rax = frame.rdx = 1;
  vc(Exit::msr, {0x0f, 0x32});
  EXPECT_EQ(frame.rax | frame.rdx, 0u);
  vc(Exit::msr, {0x0f, 0x30});
  EXPECT_TRUE(served.empty());
}

TEST_F(Vc, Dr7IsKeptHere) {
  frame.rbx = 0x455;
  vc(Exit::dr7_write, {0x0f, 0x23, 0xfb});
  vc(Exit::dr7_read, {0x0f, 0x21, 0xfe});
  EXPECT_EQ(frame.rsi, 0x455u);
  EXPECT_TRUE(served.empty());
  frame.rbx = 0x400;
  vc(Exit::dr7_write, {0x0f, 0x23, 0xfb});
  arch::write_msr(sev::msr::sev_status, 1 << 7);
  expect_end(Reason::vc_unsupported, [&] { vc(Exit::dr7_read, {0x0f, 0x21, 0xfe}); });
}

TEST_F(Vc, PortsTakeTheirWidth) {
  frame.rax = ~0ull;
  vc(Exit::ioio, {0xec});
  EXPECT_EQ(frame.rax, 0xffff'ffff'ffff'ffddu);
  vc(Exit::ioio, {0x66, 0xed});
  EXPECT_EQ(frame.rax, 0xffff'ffff'ffff'ccddu);
  vc(Exit::ioio, {0xed});
  EXPECT_EQ(frame.rax, 0xaabb'ccddu);
  EXPECT_EQ(last_io >> 16, 0x3f8u);
  frame.rax = 0x1234'5678;
  vc(Exit::ioio, {0xe6, 0x80});
  EXPECT_EQ(last_rax, 0x78u);
  EXPECT_EQ(last_io >> 16, 0x80u);
}

TEST_F(Vc, PortStringsMoveBothWays) {
  frame.rcx = 4, frame.rdi = reinterpret_cast<u64>(memory.bytes);
  vc(Exit::ioio, {0xf3, 0x6d});
  EXPECT_EQ(frame.rcx, 0u);
  EXPECT_EQ(frame.rdi, reinterpret_cast<u64>(memory.bytes) + 16);
  EXPECT_EQ(memory.bytes[15], 0xaa);
  frame.rsi = reinterpret_cast<u64>(memory.bytes + 8), frame.rflags = direction_flag;
  vc(Exit::ioio, {0x66, 0x6f});
  EXPECT_EQ(frame.rsi, reinterpret_cast<u64>(memory.bytes) + 6);
  EXPECT_EQ(last_rax, 0xccddu);
}

// A host that answers with another #VC: the second may not touch the GHCB that the first is using.
TEST_F(Vc, ASecondWithinOneEnds) {
  host.ghcb_lie = [this](sev::Ghcb&) {
    arch::InterruptFrame second = frame;
    sev::handle_vc(second);
    return true;
  };
  expect_end(Reason::vc_nested, [&] { vc(Exit::wbinvd, {0x0f, 0x09}); });
  host.ghcb_lie = [this](sev::Ghcb& g) { return serve(g), true; };
  vc(Exit::wbinvd, {0x0f, 0x09});
}

TEST_F(Vc, RepliesOtherThanSuccessEnd) {
  for (const Trap& t : traps) {
    if (t.exit == Exit::dr7_read || t.exit == Exit::dr7_write || t.exit == Exit::cpuid) continue;  // not the host's
    const auto run = [&] {
      std::copy(t.bytes.begin(), t.bytes.end(), code.begin());
      frame.rip = reinterpret_cast<u64>(code.data());
      frame.error_code = static_cast<u64>(t.exit);
      sev::handle_vc(frame);
    };
    frame.rcx = 0;
    host.ghcb_lie = [](sev::Ghcb& g) { return g.exit_info_1 = 1, g.exit_info_2 = 1u << 31 | 3 << 8 | 13, true; };
    expect_end(Reason::ghcb_bad_event, run);
    host.ghcb_lie = [](sev::Ghcb& g) { return g.exit_info_1 = 1, g.exit_info_2 = 1u << 31 | 3 << 8 | 29, true; };
    expect_end(Reason::ghcb_bad_event, run);
    host.ghcb_lie = [](sev::Ghcb& g) { return g.exit_info_1 = 2, g.exit_info_2 = 5, true; };
    expect_end(Reason::ghcb_malformed, run);
    host.ghcb_lie = [](sev::Ghcb& g) { return g.exit_info_1 = 3, true; };
    expect_end(Reason::ghcb_reply, run);
  }
}

class VcMmio : public Vc {
 protected:
  void SetUp() override {
    Vc::SetUp();
    for (u64 i = 0; i < sizeof registers; ++i) registers[i] = static_cast<u8>(i * 7 + 1);
    frame.rbx = device_base;
  }
  static u32 word(const u8* at) {
    u32 value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  u64 memory_at(u64 offset) { return reinterpret_cast<u64>(memory.bytes) + offset; }
};

TEST_F(VcMmio, MovesReadAndWrite) {
  vc(Exit::npf, {0x8b, 0x43, 0x10});
  EXPECT_EQ(frame.rax, word(registers + 0x10));
  frame.rcx = 0x0102'0304;
  vc(Exit::npf, {0x89, 0x4b, 0x20});
  EXPECT_EQ(word(registers + 0x20), 0x0102'0304u);
  vc(Exit::npf, {0xc6, 0x43, 0x30, 0x5a});
  EXPECT_EQ(registers[0x30], 0x5a);
  EXPECT_EQ(advanced(), 4u);
}

TEST_F(VcMmio, StringsFromADevice) {
  frame.rsi = device_base + 4, frame.rdi = memory_at(0), frame.rcx = 3;
  vc(Exit::npf, {0xf3, 0xa5});  // rep movsd
  EXPECT_EQ(std::memcmp(memory.bytes, registers + 4, 12), 0);
  EXPECT_EQ(frame.rsi, device_base + 16);
  EXPECT_EQ(frame.rdi, memory_at(12));
  EXPECT_EQ(frame.rcx, 0u);
  EXPECT_EQ(advanced(), 2u);
  EXPECT_EQ(served.size(), 3u);
  frame.rsi = device_base + 9, frame.rcx = 77;
  vc(Exit::npf, {0xac});  // lodsb, not repeated
  EXPECT_EQ(frame.rax & 0xff, registers[9]);
  EXPECT_EQ(frame.rcx, 77u);
  vc(Exit::npf, {0x48, 0xad});  // lodsq
  EXPECT_EQ(std::memcmp(&frame.rax, registers + 10, 8), 0);
}

TEST_F(VcMmio, StringsToADevice) {
  std::memset(memory.bytes, 0xee, 64);
  frame.rsi = memory_at(16), frame.rdi = device_base + 16, frame.rcx = 5, frame.rflags = direction_flag;
  vc(Exit::npf, {0xf2, 0x66, 0xa5});  // repne movsw, downwards
  EXPECT_EQ(registers[8], 0xee);
  EXPECT_EQ(registers[17], 0xee);
  EXPECT_NE(registers[7], 0xee);
  EXPECT_EQ(frame.rdi, device_base + 6);
  frame.rdi = device_base + 0x100, frame.rcx = 4, frame.rflags = 0, frame.rax = 0x1'5566'7788;
  vc(Exit::npf, {0xf3, 0xab});  // rep stosd
  EXPECT_EQ(word(registers + 0x10c), 0x5566'7788u);
  EXPECT_EQ(frame.rdi, device_base + 0x110);
}

TEST_F(VcMmio, LongStringsGoInParts) {
  frame.rsi = device_base, frame.rdi = memory_at(0), frame.rcx = 1000;
  unsigned traps_taken = 0;
  do {
    vc(Exit::npf, {0xf3, 0xa4});
    ++traps_taken;
  } while (advanced() == 0 && traps_taken < 100);
  EXPECT_EQ(traps_taken, 4u);
  EXPECT_EQ(std::memcmp(memory.bytes, registers, 1000), 0);
  frame.rcx = 0;
  served.clear();
  vc(Exit::npf, {0xf3, 0xa4});
  EXPECT_TRUE(served.empty());
}

TEST_F(VcMmio, OnlySharedMappingsAreDevices) {
  const auto ends = [&](Reason reason, std::initializer_list<u8> bytes) { expect_end(reason, [&] { vc(Exit::npf, bytes); }); };
  frame.rbx = private_page;
  ends(Reason::vc_mmio_private, {0x8b, 0x03});
  ends(Reason::vc_mmio_private, {0x89, 0x03});
  frame.rbx = 0x5000'0000;  // not mapped at all
  ends(Reason::vc_mmio_private, {0x8b, 0x03});
  frame.rbx = device_base + device_bytes - 2;  // across the mapping's end
  ends(Reason::vc_mmio_private, {0x8b, 0x03});
  frame.rsi = private_page, frame.rdi = memory_at(0), frame.rcx = 1;
  ends(Reason::vc_mmio_private, {0xf3, 0xa4});
  ends(Reason::vc_mmio_private, {0xac});
  frame.rdi = private_page;
  ends(Reason::vc_mmio_private, {0xaa});
  frame.rsi = device_base, frame.rdi = device_base + 8;
  ends(Reason::vc_unsupported, {0xa4});
  EXPECT_TRUE(served.empty());
}

TEST_F(VcMmio, InstructionsUnknownEnd) {
  for (auto bytes : {std::initializer_list<u8>{0x0f, 0xa2}, {0x01, 0x03}, {0xf0, 0x89, 0x03}, {0x0f, 0x11, 0x03}, {0xf3, 0xa6}, {0xae}, {0x65, 0xa4}, {0x67, 0xa4}})
    expect_end(Reason::vc_unsupported, [&] { vc(Exit::npf, bytes); });
}

}  // namespace
