// SPDX-License-Identifier: BSD-2-Clause-Patent
// The decoders of the #VC handler: 15 bytes at most are read, whatever they are, and what is accepted has a length and a width.
#include <cstdlib>
#include <cstring>
#include <memory>

#include "lib/cc/sev/instruction.hpp"
#include "lib/cc/sev/mmio_instruction.hpp"

using namespace base;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, usize size) {
  if (size < 15) return 0;
  const std::unique_ptr<u8[]> bytes(new u8[15]);  // the sanitizer guards its end
  std::memcpy(bytes.get(), data, 15);
  arch::InterruptFrame frame{};
  std::memcpy(&frame, data + 15, size - 15 < sizeof frame ? size - 15 : sizeof frame);
  const auto i = cc::sev::decode(bytes.get(), static_cast<u16>(frame.rdx));
  if (i.operation != cc::sev::Operation::none && (i.length == 0 || i.length > 15)) std::abort();
  if (i.operation == cc::sev::Operation::port && i.bytes != 1 && i.bytes != 2 && i.bytes != 4) std::abort();
  const auto m = cc::sev::decode_mmio(bytes.get(), frame);
  if (!m.valid) return 0;
  if (m.length == 0 || m.length > 15 || (m.memory_bytes & (m.memory_bytes - 1)) || m.memory_bytes == 0 || m.memory_bytes > 8) std::abort();
  if (!m.write) cc::sev::set_register(frame, m, ~0ull);
  (void)cc::sev::register_value(frame, m);
  return 0;
}
