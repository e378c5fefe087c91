// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/interrupt/crash.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/log/log.hpp"

namespace crash {
namespace {

struct Image {
  const char* name;
  u64 base, bytes;
};
constexpr unsigned max_images = 16;
constexpr unsigned max_depth = 24;
constexpr u64 page_fault = 14;

constinit Image images[max_images] = {};
constinit unsigned image_count = 0;
constinit Stack boot_stack = {};
constinit bool (*find_stack)(u64, Stack&) = nullptr;
constinit bool reporting = false;

Stack stack_of(u64 address, bool& boot_processor) {
  Stack stack;
  boot_processor = !find_stack || !find_stack(address, stack);
  return boot_processor ? boot_stack : stack;
}

constexpr const char* exception_names[] = {"#DE divide error", "#DB debug", "NMI", "#BP breakpoint", "#OF overflow", "#BR bound",
    "#UD invalid opcode", "#NM no FPU", "#DF double fault", "9", "#TS task state", "#NP segment not present", "#SS stack", 
    "#GP general protection", "#PF page fault", "15", "#MF x87", "#AC alignment", "#MC machine check", "#XF SIMD", "#VE virtualization",
    "#CP control protection", "22", "23", "24", "25", "26", "27", "#HV", "#VC", "#SX", "31"};

void print_address(const char* what, u64 address) {
  for (unsigned i = 0; i < image_count; ++i)
    if (address - images[i].base < images[i].bytes) {
      log::error(what, images[i].name, "+", log::hex(address - images[i].base));
      return;
    }
  log::error(what, log::hex(address));
}

void print_stack_trace(u64 frame_pointer) {
  bool boot;
  const Stack stack = stack_of(frame_pointer, boot);
  for (unsigned depth = 0;; ++depth) {
    if (frame_pointer < stack.bottom || frame_pointer > stack.top - 16 || frame_pointer % 8 != 0) return;
    const auto* frame = reinterpret_cast<const u64*>(frame_pointer);
    if (frame[1] == 0) return;
    if (depth == max_depth) return log::error("  and more");
    print_address("  called from ", frame[1]);
    if (frame[0] <= frame_pointer) return;
    frame_pointer = frame[0];
  }
}

bool in_guard_page(u64 address, const Stack& stack) { return address < stack.bottom && stack.bottom - address <= page_bytes; }

}  // namespace

void add_image(const char* name, u64 base, u64 bytes) {
  if (image_count < max_images) images[image_count++] = {name, base, bytes};
}

void set_stack(u64 bottom, u64 top) {
  boot_stack = {bottom, top, 0};
}

void set_stack_finder(bool (*find)(u64, Stack&)) { find_stack = find; }

void report(const arch::InterruptFrame& f) {
  // A fault while one is being reported, or the NMI that stops the other processors: no more words, but the host still
  // learns why it ended.
  if (cc::is_ending() || __atomic_exchange_n(&reporting, true, __ATOMIC_ACQ_REL)) cc::terminate(cc::Reason::cpu_exception);
  if (!cc::can_speak()) cc::terminate(cc::Reason::cpu_exception);
  bool boot;
  const Stack stack = stack_of(f.rsp, boot);
  if (!boot) log::error("on the processor with APIC id ", stack.processor, ":");
  log::error("exception ", f.vector, " ", f.vector < 32 ? exception_names[f.vector] : "?", ", error code ", log::hex(f.error_code),
             f.vector == page_fault && in_guard_page(arch::read_cr2(), stack) ? ", the stack is used up" : "");
  print_address("RIP ", f.rip);
  log::error("CR0 ", log::hex(arch::read_cr0()), " CR2 ", log::hex(arch::read_cr2()), " CR3 ", log::hex(arch::read_cr3()), " CR4 ",
             log::hex(arch::read_cr4()), " RFLAGS ", log::hex(f.rflags), " CS ", log::hex(f.cs));
  log::error("RAX ", log::hex(f.rax), " RBX ", log::hex(f.rbx), " RCX ", log::hex(f.rcx), " RDX ", log::hex(f.rdx));
  log::error("RSI ", log::hex(f.rsi), " RDI ", log::hex(f.rdi), " RBP ", log::hex(f.rbp), " RSP ", log::hex(f.rsp));
  log::error("R8  ", log::hex(f.r8), " R9  ", log::hex(f.r9), " R10 ", log::hex(f.r10), " R11 ", log::hex(f.r11));
  log::error("R12 ", log::hex(f.r12), " R13 ", log::hex(f.r13), " R14 ", log::hex(f.r14), " R15 ", log::hex(f.r15));
  print_stack_trace(f.rbp);
  cc::terminate(cc::Reason::cpu_exception);
}

}  // namespace crash

// libstdc++'s checked containers and the stack protector end here.
extern "C" {
[[noreturn]] void abort() { base::panic("a checked access failed"); }
[[noreturn]] void __stack_chk_fail() { base::panic("a stack frame was overwritten"); }
[[noreturn]] void __cxa_pure_virtual() { base::panic("a pure virtual function was called"); }
}

void base::panic(const char* why) {
  log::error("panic: ", why);
  crash::print_address("  at ", reinterpret_cast<u64>(__builtin_return_address(0)));
  crash::print_stack_trace(reinterpret_cast<u64>(__builtin_frame_address(0)));
  cc::terminate(cc::Reason::panic);
}

namespace std {
void __glibcxx_assert_fail(const char*, int, const char*, const char* condition) noexcept { base::panic(condition); }
void __throw_out_of_range_fmt(const char* what, ...) { base::panic(what); }  // a part of a string_view that it does not have
}  // namespace std
