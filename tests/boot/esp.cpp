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

std::string make_empty(const std::string& path, unsigned mib) {
  std::filesystem::create_directories("build/boot-logs");
  std::filesystem::remove(path);
  std::ofstream(path).close();
  std::filesystem::resize_file(path, std::uintmax_t{mib} << 20);
  return path;
}

void copy_files(const std::string& volume, const EspFiles& files) {
  std::set<std::string> folders;
  for (const auto& [to, from] : files) {
    for (auto at = to.find('/', 1); at != to.npos; at = to.find('/', at + 1))
      if (folders.insert(to.substr(0, at)).second) run("mmd -i " + volume + " ::" + to.substr(0, at));
    run("mcopy -i " + volume + " " + from + " ::" + to);
  }
}

}  // namespace

std::string make_esp_disk(const std::string& name, const EspFiles& files, unsigned mib) {
  const std::string disk = make_empty("build/boot-logs/" + name + ".img", mib), partition = disk + "@@1M", sectors = std::to_string((mib - 2) * 2048);
  run("printf 'label: gpt\\nstart=2048, size=" + sectors + ", type=U\\n' | PATH=$PATH:/sbin:/usr/sbin sfdisk -q " + disk);
  run("mformat -i " + partition + " -T " + sectors + " -h 64 -s 32 -v ESP ::");
  copy_files(partition, files);
  return disk;
}

std::string make_large_sector_disk(const std::string& name, const EspFiles& files, unsigned mib) {
  const std::string disk = make_empty("build/boot-logs/" + name + ".img", mib);
  run("printf 'g\\nn\\n1\\n256\\n" + std::to_string(mib * 256 - 257) + "\\nt\\n1\\nw\\n' | PATH=$PATH:/sbin:/usr/sbin fdisk -b 4096 " + disk);
  run("PATH=$PATH:/sbin mkfs.vfat -F 16 -S 4096 -s 1 --offset 256 " + disk + " " + std::to_string((mib - 2) * 1024) + " 2>/dev/null");
  copy_files(disk + "@@1M", files);
  return disk;
}

std::string make_esp_cd(const std::string& name, const EspFiles& files, unsigned mib) {
  const std::string tree = "build/boot-logs/" + name + ".tree", disc = "build/boot-logs/" + name + ".img";
  std::filesystem::remove_all(tree);
  std::filesystem::create_directories(tree);
  const std::string volume = make_empty(tree + "/efi.img", mib);
  run("mformat -i " + volume + " -T " + std::to_string(mib * 2048) + " -h 64 -s 32 -v ESP ::");
  copy_files(volume, files);
  for (const auto& [to, from] : files) run("install -D " + from + " " + tree + to);
  run("xorriso -as mkisofs -quiet -R -o " + disc + " -e efi.img -no-emul-boot " + tree + " 2>/dev/null");
  std::filesystem::remove_all(tree);
  return disc;
}

std::string make_loader_disk(const std::string& name, const std::string& probe, const std::string& loader) {
  const std::string text = "build/boot-logs/" + name + ".probe";
  std::filesystem::create_directories("build/boot-logs");
  std::ofstream(text) << probe;
  return make_esp_disk(name, {{"/probe.txt", text}, {loader, "build/payloads/loader.efi"}});
}

}  // namespace boot
