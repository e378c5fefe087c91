// SPDX-License-Identifier: BSD-2-Clause-Patent
// A boot loader that says who it is, how it was started and what the boot variables are, then does what \probe.txt on its own
// volume says: "NAME ACTION", with the actions r (returns success), a (returns an error), s (power off), x (reset), n (the first
// time: the last of BootOrder becomes BootNext, and a reset; then power off), d (the first time: \driver.efi and \prepare.efi become
// Driver0007 and SysPrep0008, and a reset; then power off). The same as a driver says so and returns.
#include "serial.hpp"
#include "volume.hpp"

namespace {

constexpr Guid own_guid{0x41534c52, 0x7465, 0x7374, {0, 0, 0, 0, 0, 0, 0, 0x41}};

SystemTable* table;
char probe[64];
u16 order[128];
unsigned order_count;

void read_probe(LoadedImage* self) {
  FileSystem* fs = nullptr;
  File *root = nullptr, *file = nullptr;
  usize bytes = sizeof probe - 1;
  if (table->boot->handle_protocol(self->device, &guid_file_system, &fs) || fs->open_volume(fs, &root)) return;
  if (root->open(root, &file, L"\\probe.txt", 1, 0) == success) {
    if (file->read(file, &bytes, probe) != success) bytes = 0;
    probe[bytes] = 0;
    file->close(file);
  }
  root->close(root);
}

void put_hex(u16 value) {
  for (int shift = 12; shift >= 0; shift -= 4) put_byte("0123456789ABCDEF"[value >> shift & 15]);
}

void put_text(const Char* text) {
  for (; text && *text; ++text) put_byte(*text < 0x80 ? static_cast<char>(*text) : '?');
}

bool get(const Char* name, void* into, usize* bytes) { return table->runtime->get_variable(name, &guid_global, nullptr, bytes, into) == success; }

void put_path(LoadedImage* self) {
  PathToText* to_text = nullptr;
  if (table->boot->locate_protocol(&guid_path_to_text, nullptr, &to_text) == success) put_text(to_text->path(self->path, 0, 1));
}

void report(LoadedImage* self) {
  put("LOADER ");
  for (const char* c = probe; *c && *c != ' ' && *c != '\n'; ++c) put_byte(*c);
  put(" file=");
  put_path(self);
  u16 current = 0;
  usize bytes = sizeof current;
  put(" current=");
  if (get(L"BootCurrent", &current, &bytes)) put_hex(current);
  put(" order=");
  bytes = sizeof order;
  order_count = get(L"BootOrder", order, &bytes) ? static_cast<unsigned>(bytes / 2) : 0;
  for (unsigned i = 0; i < order_count; ++i) {
    if (i) put(",");
    put_hex(order[i]);
  }
  u16 next = 0;
  bytes = sizeof next;
  put(get(L"BootNext", &next, &bytes) ? " next=set" : " next=none");
  put(" options=");
  put_number(self->options_size);
  put("\n");
}

// Every Boot#### variable with its description, so that a test can count them.
void list_options() {
  static Char name[256];
  static u8 data[1024];
  Guid vendor{};
  for (;;) {
    usize bytes = sizeof name;
    if (table->runtime->next_variable(&bytes, name, &vendor) != success) break;
    if (!(vendor == guid_global) || bytes != 18 || name[0] != 'B' || name[1] != 'o' || name[2] != 'o' || name[3] != 't' || name[4] > 'F') continue;
    bytes = sizeof data - 2;
    if (!get(name, data, &bytes)) continue;
    put("OPTION ");
    put_text(name);
    put(" ");
    put_text(reinterpret_cast<const Char*>(data + 6));
    put("\n");
  }
}

[[noreturn]] void leave(u32 how) {
  for (;;) table->runtime->reset(how, success, 0, nullptr);
}

void set(const Char* name, const void* data, usize bytes, const Guid& vendor = guid_global) {
  if (table->runtime->set_variable(name, &vendor, var_nv | var_bs | var_rt, bytes, data) != success) put("FAIL SetVariable\n");
}

// The first time only; otherwise the machine goes off.
void once() {
  u8 done = 0;
  usize bytes = sizeof done;
  if (table->runtime->get_variable(L"Done", &own_guid, nullptr, &bytes, &done) == success) leave(2);
  done = 1;
  set(L"Done", &done, 1, own_guid);
}

Status once_to_the_last() {
  once();
  set(L"BootNext", &order[order_count - 1], 2);
  leave(0);
}

// An active entry for a file on any file system.
void set_entry(const Char* name, const Char* order_name, u16 number, const Char* file) {
  static u8 option[256];
  usize at = 0, length = 0;
  const auto add = [&](const void* from, usize bytes) {
    table->boot->copy(option + at, from, bytes);
    at += bytes;
  };
  while (file[length]) ++length;
  const u16 node_bytes = static_cast<u16>(4 + 2 * (length + 1)), list_bytes = static_cast<u16>(node_bytes + 4);
  const u8 active[] = {1, 0, 0, 0}, end[] = {0x7f, 0xff, 4, 0}, node[] = {4, 4, static_cast<u8>(node_bytes), static_cast<u8>(node_bytes >> 8)};
  add(active, 4);
  add(&list_bytes, 2);
  add(L"test", 10);
  add(node, 4);
  add(file, 2 * (length + 1));
  add(end, 4);
  set(name, option, at);
  set(order_name, &number, 2);
}

Status once_with_drivers() {
  once();
  set_entry(L"Driver0007", L"DriverOrder", 7, L"\\driver.efi");
  set_entry(L"SysPrep0008", L"SysPrepOrder", 8, L"\\prepare.efi");
  leave(0);
}

}  // namespace

extern "C" Status efi_main(Handle image, SystemTable* system) {
  table = system;
  LoadedImage* self = nullptr;
  table->boot->handle_protocol(image, &guid_loaded_image, &self);
  if (self->code_type == boot_code) {
    put("DRIVER started\n");
    return success;
  }
  read_probe(self);
  if (self->path && self->path->length[0] == 4 + 2 * 13) {
    put("PREPARE started\n");
    return success;
  }
  report(self);
  list_options();
  const char* action = probe;
  while (*action && *action != ' ') ++action;
  switch (*action ? action[1] : 's') {
    case 'r': return success;
    case 'a': return aborted;
    case 'x': leave(0);
    case 'n': return once_to_the_last();
    case 'd': return once_with_drivers();
    default: leave(2);
  }
}
