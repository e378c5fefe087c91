// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <sys/types.h>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boot {

using Seconds = std::chrono::duration<double>;

struct Machine {
  std::string type = "q35";
  unsigned memory_mib = 512;
  unsigned cpus = 1;
  std::string qemu;       // empty: ASHLAR_QEMU, or the machine's own
  std::string accel = "tcg";
  std::string cpu_model;  // empty: QEMU's default
  std::string kernel, initrd, append;
  std::string firmware, vars;  // empty: as the environment says
  bool keep_vars = false;      // write to the file itself, not to a copy
  std::vector<std::string> extra;
};

// The firmware under test, from ASHLAR_FIRMWARE and, for a flash pair, ASHLAR_VARS.
std::string firmware_path();
bool firmware_is_ashlar();
// What the firmware complained about on the serial port. That a whole image keeps no variables is no complaint.
std::vector<std::string> complaints(const std::string& transcript);
// Ashlar's pair instead of the whole image.
void use_flash_pair(Machine& machine);

// One QEMU child with its serial port on pipes. Dies with this process at the latest.
class Qemu {
 public:
  Qemu(std::string name, const Machine& machine);
  // Any other program that ends up being QEMU.
  Qemu(std::string name, const std::vector<std::string>& words);
  ~Qemu();
  Qemu(const Qemu&) = delete;
  Qemu& operator=(const Qemu&) = delete;

  // Waits until the text appears on the serial port; later calls look only at what follows it.
  bool expect(std::string_view text, Seconds timeout);
  // Waits for a match of the ECMAScript expression and returns it.
  std::optional<std::string> expect_match(const std::string& expression, Seconds timeout);
  void send(std::string_view text);

  // The exit status (128 + signal for a killed child), or nothing when it is still running.
  std::optional<int> wait_exit(Seconds timeout);
  bool running() { return !wait_exit(Seconds{0}).has_value(); }

  const std::string& transcript() const { return transcript_; }
  const std::string& log_path() const { return log_path_; }
  // The last lines of the transcript, for a failed assertion's message.
  std::string tail() const;

 private:
  void start(const std::vector<std::string>& words);
  [[noreturn]] void exec_child(const std::vector<std::string>& arguments, int input, int output);
  bool read_some(Seconds timeout);

  std::string name_, log_path_, transcript_, scratch_vars_;
  std::size_t seen_ = 0;
  pid_t child_ = -1;
  std::optional<int> status_;
  int input_ = -1, output_ = -1, log_ = -1;
};

}  // namespace boot
