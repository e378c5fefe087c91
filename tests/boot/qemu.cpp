// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "qemu.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <regex>
#include <stdexcept>
#include <thread>

namespace boot {

namespace {

using Clock = std::chrono::steady_clock;

std::string environment(const char* name, std::string fallback) {
  const char* const value = std::getenv(name);
  return value && *value ? value : fallback;
}

void add(std::vector<std::string>& to, std::initializer_list<std::string> words) { to.insert(to.end(), words); }

// The guest writes to its variable flash, so a pair needs a copy of its own, unless the writes are the point.
std::string copy_of_vars(const Machine& machine, const std::string& name) {
  const std::string vars = machine.vars.empty() ? environment("ASHLAR_VARS", "") : machine.vars;
  if (vars.empty() || machine.keep_vars) return {};
  const std::string copy = "build/boot-logs/" + name + ".vars";
  std::filesystem::copy_file(vars, copy, std::filesystem::copy_options::overwrite_existing);
  return copy;
}

std::vector<std::string> command_line(const Machine& machine, const std::string& name, const std::string& vars) {
  std::vector<std::string> words{machine.qemu.empty() ? environment("ASHLAR_QEMU", "qemu-system-x86_64") : machine.qemu};
  // Unreserved memory, so that a large guest needs no large host.
  const std::string mib = std::to_string(machine.memory_mib);
  const std::string firmware = machine.firmware.empty() ? firmware_path() : machine.firmware;
  add(words, {"-nodefaults", "-no-user-config",
              "-display",    "none",
              "-object",     "memory-backend-ram,id=ram,reserve=off,size=" + mib + "M",
              "-machine",    machine.type + ",memory-backend=ram",
              "-accel",      environment("ASHLAR_ACCEL", machine.accel.c_str()),
              "-m",          mib,
              "-smp",        std::to_string(machine.cpus),
              "-serial",     "stdio",
              "-debugcon",   "file:build/boot-logs/" + name + ".debug",
              "-global",     "isa-debugcon.iobase=0x402"});
  if (vars.empty())
    add(words, {"-bios", firmware});
  else
    add(words, {"-drive", "if=pflash,unit=0,format=raw,readonly=on,file=" + firmware, "-drive",
                "if=pflash,unit=1,format=raw,file=" + vars});
  if (!machine.cpu_model.empty()) add(words, {"-cpu", machine.cpu_model});
  if (!machine.kernel.empty()) add(words, {"-kernel", machine.kernel});
  if (!machine.initrd.empty()) add(words, {"-initrd", machine.initrd});
  if (!machine.append.empty()) add(words, {"-append", machine.append});
  words.insert(words.end(), machine.extra.begin(), machine.extra.end());
  return words;
}

}  // namespace

std::string firmware_path() { return environment("ASHLAR_FIRMWARE", "build/ashlar.fd"); }

bool firmware_is_ashlar() {
  std::string name = std::filesystem::path(firmware_path()).filename();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name.contains("ashlar");
}

std::vector<std::string> complaints(const std::string& transcript) {
  std::vector<std::string> found;
  for (std::size_t at = 0; (at = transcript.find("ashlar: ", at)) != std::string::npos; at++) {
    const std::string line = transcript.substr(at, transcript.find('\r', at) - at);
    if (line != "ashlar: variables are lost at power-off: there is no flash") found.push_back(line);
  }
  return found;
}

void use_flash_pair(Machine& machine) {
  const std::filesystem::path folder = std::filesystem::path(firmware_path()).parent_path();
  machine.firmware = folder / "ASHLAR_CODE.fd";
  machine.vars = folder / "ASHLAR_VARS.fd";
}

Qemu::Qemu(std::string name, const Machine& machine) : name_(std::move(name)), log_path_("build/boot-logs/" + name_ + ".log") {
  std::filesystem::create_directories("build/boot-logs");
  scratch_vars_ = copy_of_vars(machine, name_);
  start(command_line(machine, name_, machine.keep_vars ? machine.vars : scratch_vars_));
}

Qemu::Qemu(std::string name, const std::vector<std::string>& words)
    : name_(std::move(name)), log_path_("build/boot-logs/" + name_ + ".log") {
  std::filesystem::create_directories("build/boot-logs");
  start(words);
}

void Qemu::start(const std::vector<std::string>& words) {
  log_ = open(log_path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  int to_child[2], from_child[2];
  if (log_ < 0 || pipe2(to_child, O_CLOEXEC) || pipe2(from_child, O_CLOEXEC))
    throw std::runtime_error("cannot open " + log_path_ + " or its pipes");
  std::string header = "$";
  for (const std::string& word : words) header += word.contains(' ') ? " '" + word + "'" : " " + word;
  dprintf(log_, "%s\n", header.c_str());

  // Sending to a guest that has gone is the test's failure, not the end of the test program.
  std::signal(SIGPIPE, SIG_IGN);
  child_ = fork();
  if (child_ < 0) throw std::runtime_error("cannot fork");
  if (child_ == 0) exec_child(words, to_child[0], from_child[1]);
  close(to_child[0]);
  close(from_child[1]);
  input_ = to_child[1];
  output_ = from_child[0];
}

Qemu::~Qemu() {
  if (!status_ && child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  for (int file : {input_, output_, log_}) close(file);
  if (!scratch_vars_.empty()) unlink(scratch_vars_.c_str());
}

void Qemu::exec_child(const std::vector<std::string>& arguments, int input, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_DFL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
  dprintf(STDERR_FILENO, "cannot run %s: %s\n", pointers[0], std::strerror(errno));
  _exit(127);
}

bool Qemu::read_some(Seconds timeout) {
  pollfd ready{output_, POLLIN, 0};
  const int milliseconds = std::max(0, static_cast<int>(timeout.count() * 1000));
  if (poll(&ready, 1, milliseconds) <= 0) return true;
  char buffer[4096];
  const ssize_t size = read(output_, buffer, sizeof buffer);
  if (size <= 0) return false;
  transcript_.append(buffer, static_cast<std::size_t>(size));
  return write(log_, buffer, static_cast<std::size_t>(size)) == size;
}

bool Qemu::expect(std::string_view text, Seconds timeout) {
  const auto end = Clock::now() + timeout;
  for (bool open = true;;) {
    if (const auto at = transcript_.find(text, seen_); at != std::string::npos) {
      seen_ = at + text.size();
      return true;
    }
    const Seconds left = end - Clock::now();
    if (!open || left.count() <= 0) return false;
    open = read_some(left);
  }
}

std::optional<std::string> Qemu::expect_match(const std::string& expression, Seconds timeout) {
  const std::regex pattern(expression);
  const auto end = Clock::now() + timeout;
  for (bool open = true;;) {
    std::smatch match;
    if (std::regex_search(transcript_.cbegin() + static_cast<long>(seen_), transcript_.cend(), match, pattern)) {
      const std::string found = match.str();
      seen_ += static_cast<std::size_t>(match.position() + match.length());
      return found;
    }
    const Seconds left = end - Clock::now();
    if (!open || left.count() <= 0) return std::nullopt;
    open = read_some(left);
  }
}

void Qemu::send(std::string_view text) {
  // A 16550 has a small FIFO and no flow control worth the name: a slow guest loses a burst.
  for (char c : text) {
    if (write(input_, &c, 1) != 1) return;
    read_some(Seconds{0.002});
  }
}

std::optional<int> Qemu::wait_exit(Seconds timeout) {
  const auto end = Clock::now() + timeout;
  while (!status_) {
    int raw = 0;
    if (waitpid(child_, &raw, WNOHANG) == child_) {
      status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
      while (read_some(Seconds{0.01}) && transcript_.size() < (1u << 24)) {
        pollfd ready{output_, POLLIN, 0};
        if (poll(&ready, 1, 0) <= 0) break;
      }
      break;
    }
    if (Clock::now() >= end) break;
    // Keeps the pipe empty, or a talkative guest would block on it.
    if (!read_some(Seconds{0.05})) std::this_thread::sleep_for(Seconds{0.05});
  }
  return status_;
}

std::string Qemu::tail() const {
  constexpr std::size_t limit = 3000;
  const std::size_t from = transcript_.size() > limit ? transcript_.size() - limit : 0;
  return "\n--- end of " + log_path_ + " ---\n" + transcript_.substr(from) + "\n---\n";
}

}  // namespace boot
