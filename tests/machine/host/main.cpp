// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/arch/cpu.hpp"
#include "lib/arch/io.hpp"
#include "lib/base/result.hpp"
#include "tests/machine/host/hidden_ram.hpp"
#include "tests/machine/host/paging.hpp"
#include "tests/machine/host/pool.hpp"
#include "tests/machine/lies/lies.hpp"
#include "tests/machine/report/report.hpp"
#include "tests/machine/snp/launch.hpp"
#include "tests/machine/snp/model.hpp"
#include "tests/machine/snp/rmp.hpp"
#include "tests/machine/svm/vcpu.hpp"
#include "tests/machine/svm/views.hpp"

extern "C" {
extern host::u8 exception_stubs[];
void nmi_entry();
[[noreturn]] void host_main(host::u32 apic_id);
void host_exception(const host::u64* frame);
}

namespace {

using namespace host;

struct Gate {
  u16 offset_low, selector, type, offset_mid;
  u32 offset_high, reserved;
};
Gate idt[32];
u32 go;
constexpr u64 lapic_icr_low = 0xfee0'0300;

void set_gate(unsigned vector, u64 entry) {
  idt[vector] = {static_cast<u16>(entry), 24, 0x8e00, static_cast<u16>(entry >> 16), static_cast<u32>(entry >> 32), 0};
}

void fill_idt() {
  for (unsigned v = 0; v < 32; ++v) set_gate(v, reinterpret_cast<u64>(exception_stubs) + v * 16);
  set_gate(2, reinterpret_cast<u64>(&nmi_entry));
}

void load_idt() { arch::load_idt({sizeof idt - 1, reinterpret_cast<u64>(idt)}); }

void check_parameters() {
  const Parameters& p = parameters();
  if (p.magic != Parameters::magic_value) report::end(End::host_fault, "no parameter page");
  if (p.cpus < 1 || p.cpus > cpus_max || p.memory % 1_MiB || p.memory < 2_MiB || p.image_size > image_max)
    report::end(End::host_fault, "parameters out of range");
  if (!lies::choose(p.lie)) report::end(End::host_fault, "no lie of that name");
}

// The processors start once, before the guest runs: its own INIT and SIPI never reach them.
void start_processors() {
  const u32 cpus = parameters().cpus;
  svm::set_vcpu_count(cpus);
  arch::write32(lapic_icr_low, 0xc4500);
  arch::write32(lapic_icr_low, 0xc46f3);
  for (u32 i = 1; i < cpus; ++i)
    while (!svm::vcpu(i).present) arch::pause();
}

void boot_processor() {
  fill_idt();
  load_idt();
  report::init();
  check_parameters();
  const bool encrypted = parameters().mode != Mode::plain;
  svm::views::init(encrypted ? svm::views::Kind::encrypted : svm::views::Kind::plain);
  svm::set_model(parameters().mode >= Mode::es ? snp::encrypted_model : snp::plain_model);
  hidden_ram::init();
  if (lies::chosen().start) lies::chosen().start();
  svm::prepare(svm::vcpu(0));
  svm::vcpu(0).present = 1;
  start_processors();
  if (encrypted) snp::rmp::init();
  if (encrypted && !snp::is_snp()) snp::rmp::open_everything();
  snp::launch();
  if (lies::chosen().first_entry) lies::chosen().first_entry(svm::vcpu(0));
  report::event("start", 0);
  svm::vcpu(0).state = svm::RunState::running;
  __atomic_store_n(&go, 1, __ATOMIC_SEQ_CST);
}

}  // namespace

void host_main(u32 apic_id) {
  svm::Vcpu& v = svm::vcpu(apic_id);
  v.apic_id = apic_id;
  use_own_tables();
  if (apic_id == 0) {
    boot_processor();
  } else {
    load_idt();
    svm::prepare(v);
    v.present = 1;
    while (!__atomic_load_n(&go, __ATOMIC_SEQ_CST)) arch::pause();
  }
  svm::run(v);
}

void host_exception(const u64* frame) {
  report::print("host exception %d, error 0x%x, at 0x%x, CR2 0x%x\n", frame[0], frame[1], frame[2], arch::read_cr2());
  report::end(End::host_fault, "exception in the host");
}

namespace base {
void panic(const char* why) { report::end(host::End::host_fault, why); }
}  // namespace base
