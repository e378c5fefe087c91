// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/qtest_machine.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "lib/base/endian.hpp"

namespace fakes {
namespace {

constexpr const char* program = "/usr/bin/qemu-system-x86_64";
// Guest RAM that nobody else uses here.
constexpr u64 dma_descriptor = 0x1000, dma_buffer = 0x200000;

std::string format(const char* text, u64 a, u64 b = 0) {
  char line[96];
  std::snprintf(line, sizeof line, text, a, b);
  return line;
}
char width(unsigned bytes) { return bytes == 1 ? 'b' : bytes == 2 ? 'w' : bytes == 4 ? 'l' : 'q'; }

}  // namespace

bool QtestMachine::available() { return access(program, X_OK) == 0; }

QtestMachine::QtestMachine(const std::vector<std::string>& arguments) {
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) || pipe2(up, O_CLOEXEC)) throw std::runtime_error("pipe");
  std::vector<std::string> all{program, "-qtest", "stdio", "-qtest-log", "none", "-display", "none", "-nodefaults", "-accel", "tcg", "-S"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& a : all) argv.push_back(a.data());
  argv.push_back(nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(down[0], 0);
    dup2(up[1], 1);
    // Its remarks about unconnected network cards are of no interest.
    if (!std::getenv("ASHLAR_TEST_LOG")) dup2(open("/dev/null", O_WRONLY), 2);
    execv(program, argv.data());
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  to_ = fdopen(down[1], "w");
  from_ = fdopen(up[0], "r");
}

QtestMachine::~QtestMachine() {
  std::fclose(to_);
  std::fclose(from_);
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void QtestMachine::plug() {
  attach(static_cast<PortDevice&>(*this), 0, 0xffff);
  attach(static_cast<MmioDevice&>(*this), 0, ~0ull);
}

std::string QtestMachine::ask(const std::string& command) {
  std::fputs((command + "\n").c_str(), to_);
  std::fflush(to_);
  std::string line;
  for (;;) {
    line.clear();
    for (int c; (c = std::fgetc(from_)) != '\n';) {
      if (c == EOF) throw std::runtime_error("QEMU went away");
      line += static_cast<char>(c);
    }
    if (line.starts_with("OK")) return line.size() > 3 ? line.substr(3) : "";
    if (line.starts_with("FAIL") || line.starts_with("ERR")) throw std::runtime_error(command + ": " + line);
  }
}

u32 QtestMachine::in(u16 port, unsigned bytes) {
  return static_cast<u32>(std::stoul(ask(std::string("in") + width(bytes) + format(" 0x%lx", port)), nullptr, 16));
}
void QtestMachine::out(u16 port, unsigned bytes, u32 value) { ask(std::string("out") + width(bytes) + format(" 0x%lx 0x%lx", port, value)); }
u64 QtestMachine::read(u64 offset, unsigned bytes) { return std::stoull(ask(std::string("read") + width(bytes) + format(" 0x%lx", offset)), nullptr, 16); }
void QtestMachine::write(u64 offset, unsigned bytes, u64 value) { ask(std::string("write") + width(bytes) + format(" 0x%lx 0x%lx", offset, value)); }

Bytes QtestMachine::fw_cfg_item(u16 key, u32 size) {
  write(dma_descriptor, 4, swap_be(static_cast<u32>(key) << 16 | 8 | 2));
  write(dma_descriptor + 4, 4, swap_be(size));
  write(dma_descriptor + 8, 8, swap_be(dma_buffer));
  out(0x514, 4, 0);
  out(0x518, 4, swap_be(static_cast<u32>(dma_descriptor)));
  const std::string hex = ask(format("read 0x%lx 0x%lx", dma_buffer, size));
  Bytes bytes(size);
  for (u32 i = 0; i < size; ++i) bytes[i] = static_cast<u8>(std::stoul(hex.substr(2 + 2 * i, 2), nullptr, 16));
  return bytes;
}

void QtestMachine::copy_files(FwCfgDevice& to) {
  const u32 count = *reinterpret_cast<Be<u32>*>(fw_cfg_item(0x19, 4).data());
  Bytes directory = fw_cfg_item(0x19, 4 + 64 * count);
  for (u32 i = 0; i < count; ++i) {
    const u8* entry = &directory[4 + 64 * i];
    const u32 size = load_le<Be<u32>>(entry);
    const u16 key = load_le<Be<u16>>(entry + 4);
    if (size) to.add_file(reinterpret_cast<const char*>(entry + 8), fw_cfg_item(key, size));
  }
}

}  // namespace fakes
