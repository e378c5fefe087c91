// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace boot {

// QEMU's human monitor, on a socket.
class Monitor {
 public:
  // Words for QEMU's command line, and the other end of that socket.
  static std::vector<std::string> words(const std::string& name);
  explicit Monitor(const std::string& name);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // What QEMU answers. Throws when it does not.
  std::string command(std::string_view text);

 private:
  std::string read_to_prompt();

  int socket_ = -1;
};

}  // namespace boot
