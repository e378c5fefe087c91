// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "tests/machine/host/layout.hpp"

namespace model {

using Seconds = std::chrono::duration<double>;

struct Guest
{
    std::string image;
    host::Mode mode = host::Mode::snp;
    unsigned cpus = 1, memory_mib = 512;
    bool lenient = false;
    bool intercept_tsc = false;
    unsigned kernel_hashes = 0;
    std::string lie;
    std::string kernel, initrd, append;
    std::vector<std::string> extra;
};

// QEMU's exit status, by the end that the host reports.
constexpr int status_of(host::End end) { return static_cast<int>(end) * 2 + 1; }

// The parameter page of a guest, for -device loader.
std::string parameter_page(const Guest& guest);
// Words of the QEMU command line that boots `guest` in the model, with its serial port on standard input and output.
std::vector<std::string> command_line(const Guest& guest, const std::string& parameters, const std::string& report);

// What the host wrote over the debug port.
class Report
{
public:
    explicit Report(std::string text) : text_(std::move(text)) {}
    bool complete() const { return text_.find("\"complete\": true") != std::string::npos; }
    std::string end() const { return string("end"); }
    std::string why() const { return string("why"); }
    // A member of the final report by its key; 0 when it is absent.
    unsigned long long count(const std::string& key) const;
    std::vector<unsigned long long> numbers(const std::string& key) const;  // of an array
    bool has(std::string_view text) const { return text_.find(text) != std::string::npos; }
    unsigned lines_with(std::string_view text) const;
    std::string string(const std::string& key) const;
    std::string const& text() const { return text_; }

private:
    std::string text_;
};

// One guest in the model. Dies with this process at the latest.
class Run
{
public:
    Run(const std::string& name, const Guest& guest);
    // Any QEMU, by its command line.
    Run(const std::string& name, std::vector<std::string> words);
    ~Run();
    Run(Run const&) = delete;
    Run& operator=(Run const&) = delete;

    // Waits until the text appears on the serial port; later calls look only at what follows it.
    bool expect(std::string_view text, Seconds timeout);
    void send(std::string_view text);
    // The exit status; nothing when it still runs.
    std::optional<int> wait(Seconds timeout);
    Report report() const;
    std::string const& transcript() const { return transcript_; }
    std::string tail() const;

private:
    void start(std::vector<std::string> words);
    bool read_some(Seconds timeout);

    std::string base_, transcript_;
    std::size_t seen_ = 0;
    pid_t child_ = -1;
    std::optional<int> status_;
    int input_ = -1, output_ = -1;
};

}
