// SPDX-License-Identifier: BSD-2-Clause-Patent
// Counts guest instructions from reset to marker instructions: the eight bytes 0F 1F 84 00 nn 4C 53 41,
// nop dword [rax+rax+0x41534Cnn], where nn is a firmware phase or 0xFF for the payload, which ends the run.
// Each iteration of a repeated string instruction counts as one.
//
//   -plugin icount.so,out=FILE       lines `phase N cpu0 C total T`
#include "qemu_plugin.hpp"

#include <unistd.h>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>

int qemu_plugin_version = 1;

namespace {

constexpr unsigned max_cpus = 256;
constexpr unsigned payload_phase = 0xff;
constexpr std::array<unsigned char, 4> marker_start{0x0f, 0x1f, 0x84, 0x00};
constexpr std::array<unsigned char, 3> marker_end{0x4c, 0x53, 0x41};

struct alignas(64) Counter {
  // Written by its own CPU only; atomic so that the last reader may look.
  std::atomic<std::uint64_t> value;
};

std::array<Counter, max_cpus> counters;
std::FILE* out = stderr;

void count_block(unsigned cpu, void* data) {
  auto& counter = counters[cpu % max_cpus].value;
  const auto size = reinterpret_cast<std::uintptr_t>(data);
  counter.store(counter.load(std::memory_order_relaxed) + size, std::memory_order_relaxed);
}

// Phase in the low byte; above it, how many instructions of its block are counted but not yet executed.
void report_marker(unsigned cpu, void* data) {
  const auto packed = reinterpret_cast<std::uintptr_t>(data);
  if (cpu != 0) return;
  const unsigned phase = packed & 0xff;
  const std::uint64_t ahead = packed >> 8;
  std::uint64_t total = 0;
  for (const Counter& counter : counters) total += counter.value.load(std::memory_order_relaxed);
  std::fprintf(out, "phase %u cpu0 %llu total %llu\n", phase,
               static_cast<unsigned long long>(counters[0].value.load(std::memory_order_relaxed) - ahead),
               static_cast<unsigned long long>(total - ahead));
  std::fflush(out);
  // QEMU's own exit handlers would wait for this very thread.
  if (phase == payload_phase) _exit(0);
}

// The marker's phase, or -1. A 16-bit marker carries an address-size prefix in front.
int marker_phase(const qemu_plugin_insn* instruction) {
  const std::size_t size = qemu_plugin_insn_size(instruction);
  if (size < 8 || size > 9) return -1;
  const auto* bytes = static_cast<const unsigned char*>(qemu_plugin_insn_data(instruction)) + (size - 8);
  if (std::memcmp(bytes, marker_start.data(), 4) != 0 || std::memcmp(bytes + 5, marker_end.data(), 3) != 0) return -1;
  return bytes[4];
}

void translate(qemu_plugin_id_t, qemu_plugin_tb* block) {
  const std::size_t size = qemu_plugin_tb_n_insns(block);
  qemu_plugin_register_vcpu_tb_exec_cb(block, count_block, QEMU_PLUGIN_CB_NO_REGS, reinterpret_cast<void*>(size));
  for (std::size_t i = 0; i < size; i++) {
    qemu_plugin_insn* const instruction = qemu_plugin_tb_get_insn(block, i);
    const int phase = marker_phase(instruction);
    if (phase >= 0)
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, report_marker, QEMU_PLUGIN_CB_NO_REGS,
                                             reinterpret_cast<void*>((size - i) << 8 | unsigned(phase)));
  }
}

}  // namespace

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t*, int argc, char** argv) {
  for (int i = 0; i < argc; i++) {
    if (std::strncmp(argv[i], "out=", 4) != 0) {
      std::fprintf(stderr, "icount: unknown argument %s\n", argv[i]);
      return 1;
    }
    out = std::fopen(argv[i] + 4, "w");
    if (!out) return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  return 0;
}
