// SPDX-License-Identifier: BSD-2-Clause-Patent
// `chattr -i FILE` for a guest whose busybox has no chattr. No C library: it runs from an initrd.
namespace {

using u64 = unsigned long;

u64 syscall3(u64 number, u64 a, u64 b, u64 c) {
  u64 result;
  asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

constexpr u64 sys_open = 2, sys_ioctl = 16, sys_exit = 60;
constexpr u64 get_flags = 0x8008'6601, set_flags = 0x4008'6602;
constexpr u64 immutable = 0x10;

u64 clear_immutable(const char* path) {
  const u64 file = syscall3(sys_open, reinterpret_cast<u64>(path), 0, 0);
  if (static_cast<long>(file) < 0) return 1;
  u64 flags = 0;
  if (syscall3(sys_ioctl, file, get_flags, reinterpret_cast<u64>(&flags)) != 0) return 2;
  flags &= ~immutable;
  return syscall3(sys_ioctl, file, set_flags, reinterpret_cast<u64>(&flags)) ? 3 : 0;
}

}  // namespace

// The initial stack: argument count, then the argument pointers.
extern "C" [[noreturn]] void start(const u64* stack) {
  const u64 status = stack[0] < 2 ? 4 : clear_immutable(reinterpret_cast<const char*>(stack[2]));
  for (;;) syscall3(sys_exit, status, 0, 0);
}

asm(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
