// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "qemu.hpp"

#include <cstdint>

namespace boot {

// QEMU's debugger port: the way to lie to the guest where QEMU itself has no option for it. The machine must have been
// started with gdb_options() and waits until continued.
class GdbStub {
 public:
  enum Register : unsigned { rax, rbx, rcx, rdx, rsi, rdi };

  explicit GdbStub(const std::string& socket_path);
  ~GdbStub();
  GdbStub(const GdbStub&) = delete;
  GdbStub& operator=(const GdbStub&) = delete;

  // Whether the processor arrived there.
  bool run_to(std::uint64_t address, Seconds timeout);
  std::uint64_t get(Register which);
  bool set(Register which, std::uint64_t value);
  bool write(std::uint64_t address, const std::vector<std::uint8_t>& bytes);
  // At most a KiB.
  std::vector<std::uint8_t> read(std::uint64_t address, std::size_t size);
  // Lets the machine go on alone.
  bool detach();

 private:
  std::string ask(const std::string& packet, Seconds timeout = Seconds{5});
  int socket_ = -1;
};

std::vector<std::string> gdb_options(const std::string& socket_path);

// Where a function of SEC or PEI runs, by the beginning of its full name; 0 when there is none.
std::uint64_t address_in_sec(const std::string& function);

}  // namespace boot
