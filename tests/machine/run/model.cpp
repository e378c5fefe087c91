// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/run/model.hpp"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace model {

namespace {

const std::string output_folder = "build/machine/runs/";

std::string hex(unsigned long long value)
{
    std::ostringstream s;
    s << "0x" << std::hex << value;
    return s.str();
}

std::string read_file(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void add_host(std::vector<std::string>& words, const Guest& guest, const std::string& parameters)
{
    const auto mib = host::machine_memory(guest.memory_mib * 1048576ull) >> 20;
    const auto total = std::to_string(mib) + "M";
    const char* accelerator = std::getenv("ASHLAR_MODEL_ACCEL");
    for (const auto& word : {"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"}) words.push_back(word);
    for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
             {"-machine", "q35,memory-backend=ram"},
             // With a thread for each processor QEMU now and then runs a guest without its nested page tables, or its host with
             // them (7.2 and 10.0), and spends most of its time on the lock for devices.
             {"-accel", accelerator && *accelerator ? accelerator : "tcg,thread=single"},
             {"-object", "memory-backend-ram,id=ram,size=" + total + ",reserve=off"},
             // Room for more RAM makes QEMU say in etc/reserved-memory-end where all of it ends, so that no firmware puts BARs
             // where the host's is.
             {"-m", total + ",slots=1,maxmem=" + std::to_string(mib + 1024) + "M"},
             {"-cpu", "max,vendor=AuthenticAMD,la57=off,phys-bits=48"},
             {"-smp", std::to_string(guest.cpus)},
             {"-bios", "build/machine/boot_rom.bin"},
             {"-device", "loader,file=build/model-host.elf"},
             {"-device", "loader,force-raw=on,addr=" + hex(host::parameters_base) + ",file=" + parameters},
             {"-device", "loader,force-raw=on,addr=" + hex(host::image_base) + ",file=" + guest.image},
         })
        words.insert(words.end(), {option, value});
}

}

std::string parameter_page(const Guest& guest)
{
    host::Parameters p{};
    p.magic = host::Parameters::magic_value;
    p.mode = guest.mode;
    p.cpus = guest.cpus;
    p.memory = guest.memory_mib * 1048576ull;
    p.image_size = std::filesystem::file_size(guest.image);
    p.lenient = guest.lenient;
    p.intercept_tsc = guest.intercept_tsc;
    p.kernel_hashes = guest.kernel_hashes;
    if (guest.lie.size() >= sizeof p.lie) throw std::runtime_error("name of a lie too long");
    std::memcpy(p.lie, guest.lie.data(), guest.lie.size());
    return {reinterpret_cast<const char*>(&p), sizeof p};
}

std::vector<std::string> command_line(const Guest& guest, const std::string& parameters, const std::string& report)
{
    const char* qemu = std::getenv("ASHLAR_QEMU");
    std::vector<std::string> words{qemu ? qemu : "qemu-system-x86_64"};
    add_host(words, guest, parameters);
    words.insert(words.end(), {"-chardev", "file,id=report,path=" + report,
                               "-device", "isa-debugcon,iobase=" + hex(host::report_port) + ",chardev=report",
                               "-device", "isa-debug-exit,iosize=4,iobase=" + hex(host::exit_port)});
    if (!guest.kernel.empty()) words.insert(words.end(), {"-kernel", guest.kernel, "-append", guest.append});
    if (!guest.initrd.empty()) words.insert(words.end(), {"-initrd", guest.initrd});
    words.insert(words.end(), guest.extra.begin(), guest.extra.end());
    return words;
}

unsigned long long Report::count(const std::string& key) const
{
    const auto at = text_.rfind("\"" + key + "\": ");
    return at == std::string::npos ? 0 : std::strtoull(text_.c_str() + at + key.size() + 4, nullptr, 10);
}

std::vector<unsigned long long> Report::numbers(const std::string& key) const
{
    std::vector<unsigned long long> list;
    const auto at = text_.rfind("\"" + key + "\": [");
    if (at == std::string::npos) return list;
    for (const char* p = text_.c_str() + at + key.size() + 4; *p && *p != ']';) {
        char* end = nullptr;
        list.push_back(std::strtoull(p + 1, &end, 10));
        p = end;
    }
    return list;
}

std::string Report::string(const std::string& key) const
{
    const auto at = text_.rfind("\"" + key + "\": \"");
    if (at == std::string::npos) return {};
    const auto start = at + key.size() + 5;
    return text_.substr(start, text_.find('"', start) - start);
}

unsigned Report::lines_with(std::string_view text) const
{
    unsigned n = 0;
    for (auto at = text_.find(text); at != std::string::npos; at = text_.find(text, at + 1)) ++n;
    return n;
}

Run::Run(const std::string& name, const Guest& guest) : base_(output_folder + name)
{
    std::filesystem::create_directories(output_folder);
    std::ofstream(base_ + ".parameters", std::ios::binary) << parameter_page(guest);
    std::filesystem::remove(base_ + ".json");
    start(command_line(guest, base_ + ".parameters", base_ + ".json"));
}

Run::Run(const std::string& name, std::vector<std::string> words) : base_(output_folder + name)
{
    std::filesystem::create_directories(output_folder);
    start(std::move(words));
}

void Run::start(std::vector<std::string> words)
{
    words.insert(words.end(), {"-serial", "stdio", "-monitor", "none"});
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) throw std::runtime_error("pipe");
    child_ = fork();
    if (child_ < 0) throw std::runtime_error("fork");
    if (child_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], 0);
        dup2(out[1], 1);
        const int log = open((base_ + ".qemu").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
        dup2(log, 2);
        std::vector<char*> arguments;
        for (auto& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    output_ = out[0];
}

Run::~Run()
{
    if (!wait(Seconds{0})) {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    close(input_);
    close(output_);
    std::ofstream(base_ + ".serial", std::ios::binary) << transcript_;
}

bool Run::read_some(Seconds timeout)
{
    pollfd p{output_, POLLIN, 0};
    if (poll(&p, 1, static_cast<int>(timeout.count() * 1000)) <= 0) return true;
    char buffer[4096];
    const auto n = read(output_, buffer, sizeof buffer);
    if (n <= 0) return false;
    transcript_.append(buffer, static_cast<std::size_t>(n));
    return true;
}

bool Run::expect(std::string_view text, Seconds timeout)
{
    const auto end = std::chrono::steady_clock::now() + timeout;
    for (bool open = true; ; open = read_some(Seconds{0.1})) {
        const auto at = transcript_.find(text, seen_);
        if (at != std::string::npos) {
            seen_ = at + text.size();
            return true;
        }
        if (!open || std::chrono::steady_clock::now() > end) return false;
    }
}

void Run::send(std::string_view text)
{
    if (write(input_, text.data(), text.size()) < 0) return;
}

std::optional<int> Run::wait(Seconds timeout)
{
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (!status_) {
        int status = 0;
        if (waitpid(child_, &status, WNOHANG) == child_) {
            while (read_some(Seconds{0}) && poll(nullptr, 0, 0) == 0) {
                pollfd p{output_, POLLIN, 0};
                if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLIN)) break;
            }
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            break;
        }
        if (std::chrono::steady_clock::now() >= end) return {};
        read_some(Seconds{0.02});
    }
    return status_;
}

Report Run::report() const { return Report(read_file(base_ + ".json")); }

std::string Run::tail() const
{
    const auto report = read_file(base_ + ".json");
    const auto last = [](const std::string& s, std::size_t n) { return s.size() > n ? s.substr(s.size() - n) : s; };
    return "report: " + last(report, 2000) + "\nserial: " + last(transcript_, 500) + "\nqemu: " + last(read_file(base_ + ".qemu"), 500);
}

}
