// SPDX-License-Identifier: BSD-2-Clause-Patent
// Says which keys come, one `KEY scan character shift toggle` each, until it is Escape.
#include "serial.hpp"

namespace {

struct KeyData {
  InputKey key;
  u32 shift;
  u8 toggle;
};
struct TextInputEx {
  Status (*reset)(TextInputEx*, Boolean);
  Status (*read_key)(TextInputEx*, KeyData*);
  Event wait_for_key;
};
constexpr Guid guid_text_input_ex{0xdd9e7534, 0x7762, 0x4698, {0x8c, 0x14, 0xf5, 0x85, 0x17, 0xa6, 0x25, 0xaa}};
constexpr u16 escape = 0x17;

// QEMU takes the first 2560 bytes of an image without a Linux header for its set-up part; something must be left.
[[gnu::used]] const volatile u8 filling[2048] = {1};

void report(const KeyData& data) {
  put("KEY ");
  put_number(data.key.scan);
  put(" ");
  put_number(data.key.unicode);
  put(" ");
  put_number(data.shift & 0x7fff'ffff);
  put(" ");
  put_number(data.toggle & 0x7f);
  put("\r\n");
}

}  // namespace

extern "C" Status efi_main(Handle, SystemTable* st) {
  TextInputEx* in = nullptr;
  if (st->boot->handle_protocol(st->con_in_handle, &guid_text_input_ex, &in) != success) return unsupported;
  KeyData data{};
  // The firmware starts its keyboards when somebody looks.
  in->read_key(in, &data);
  put("KEYS wanted\r\n");
  while (data.key.scan != escape) {
    usize index;
    st->boot->wait_for_event(1, &in->wait_for_key, &index);
    if (in->read_key(in, &data) == success) report(data);
  }
  put("KEYS done\r\n");
  return success;
}
