// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "gdb_stub.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>
#include <thread>

namespace boot {

namespace {

using Clock = std::chrono::steady_clock;

std::string hex(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  char digits[3];
  for (std::uint8_t byte : bytes) {
    std::snprintf(digits, sizeof digits, "%02x", byte);
    text += digits;
  }
  return text;
}

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::strtoul(text.substr(at, 2).c_str(), nullptr, 16)));
  return bytes;
}

std::string number(std::uint64_t value) {
  char text[20];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace

GdbStub::GdbStub(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
  const auto end = Clock::now() + Seconds{10};
  while (Clock::now() < end) {
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
    close(socket_);
    socket_ = -1;
    std::this_thread::sleep_for(Seconds{0.02});
  }
}

GdbStub::~GdbStub() {
  if (socket_ >= 0) close(socket_);
}

// $packet#sum, acknowledged by '+'; so is the answer. Empty: no answer, or not supported.
std::string GdbStub::ask(const std::string& packet, Seconds timeout) {
  char sum[4];
  std::snprintf(sum, sizeof sum, "#%02x", std::accumulate(packet.begin(), packet.end(), 0u) & 0xff);
  const std::string line = "$" + packet + sum;
  if (::write(socket_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return {};
  std::string answer;
  for (const auto end = Clock::now() + timeout; Clock::now() < end;) {
    pollfd ready{socket_, POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (poll(&ready, 1, static_cast<int>(left)) <= 0) return {};
    char c;
    if (::read(socket_, &c, 1) != 1) return {};
    answer += c;
    const auto begin = answer.find('$'), hash = answer.find('#');
    if (begin == std::string::npos || hash == std::string::npos || answer.size() < hash + 3) continue;
    // Whoever was let go may be gone before it hears this.
    if (::write(socket_, "+", 1) != 1) errno = 0;
    return answer.substr(begin + 1, hash - begin - 1);
  }
  return {};
}

bool GdbStub::run_to(std::uint64_t address, Seconds timeout) {
  const std::string where = "1," + number(address) + ",1";
  if (ask("Z" + where) != "OK") return false;
  const bool stopped = ask("c", timeout).starts_with("T05");
  return ask("z" + where) == "OK" && stopped;
}

std::uint64_t GdbStub::get(Register which) {
  std::uint64_t value = 0;
  const auto all = bytes_of(ask("g"));
  if (all.size() >= (which + 1) * 8) std::memcpy(&value, &all[which * 8], 8);
  return value;
}

bool GdbStub::set(Register which, std::uint64_t value) {
  auto all = bytes_of(ask("g"));
  if (all.size() < (which + 1) * 8) return false;
  std::memcpy(&all[which * 8], &value, 8);
  return ask("G" + hex(all)) == "OK";
}

// QEMU takes packets of at most 4096 characters.
constexpr std::size_t packet_bytes = 1024;

bool GdbStub::write(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += packet_bytes) {
    const auto begin = bytes.begin() + static_cast<long>(at);
    const std::vector<std::uint8_t> part(begin, begin + static_cast<long>(std::min(packet_bytes, bytes.size() - at)));
    if (ask("M" + number(address + at) + "," + number(part.size()) + ":" + hex(part)) != "OK") return false;
  }
  return true;
}

std::vector<std::uint8_t> GdbStub::read(std::uint64_t address, std::size_t size) {
  return bytes_of(ask("m" + number(address) + "," + number(std::min(size, packet_bytes))));
}

bool GdbStub::detach() { return ask("D") == "OK"; }

std::vector<std::string> gdb_options(const std::string& socket_path) {
  return {"-S", "-gdb", "unix:" + socket_path + ",server=on,wait=off"};
}

std::uint64_t address_in_sec(const std::string& function) {
  const auto folder = std::filesystem::path(firmware_path()).parent_path();
  std::uint64_t base = 0;
  std::string line;
  for (std::ifstream file(folder / "layout.ld"); std::getline(file, line);)
    if (line.starts_with("layout_sec_image = ")) base = std::strtoull(line.c_str() + line.find("0x"), nullptr, 16);
  for (std::ifstream file(folder / "symbols.txt"); base && std::getline(file, line);) {
    std::istringstream words(line);
    std::string image, offset, name;
    words >> image >> offset >> std::ws;
    std::getline(words, name);
    if (image == "sec" && name.starts_with(function)) return base + std::strtoull(offset.c_str(), nullptr, 16);
  }
  return 0;
}

}  // namespace boot
