// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "esp.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

namespace boot {
namespace {

void run(const std::string& command) {
  if (std::system((command + " >/dev/null").c_str()) != 0) throw std::runtime_error("failed: " + command);
}

}  // namespace

std::string make_esp_disk(const std::string& name, const EspFiles& files, unsigned mib) {
  std::filesystem::create_directories("build/boot-logs");
  const std::string disk = "build/boot-logs/" + name + ".img", partition = disk + "@@1M";
  std::filesystem::remove(disk);
  std::ofstream(disk).close();
  std::filesystem::resize_file(disk, std::uintmax_t{mib} << 20);
  run("printf 'label: gpt\\nstart=2048, size=" + std::to_string((mib - 2) * 2048) + ", type=U\\n' | PATH=$PATH:/sbin:/usr/sbin sfdisk -q " + disk);
  run("mformat -i " + partition + " -T " + std::to_string((mib - 2) * 2048) + " -h 64 -s 32 -v ESP ::");
  std::set<std::string> folders;
  for (const auto& [to, from] : files) {
    for (auto at = to.find('/', 1); at != to.npos; at = to.find('/', at + 1))
      if (folders.insert(to.substr(0, at)).second) run("mmd -i " + partition + " ::" + to.substr(0, at));
    run("mcopy -i " + partition + " " + from + " ::" + to);
  }
  return disk;
}

std::string make_loader_disk(const std::string& name, const std::string& probe, const std::string& loader) {
  const std::string text = "build/boot-logs/" + name + ".probe";
  std::filesystem::create_directories("build/boot-logs");
  std::ofstream(text) << probe;
  return make_esp_disk(name, {{"/probe.txt", text}, {loader, "build/payloads/loader.efi"}});
}

}  // namespace boot
