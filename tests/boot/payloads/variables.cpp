// SPDX-License-Identifier: BSD-2-Clause-Patent
// Writes and lists variables as the words of its command line say, then powers off:
//   bHHHH a load option Boot; oHHHH,HHHH BootOrder; sNAME=TEXT and dNAME a variable of our own; fN as many writes of
//   700 bytes over forty names; l lists the load options, their order and our own variables; q asks for the room left.
#include "efi.hpp"
#include "serial.hpp"

namespace {

constexpr Guid ours{0x41534c52, 0x7661, 0x7273, {1, 2, 3, 4, 5, 6, 7, 8}};
constexpr Guid global{0x8be4df61, 0x93ca, 0x11d2, {0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}};
constexpr u32 lasting = var_nv | var_bs | var_rt;
constexpr unsigned fill_names = 40, fill_bytes = 700;

RuntimeServices* rt;
unsigned failures;
u8 data[4096];

void set(const Char* name, const Guid& vendor, usize size, const void* value) {
  if (rt->set_variable(name, &vendor, lasting, size, value)) failures++;
}

unsigned digit(Char c) { return c >= 'a' ? static_cast<unsigned>(c - 'a' + 10) : c >= 'A' ? static_cast<unsigned>(c - 'A' + 10) : static_cast<unsigned>(c - '0'); }
u16 hex4(const Char* text) { return static_cast<u16>(digit(text[0]) << 12 | digit(text[1]) << 8 | digit(text[2]) << 4 | digit(text[3])); }

// EFI_LOAD_OPTION: attributes, path length, description, path: a file and the end.
void set_load_option(const Char* number) {
  static const u8 option[] = {1, 0, 0, 0, 24, 0, 'A', 0, 's', 0, 'h', 0, 0, 0, 4, 4, 20, 0, '\\', 0, 'a', 0, '.', 0, 'e', 0, 'f', 0, 'i', 0, 0, 0, 0, 0, 0x7f, 0xff, 4, 0};
  Char name[9] = {'B', 'o', 'o', 't', number[0], number[1], number[2], number[3], 0};
  set(name, global, sizeof option, option);
}

void set_order(const Char* numbers, usize length) {
  u16 order[32];
  usize count = 0;
  for (usize at = 0; at + 4 <= length && count < 32; at += 5) order[count++] = hex4(numbers + at);
  set(L"BootOrder", global, count * 2, order);
}

void set_own(const Char* word, usize length, bool deletes) {
  Char name[64] = {};
  usize at = 0;
  while (at < length && word[at] != '=') name[at] = word[at], at++;
  usize size = 0;
  for (at++; at < length; at++) data[size++] = static_cast<u8>(word[at]);
  set(name, ours, deletes ? 0 : size, data);
}

void fill(const Char* number, usize length) {
  unsigned count = 0;
  for (usize at = 0; at < length; at++) count = count * 10 + digit(number[at]);
  for (unsigned i = 0; i < count; i++) {
    const Char name[] = {'F', 'i', 'l', 'l', static_cast<Char>('0' + i % fill_names / 10), static_cast<Char>('0' + i % fill_names % 10), 0};
    for (usize at = 0; at < fill_bytes; at++) data[at] = static_cast<u8>(i + at);
    set(name, ours, fill_bytes, data);
  }
}

void put_hex(u64 value, unsigned digits) {
  while (digits--) put_byte("0123456789abcdef"[value >> 4 * digits & 15]);
}

bool is_boot(const Char* name) { return name[0] == 'B' && name[1] == 'o' && name[2] == 'o' && name[3] == 't'; }
bool is_option_or_order(const Char* name) {
  usize length = 0;
  while (name[length]) length++;
  return is_boot(name) && (length == 8 || (length == 9 && name[4] == 'O'));
}

// VAR name attributes bytes checksum, and the first bytes themselves.
void put_variable(const Char* name, const Guid& vendor) {
  usize size = sizeof data;
  u32 attributes = 0;
  if (rt->get_variable(name, &vendor, &attributes, &size, data)) failures++;
  put("VAR ");
  for (; *name; name++) put_byte(static_cast<char>(*name));
  put(" ");
  put_hex(attributes, 2);
  put(" ");
  put_number(size);
  u32 sum = 0;
  for (usize at = 0; at < size; at++) sum = sum * 31 + data[at];
  put(" ");
  put_hex(sum, 8);
  put(" ");
  for (usize at = 0; at < size && at < 16; at++) put_hex(data[at], 2);
  put("\r\n");
}

void list() {
  static Char name[256];
  Guid vendor{};
  name[0] = 0;
  for (unsigned i = 0; i < 2000; i++) {
    usize size = sizeof name;
    if (rt->next_variable(&size, name, &vendor)) return;
    if (vendor == ours || (vendor == global && is_option_or_order(name))) put_variable(name, vendor);
  }
}

void query() {
  u64 total = 0, left = 0, largest = 0;
  if (rt->query_variable(lasting, &total, &left, &largest)) failures++;
  put("ROOM ");
  put_number(total);
  put(" ");
  put_number(left);
  put(" ");
  put_number(largest);
  put("\r\n");
}

void obey(const Char* word, usize length) {
  switch (word[0]) {
    case 'b': return set_load_option(word + 1);
    case 'o': return set_order(word + 1, length - 1);
    case 's': return set_own(word + 1, length - 1, false);
    case 'd': return set_own(word + 1, length - 1, true);
    case 'f': return fill(word + 1, length - 1);
    case 'l': return list();
    case 'q': return query();
  }
}

}  // namespace

extern "C" Status efi_main(Handle self, SystemTable* table) {
  rt = table->runtime;
  LoadedImage* image = nullptr;
  table->boot->handle_protocol(self, &guid_loaded_image, &image);
  put("VARIABLES begin\r\n");
  const auto* words = static_cast<const Char*>(image->options);
  const usize length = image->options_size / 2;
  for (usize at = 0; at < length && words[at];) {
    usize end = at;
    while (end < length && words[end] && words[end] != ' ') end++;
    if (end > at) obey(words + at, end - at);
    at = end + 1;
  }
  put("VARIABLES ");
  put_number(failures);
  put(" failures\r\n");
  rt->reset(2, success, 0, nullptr);
  return success;
}
