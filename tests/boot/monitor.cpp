// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "monitor.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace boot {

namespace {

constexpr std::string_view prompt = "(qemu) ";
constexpr int patience_ms = 20'000;

std::string socket_path(const std::string& name) { return "build/boot-logs/" + name + ".monitor"; }

}  // namespace

std::vector<std::string> Monitor::words(const std::string& name) {
  unlink(socket_path(name).c_str());
  return {"-monitor", "unix:" + socket_path(name) + ",server=on,wait=off"};
}

Monitor::Monitor(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path(name).c_str(), sizeof address.sun_path - 1);
  for (int tries = 0; tries < patience_ms / 20; tries++) {
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      read_to_prompt();
      return;
    }
    close(socket_);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  throw std::runtime_error("no monitor at " + socket_path(name));
}

Monitor::~Monitor() { close(socket_); }

std::string Monitor::read_to_prompt() {
  std::string text;
  while (!text.ends_with(prompt)) {
    pollfd ready{socket_, POLLIN, 0};
    char buffer[4096];
    if (poll(&ready, 1, patience_ms) <= 0) throw std::runtime_error("the monitor does not answer");
    const ssize_t size = read(socket_, buffer, sizeof buffer);
    if (size <= 0) throw std::runtime_error("the monitor has gone");
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

std::string Monitor::command(std::string_view text) {
  const std::string line = std::string(text) + "\n";
  if (write(socket_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) throw std::runtime_error("the monitor has gone");
  return read_to_prompt();
}

}  // namespace boot
