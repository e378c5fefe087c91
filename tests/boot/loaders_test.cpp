// SPDX-License-Identifier: BSD-2-Clause-Patent
// Boot loaders and other EFI programs, unmodified from Debian's packages, on an EFI system partition behind each kind of
// disk: each starts and does its work.
#include "esp.hpp"
#include "qemu.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace boot {
namespace {

const std::string packages = "build/loaders/unpacked", kernel = "build/guest/vmlinuz", initrd = "build/guest/initrd";
const std::string systemd_boot = packages + "/usr/lib/systemd/boot/efi/systemd-bootx64.efi", shim = packages + "/usr/lib/shim/shimx64.efi.signed",
                  fallback = packages + "/usr/lib/shim/fbx64.efi.signed", grub = packages + "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
                  grub_of_cds = packages + "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed",
                  refind = packages + "/usr/share/refind/refind/refind_x64.efi", ipxe = packages + "/boot/ipxe.efi",
                  snponly = packages + "/usr/lib/ipxe/snponly.efi", grub_net = packages + "/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed",
                  memtest = packages + "/boot/memtest86+x64.efi", xen = packages + "/boot/xen-4.17-amd64.efi",
                  efitools = packages + "/usr/lib/efitools/x86_64-linux-gnu/", shell = "build/ovmf-trixie/shellx64.efi";
const std::string removable = "/EFI/BOOT/BOOTX64.EFI";
const std::string linux_is_up = "Linux 6[^\r\n]* on Ashlar firmware";
constexpr Seconds patience{180};

std::string text_file(const std::string& name, const std::string& text) {
  std::filesystem::create_directories("build/boot-logs");
  const std::string path = "build/boot-logs/loader_" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

const std::string options = "console=ttyS0 quiet";

EspFiles with_kernel(EspFiles files) {
  files.insert(files.end(), {{"/vmlinuz", kernel}, {"/initrd", initrd}});
  return files;
}
EspFiles systemd_boot_files() {
  return with_kernel({{removable, systemd_boot},
                      {"/loader/loader.conf", text_file("loader.conf", "timeout 1\ndefault a.conf\n")},
                      {"/loader/entries/a.conf", text_file("entry.conf", "title Ashlar\nlinux /vmlinuz\ninitrd /initrd\noptions " + options + "\n")}});
}
std::string grub_configuration() {
  return text_file("grub.cfg", "set timeout=1\nserial --unit=0\nterminal_input serial\nterminal_output serial\nmenuentry Ashlar {\n linux /vmlinuz " +
                                   options + "\n initrd /initrd\n}\n");
}
EspFiles shim_files() {
  return with_kernel({{removable, shim}, {"/EFI/BOOT/grubx64.efi", grub}, {"/EFI/debian/grub.cfg", grub_configuration()}});
}
// shim finds no loader beside it and starts the fallback, which makes an entry of what the CSV file names.
EspFiles fallback_files() {
  std::string csv;
  for (const char c : std::string("shimx64.efi,debian,,Debian by fallback\n")) csv += {c, 0};
  return with_kernel({{removable, shim},
                      {"/EFI/BOOT/fbx64.efi", fallback},
                      {"/EFI/debian/shimx64.efi", shim},
                      {"/EFI/debian/grubx64.efi", grub},
                      {"/EFI/debian/BOOTX64.CSV", text_file("boot.csv", csv)},
                      {"/EFI/debian/grub.cfg", grub_configuration()}});
}
EspFiles refind_files() {
  const std::string entry = "menuentry Ashlar {\n loader /vmlinuz\n initrd /initrd\n options \"" + options + "\"\n}\n";
  return with_kernel({{removable, refind}, {"/EFI/BOOT/refind.conf", text_file("refind.conf", "timeout 1\ntextonly\nscanfor manual\n" + entry)}});
}
EspFiles uki_files() {
  const std::string uki = "build/boot-logs/loader_uki.efi";
  std::string command = "objcopy";
  const auto add = [&](const std::string& section, const std::string& file, const char* address) {
    command += " --add-section ." + section + "=" + file + " --change-section-vma ." + section + "=" + address;
  };
  add("osrel", text_file("os-release", "NAME=Ashlar\nID=ashlar\n"), "0x20000");
  add("cmdline", text_file("cmdline", options), "0x30000");
  add("linux", kernel, "0x2000000");
  add("initrd", initrd, "0x3000000");
  command += " " + packages + "/usr/lib/systemd/boot/efi/linuxx64.efi.stub " + uki;
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  return {{removable, uki}};
}
EspFiles xen_files() {
  const std::string configuration =
      text_file("xen.cfg", "[global]\ndefault=a\n[a]\noptions=console=com1 com1=115200,8n1 noreboot\nkernel=vmlinuz console=hvc0\nramdisk=initrd\n");
  return {{removable, xen}, {"/EFI/BOOT/BOOTX64.cfg", configuration}, {"/EFI/BOOT/vmlinuz", kernel}, {"/EFI/BOOT/initrd", initrd}};
}
// What iPXE gets by DHCP and TFTP: a script, then kernel and initrd.
std::string tftp_folder() {
  const std::string folder = std::filesystem::absolute("build/boot-logs/tftp");
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/boot.ipxe") << "#!ipxe\nkernel vmlinuz initrd=initrd " << options << "\ninitrd initrd\nboot\n";
  for (const auto& [name, file] : {std::pair{"vmlinuz", kernel}, {"initrd", initrd}})
    std::filesystem::copy_file(file, folder + "/" + name, std::filesystem::copy_options::overwrite_existing);
  return folder;
}
// GRUB with its own network stack on the firmware's card.
EspFiles grub_net_files() {
  const std::string commands = "net_bootp\nlinux (tftp,10.0.2.2)/vmlinuz " + options + "\ninitrd (tftp,10.0.2.2)/initrd\nboot\n";
  return {{removable, grub_net}, {"/grub/grub.cfg", text_file("grub_net.cfg", "serial --unit=0\nterminal_output serial\n" + commands)}};
}
EspFiles shell_files() {
  return {{removable, shell},
          {"/startup.nsh", text_file("startup.nsh", "ver\r\nmap -r\r\ndh\r\ndrivers\r\nmemmap\r\ndmpstore -all\r\ndate\r\necho END-OF-SCRIPT\r\nreset -s\r\n")}};
}

// Its options come by systemd-boot.
EspFiles memtest_files() {
  return {{removable, systemd_boot},
          {"/memtest.efi", memtest},
          {"/loader/loader.conf", text_file("memtest_loader.conf", "timeout 0\ndefault a.conf\n")},
          {"/loader/entries/a.conf", text_file("memtest.conf", "title Memtest86+\nefi /memtest.efi\noptions console=ttyS0,115200\n")}};
}

std::vector<std::string> network() {
  return {"-netdev", "user,id=n,tftp=" + tftp_folder() + ",bootfile=boot.ipxe", "-device", "virtio-net-pci,netdev=n,romfile="};
}

struct Loader {
  const char* name;
  EspFiles (*files)();
  std::string expected;  // on the serial port
  std::vector<std::string> extra;
  unsigned memory_mib = 512;
};
enum class Medium { disk, large_sectors, cd };
struct Disk {
  const char* name;
  const char* machine;
  std::vector<std::string> devices;  // the drive is called d
  Medium medium = Medium::disk;
};
void PrintTo(const Loader& l, std::ostream* out) { *out << l.name; }
void PrintTo(const Disk& d, std::ostream* out) { *out << d.name; }

// Debian's GRUB for CDs looks for its configuration on the CD.
EspFiles on_cd(EspFiles files) {
  for (auto& [to, from] : files)
    if (from == grub) from = grub_of_cds;
  files.insert(files.end(), {{"/.disk/info", text_file("info", "Ashlar\n")}, {"/boot/grub/grub.cfg", grub_configuration()}});
  return files;
}

std::string make_medium(const std::string& name, const EspFiles& files, Medium medium) {
  switch (medium) {
    case Medium::disk: return make_esp_disk(name, files, 100);
    case Medium::large_sectors: return make_large_sector_disk(name, files, 100);
    case Medium::cd: return make_esp_cd(name, on_cd(files)) + ",media=cdrom,readonly=on";
  }
  throw std::logic_error("no such medium");
}

void run_loader(const Loader& loader, const Disk& disk, const std::string& firmware = {}) {
  const std::string name = std::string("loader_") + loader.name + "_" + disk.name + (firmware.empty() ? "" : "_cc");
  Machine machine;
  machine.firmware = firmware;
  machine.type = disk.machine;
  machine.memory_mib = loader.memory_mib;
  machine.extra = {"-no-reboot", "-drive", "if=none,id=d,format=raw,file=" + make_medium(name, loader.files(), disk.medium)};
  for (const auto* more : {&disk.devices, &loader.extra}) machine.extra.insert(machine.extra.end(), more->begin(), more->end());
  Qemu qemu(name, machine);
  EXPECT_TRUE(qemu.expect_match(loader.expected, patience).has_value()) << qemu.tail();
  EXPECT_FALSE(qemu.transcript().contains("ashlar: error")) << qemu.tail();
  std::filesystem::remove("build/boot-logs/" + name + ".img");
}

std::vector<Loader> loaders() {
  return {
      {"systemd_boot", systemd_boot_files, linux_is_up, {}},
      {"shim_grub", shim_files, linux_is_up, {}},
      {"shim_fallback", fallback_files, linux_is_up, {}},
      {"refind", refind_files, linux_is_up, {}},
      {"uki", uki_files, linux_is_up, {}},
      {"xen", xen_files, "Xen 4\\.17[^\r\n]*\r?\n[\\s\\S]*Xen is relinquishing VGA console|EFI RAM map", {}, 1024},
      {"hello_world", [] { return EspFiles{{removable, efitools + "HelloWorld.efi"}}; }, "HelloWorld", {}},
      {"key_tool", [] { return EspFiles{{removable, efitools + "KeyTool.efi"}}; }, "Execute Binary", {}},
      {"shell", shell_files, "END-OF-SCRIPT", {}},
      {"memtest", memtest_files, "Memtest86\\+ v6[\\s\\S]*Status: Testing", {"-device", "VGA"}, 128},
      {"ipxe", [] { return EspFiles{{removable, ipxe}}; }, linux_is_up, network()},
      {"ipxe_snponly", [] { return EspFiles{{removable, "build/payloads/chain.efi"}, {"/next.efi", snponly}}; }, linux_is_up, network()},
      {"grub_net", grub_net_files, linux_is_up, network()},
  };
}
const Disk virtio_blk{"virtio_blk", "q35", {"-device", "virtio-blk-pci,drive=d"}};
// One of each kind.
std::vector<Disk> disks() {
  return {
      {"virtio_blk_pc", "pc", {"-device", "virtio-blk-pci,drive=d"}},
      {"virtio_blk_legacy_pc", "pc", {"-device", "virtio-blk-pci,drive=d,disable-modern=on"}},
      {"virtio_scsi", "q35", {"-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=d"}},
      {"nvme", "q35", {"-device", "nvme,drive=d,serial=s"}},
      {"ahci", "q35", {"-device", "ide-hd,drive=d,bus=ide.0"}},
      {"ide_pc", "pc", {"-device", "ide-hd,drive=d,bus=ide.0"}},
      {"usb_xhci", "q35", {"-device", "qemu-xhci", "-device", "usb-storage,drive=d"}},
      {"usb_ehci_pc", "pc", {"-device", "usb-ehci", "-device", "usb-storage,drive=d"}},
  };
}
// Together with those, what each machine can have.
const char* const large = "drive=d,logical_block_size=4096,physical_block_size=4096";
std::vector<Disk> all_disks() {
  std::vector<Disk> all = disks();
  all.insert(all.end(), {
      virtio_blk,
      {"virtio_blk_modern", "q35", {"-device", "virtio-blk-pci,drive=d,disable-legacy=on"}},
      {"virtio_blk_modern_pc", "pc", {"-device", "virtio-blk-pci,drive=d,disable-legacy=on"}},
      {"virtio_blk_legacy", "q35", {"-device", "virtio-blk-pci,drive=d,disable-modern=on"}},
      {"virtio_blk_4096", "q35", {"-device", std::string("virtio-blk-pci,") + large}, Medium::large_sectors},
      {"virtio_scsi_pc", "pc", {"-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=d"}},
      {"virtio_scsi_legacy_pc", "pc", {"-device", "virtio-scsi-pci,disable-modern=on", "-device", "scsi-hd,drive=d"}},
      {"virtio_scsi_4096_pc", "pc", {"-device", "virtio-scsi-pci", "-device", std::string("scsi-hd,") + large}, Medium::large_sectors},
      {"scsi_cd", "q35", {"-device", "virtio-scsi-pci", "-device", "scsi-cd,drive=d"}, Medium::cd},
      {"nvme_pc", "pc", {"-device", "nvme,drive=d,serial=s"}},
      {"nvme_4096", "q35", {"-device", "nvme,serial=s", "-device", std::string("nvme-ns,") + large}, Medium::large_sectors},
      {"ahci_pc", "pc", {"-device", "ahci,id=a", "-device", "ide-hd,drive=d,bus=a.0"}},
      {"ahci_cd", "q35", {"-device", "ide-cd,drive=d,bus=ide.2"}, Medium::cd},
      {"ide_q35", "q35", {"-device", "piix3-ide,id=p", "-device", "ide-hd,drive=d,bus=p.0"}},
      {"ide_cd_pc", "pc", {"-device", "ide-cd,drive=d,bus=ide.1"}, Medium::cd},
      {"usb_xhci_pc", "pc", {"-device", "qemu-xhci", "-device", "usb-storage,drive=d"}},
      {"usb_ehci", "q35", {"-device", "usb-ehci", "-device", "usb-storage,drive=d"}},
      {"usb_cd", "q35", {"-device", "qemu-xhci", "-device", "usb-storage,drive=d"}, Medium::cd},
  });
  return all;
}

class Loaders : public testing::TestWithParam<Loader> {};
TEST_P(Loaders, DoTheirWork) { run_loader(GetParam(), virtio_blk); }
INSTANTIATE_TEST_SUITE_P(Quick, Loaders, testing::ValuesIn(loaders()), [](const auto& info) { return std::string(info.param.name); });

class LoaderDisks : public testing::TestWithParam<Disk> {};
TEST_P(LoaderDisks, BootLinuxBySystemdBoot) { run_loader(loaders()[0], GetParam()); }
INSTANTIATE_TEST_SUITE_P(Quick, LoaderDisks, testing::ValuesIn(disks()), [](const auto& info) { return std::string(info.param.name); });

class LoadersEverywhere : public testing::TestWithParam<std::tuple<Loader, Disk>> {};
TEST_P(LoadersEverywhere, DoTheirWork) { run_loader(std::get<0>(GetParam()), std::get<1>(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Full, LoadersEverywhere, testing::Combine(testing::ValuesIn(loaders()), testing::ValuesIn(all_disks())),
                         [](const auto& info) { return std::string(std::get<0>(info.param).name) + "_" + std::get<1>(info.param).name; });

bool shared_memory_alone(const Disk& disk) {
  const std::string_view name = disk.name;
  return name.starts_with("virtio") || name.starts_with("nvme") || name.starts_with("scsi");
}
// The trimmed image starts all of them but the Shell, which wants HII, and memtest86+, which wants a display.
std::vector<std::tuple<Loader, Disk>> confidential(bool all) {
  const Disk virtio_scsi = disks()[2];
  if (!all) return {{loaders()[0], virtio_blk}, {loaders()[1], virtio_scsi}, {loaders()[4], virtio_blk}};
  std::vector<std::tuple<Loader, Disk>> pairs;
  for (const Loader& loader : loaders())
    for (const Disk& disk : all_disks())
      if (loader.files != shell_files && loader.files != memtest_files && shared_memory_alone(disk)) pairs.emplace_back(loader, disk);
  return pairs;
}
class ConfidentialImage : public LoadersEverywhere {};
TEST_P(ConfidentialImage, StartsLoaders) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's own";
  run_loader(std::get<0>(GetParam()), std::get<1>(GetParam()), "build/ashlar-cc.fd");
}
const auto pair_name = [](const auto& info) { return std::string(std::get<0>(info.param).name) + "_" + std::get<1>(info.param).name; };
INSTANTIATE_TEST_SUITE_P(Quick, ConfidentialImage, testing::ValuesIn(confidential(false)), pair_name);
INSTANTIATE_TEST_SUITE_P(Full, ConfidentialImage, testing::ValuesIn(confidential(true)), pair_name);

}  // namespace
}  // namespace boot
