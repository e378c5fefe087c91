// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/mmio_instruction.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace base;
using cc::sev::MmioInstruction;

struct Mmio : testing::Test {
  arch::InterruptFrame frame{};
  void SetUp() override {
    frame.rax = 0x1111'2222'3333'4444;
    frame.rbx = 0xfee0'0000;
    frame.rcx = 0x20;
    frame.rdx = 0xaabb'ccdd'eeff'0011;
    frame.r9 = 0xfed0'0000;
    frame.r12 = 0xfec0'0000;
    frame.rsp = 0x7000;
    frame.rip = 0x40'0000;
  }
  MmioInstruction decode(std::initializer_list<u8> bytes) {
    u8 padded[24] = {};
    std::copy(bytes.begin(), bytes.end(), padded);
    return cc::sev::decode_mmio(padded, frame);
  }
  void expect_access(const MmioInstruction& i, bool write, unsigned bytes, u64 address, unsigned length) {
    EXPECT_TRUE(i.valid);
    EXPECT_EQ(i.write, write);
    EXPECT_EQ(i.memory_bytes, bytes);
    EXPECT_EQ(i.address, address);
    EXPECT_EQ(i.length, length);
  }
};

TEST_F(Mmio, RegisterForms) {
  expect_access(decode({0x8b, 0x03}), false, 4, 0xfee0'0000, 2);                                // mov eax, [rbx]
  expect_access(decode({0x89, 0x93, 0xb0, 0, 0, 0}), true, 4, 0xfee0'00b0, 6);                  // mov [rbx+0xb0], edx
  expect_access(decode({0x49, 0x8b, 0x41, 0x08}), false, 8, 0xfed0'0008, 4);                    // mov rax, [r9+8]
  expect_access(decode({0x66, 0x89, 0x03}), true, 2, 0xfee0'0000, 3);                           // mov [rbx], ax
  expect_access(decode({0x8a, 0x43, 0xff}), false, 1, 0xfedf'ffff, 3);                          // mov al, [rbx-1]
  expect_access(decode({0x41, 0x8b, 0x04, 0x24}), false, 4, 0xfec0'0000, 4);                    // mov eax, [r12]
}

TEST_F(Mmio, ScaledIndexAbsoluteAndRipRelative) {
  expect_access(decode({0x8b, 0x04, 0x8b}), false, 4, 0xfee0'0080, 3);                          // mov eax, [rbx+rcx*4]
  expect_access(decode({0x8b, 0x04, 0x25, 0, 0, 0xe0, 0x7e}), false, 4, 0x7ee0'0000, 7);        // mov eax, [0x7ee00000]
  expect_access(decode({0x8b, 0x05, 0x10, 0, 0, 0}), false, 4, 0x40'0016, 6);                   // mov eax, [rip+0x10]
  expect_access(decode({0xc7, 0x05, 0x10, 0, 0, 0, 1, 0, 0, 0}), true, 4, 0x40'001a, 10);       // mov dword [rip+0x10], 1
  expect_access(decode({0xa1, 0, 0, 0xd0, 0xfe, 0, 0, 0, 0}), false, 4, 0xfed0'0000, 9);        // mov eax, [0xfed00000]
}

TEST_F(Mmio, ImmediatesAreSignExtended) {
  auto i = decode({0x48, 0xc7, 0x03, 0xff, 0xff, 0xff, 0xff});
  expect_access(i, true, 8, 0xfee0'0000, 7);
  EXPECT_EQ(i.immediate, ~0ull);
  EXPECT_EQ(decode({0xc6, 0x03, 0x80}).immediate, 0x80u);
}

TEST_F(Mmio, ReadsReplaceWhatTheirFormReplaces) {
  auto i = decode({0x8b, 0x03});
  cc::sev::set_register(frame, i, 0xdead'beef);
  EXPECT_EQ(frame.rax, 0xdead'beefu);
  i = decode({0x8a, 0x23});  // mov ah, [rbx]
  cc::sev::set_register(frame, i, 0x7f);
  EXPECT_EQ(frame.rax, 0xdead'7fefu);
  i = decode({0x0f, 0xbe, 0x03});  // movsx eax, byte [rbx]
  cc::sev::set_register(frame, i, 0x80);
  EXPECT_EQ(frame.rax, 0xffff'ff80u);
  i = decode({0x48, 0x0f, 0xbf, 0x03});  // movsx rax, word [rbx]
  cc::sev::set_register(frame, i, 0x8000);
  EXPECT_EQ(frame.rax, 0xffff'ffff'ffff'8000u);
  i = decode({0x0f, 0xb6, 0x03});  // movzx eax, byte [rbx]
  cc::sev::set_register(frame, i, 0x80);
  EXPECT_EQ(frame.rax, 0x80u);
}

TEST_F(Mmio, HighByteIsTheSecondOne) { EXPECT_EQ(cc::sev::register_value(frame, decode({0x88, 0x33})) & 0xff, 0x00u); }

TEST_F(Mmio, RefusesWhatItDoesNotKnow) {
  for (auto bytes : {std::initializer_list<u8>{0x8b, 0xc3}, {0x01, 0x03}, {0xf0, 0x89, 0x03}, {0x65, 0x8b, 0x03}, {0x0f, 0x11, 0x03}, {0xf3, 0xa6}, {0xf3, 0x89, 0x03},
                     {0xc7, 0x0b, 0, 0, 0, 0}, {0x67, 0xa1}})
    EXPECT_FALSE(decode(bytes).valid);
}

}  // namespace
