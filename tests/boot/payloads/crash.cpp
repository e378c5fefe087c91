// SPDX-License-Identifier: BSD-2-Clause-Patent
// Fails in the way that the first letter of its load options names, so that the crash report can be read.
#include "efi.hpp"
#include "mp_services.hpp"

namespace {

BootServices* bs;

// Volatile, or the compiler would see what comes.
int* volatile nowhere = nullptr;
volatile u8 in_data[16] = {0xc3};
constinit volatile u64 depth = 0;

using Code = void (*)();

void write_page_zero() { *nowhere = 1; }

[[gnu::noinline]] u64 use_up_stack(u64 n) {
  volatile u64 here[8] = {n};
  return depth == ~0ull ? 0 : use_up_stack(n + 1) + here[0];
}

Status run_data() {
  u64 page = 0;
  if (const Status status = bs->allocate_pages(any_pages, boot_data, 1, &page)) return status;
  *reinterpret_cast<u8*>(page) = 0xc3;
  reinterpret_cast<Code>(page)();
  return success;
}

void write_own_code() { *reinterpret_cast<volatile u8*>(&write_page_zero) = 0xc3; }

void read_non_canonical() { depth = *reinterpret_cast<volatile u64*>(0x1234'0000'0000'0000); }

// The fault is the firmware's, several calls deep.
Status hand_over_wild_pointer(Handle image) {
  Handle child;
  return bs->load_image(0, image, nullptr, reinterpret_cast<const void*>(0x7fff'0000'0000), 8192, &child);
}

void crash_here(void*) { asm volatile("ud2"); }

// On another processor, while this one goes on.
Status crash_elsewhere() {
  MpServices* mp = nullptr;
  Event event;
  bs->locate_protocol(&guid_mp, nullptr, &mp);
  bs->create_event(event_plain, 0, nullptr, nullptr, &event);
  mp->one(mp, crash_here, 1, event, 0, nullptr, nullptr);
  bs->stall(1'000'000);
  return success;
}

[[gnu::noinline]] Status act(Char what, Handle image) {
  switch (what) {
    case 'u':
      asm volatile("ud2" : : "a"(0x600d'cafe'0000'0001));
      break;
    case 'z':
      write_page_zero();
      break;
    case 's':
      return use_up_stack(0);
    case 'd':
      return run_data();
    case 'i':
      reinterpret_cast<Code>(const_cast<u8*>(in_data))();
      break;
    case 't':
      write_own_code();
      break;
    case 'g':
      read_non_canonical();
      break;
    case 'w':
      return hand_over_wild_pointer(image);
    case 'p':
      return crash_elsewhere();
    default:
      return unsupported;
  }
  return success;
}

void say(const char* text) {
  for (; *text; text++) {
    u8 status = 0;
    do asm volatile("inb %w1, %b0" : "=a"(status) : "Nd"(u16{0x3fd}));
    while (!(status & 0x20));
    asm volatile("outb %b0, %w1" : : "a"(*text), "Nd"(u16{0x3f8}));
  }
}

}  // namespace

// QEMU takes a kernel for at least five sectors long.
[[gnu::used]] static const char padding[8192] = {1};

extern "C" Status efi_main(Handle image, SystemTable* table) {
  bs = table->boot;
  LoadedImage* self = nullptr;
  bs->handle_protocol(image, &guid_loaded_image, &self);
  say("CRASH begins\r\n");
  const Status status = act(self->options_size ? *static_cast<const Char*>(self->options) : 0, image);
  say("CRASH survived\r\n");
  return status;
}
