// SPDX-License-Identifier: BSD-2-Clause-Patent
// Media that change, shrink, fail and disappear while the guest uses them (payloads/media.cpp): a defined status each time,
// one line at most about what the device did, and an answer within the drivers' patience.
#include "esp.hpp"
#include "monitor.hpp"
#include "qemu.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace boot {
namespace {

// EFI statuses without their top bit.
constexpr unsigned long ok = 0, device_error = 7, no_media = 12, media_changed = 13;
constexpr Seconds patience{300};
using Words = std::vector<std::string>;

struct Seen {
  std::map<std::string, unsigned long> fields;
  unsigned long operator[](const std::string& name) const { return fields.at(name); }
};

// The payload and QEMU's monitor. The drive is called d.
class Media {
 public:
  Media(const std::string& name, const std::string& machine_type, const std::string& drive, const Words& devices)
      : qemu_(name, machine(name, machine_type, drive, devices)), monitor_(name) {
    EXPECT_TRUE(ready()) << qemu_.tail();
  }
  void ask(const char* letter) {
    qemu_.send(letter);
    EXPECT_TRUE(ready()) << letter << qemu_.tail();
  }
  std::vector<Seen> write() { return read("w"); }
  std::vector<Seen> read(const char* how = "r") {
    const std::size_t from = qemu_.transcript().size();
    ask(how);
    std::vector<Seen> all;
    std::istringstream lines(qemu_.transcript().substr(from));
    for (std::string line, word; std::getline(lines, line);) {
      if (!line.starts_with("READ")) continue;
      Seen seen;
      std::istringstream words(line.substr(4));
      for (std::size_t equals; words >> word && (equals = word.find('=')) != word.npos;) seen.fields[word.substr(0, equals)] = std::stoul(word.substr(equals + 1));
      all.push_back(seen);
    }
    EXPECT_FALSE(all.empty()) << qemu_.tail();
    if (all.empty()) throw std::runtime_error("nothing was read");
    return all;
  }
  void do_to(const std::string& command) {
    const std::string said = monitor_.command(command);
    EXPECT_FALSE(said.contains("rror") || said.contains("nknown")) << said;
  }
  // How many lines the firmware has for the user.
  std::size_t lines() const { return complaints(qemu_.transcript()).size(); }
  void finish() {
    qemu_.send("q");
    EXPECT_EQ(qemu_.wait_exit(patience), 0) << qemu_.tail();
  }
  std::string tail() const { return qemu_.tail(); }

 private:
  bool ready() { return qemu_.expect_match("MEDIA[0-9]+ ready", patience).has_value(); }
  static Machine machine(const std::string& name, const std::string& type, const std::string& drive, const Words& devices) {
    Machine made;
    made.type = type;
    made.kernel = "build/payloads/media.efi";
    made.extra = Monitor::words(name);
    made.extra.insert(made.extra.end(), {"-drive", "if=none,id=d,format=raw," + drive});
    made.extra.insert(made.extra.end(), devices.begin(), devices.end());
    return made;
  }

  Qemu qemu_;
  Monitor monitor_;
};

struct Case {
  const char* name;
  const char* machine;
  Words devices;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
std::string name_of_case(const testing::TestParamInfo<Case>& info) { return info.param.name; }

std::string image_of(const std::string& name, unsigned mib) {
  const std::string path = "build/boot-logs/" + name + ".img";
  std::filesystem::create_directories("build/boot-logs");
  std::ofstream(path).close();
  std::filesystem::resize_file(path, std::uintmax_t{mib} << 20);
  return path;
}

const char* what(const Seen& s) { return s["logical"] ? "partition" : "drive"; }

class CdDrive : public testing::TestWithParam<Case> {};

// [uefi §13.9]: EFI_NO_MEDIA while the drive is empty; with another medium EFI_MEDIA_CHANGED for whoever has the old identifier;
// a partition of the old medium never works again.
TEST_P(CdDrive, ChangesItsMedium) {
  const Case& c = GetParam();
  const std::string name = std::string("media_") + c.name;
  const std::string one = make_esp_cd(name + "_one", {{"/one", "README.md"}}, 2), two = make_esp_cd(name + "_two", {{"/two", "LICENSE"}}, 3);
  Media media(name, c.machine, "media=cdrom,readonly=on,file=" + one, c.devices);
  const auto before = media.read();
  ASSERT_EQ(before.size(), 2u) << "the drive and its EFI boot image";
  for (const Seen& s : before) {
    EXPECT_EQ(s["first"], ok);
    EXPECT_EQ(s["last"], ok);
  }
  media.do_to("eject -f d");
  for (const Seen& s : media.read()) {
    EXPECT_EQ(s["first"], no_media) << what(s);
    EXPECT_TRUE(s["logical"] || !s["present"]);
  }
  // ATAPI's drives tell the change in two steps: no medium, then another one.
  const auto expect_changed = [&] {
    for (const Seen& s : media.read()) {
      EXPECT_TRUE(s["first"] == media_changed || s["first"] == no_media) << what(s);
      EXPECT_EQ(s["last"], media_changed) << what(s);
    }
  };
  media.do_to("change d " + two);
  expect_changed();
  media.ask("a");
  for (const Seen& s : media.read()) {
    EXPECT_EQ(s["first"], s["logical"] ? media_changed : ok);
    EXPECT_EQ(s["last"], s["logical"] ? media_changed : ok);
    if (!s["logical"]) EXPECT_EQ(s["blocks"], std::filesystem::file_size(two) / 2048);
  }
  // Without a look in between.
  media.do_to("change d " + one);
  expect_changed();
  media.ask("c");
  const auto after = media.read();
  ASSERT_EQ(after.size(), 2u) << media.tail();
  for (const Seen& s : after) {
    EXPECT_EQ(s["first"], ok);
    EXPECT_EQ(s["last"], ok);
  }
  EXPECT_EQ(media.lines(), 0u) << media.tail();
  media.finish();
}

const Case cd_drives[] = {
    {"ahci_cd", "q35", {"-device", "ide-cd,drive=d,bus=ide.2"}},
    {"ide_cd", "pc", {"-device", "ide-cd,drive=d,bus=ide.1"}},
    {"scsi_cd", "q35", {"-device", "virtio-scsi-pci", "-device", "scsi-cd,drive=d"}},
};
INSTANTIATE_TEST_SUITE_P(Quick, CdDrive, testing::ValuesIn(cd_drives), name_of_case);

// The other end is cut off: what is left works, what is gone fails.
class ShrinkingDisk : public testing::TestWithParam<Case> {};

TEST_P(ShrinkingDisk, LosesItsEnd) {
  const Case& c = GetParam();
  const std::string name = std::string("shrink_") + c.name;
  Media media(name, c.machine, "file=" + image_of(name, 8), c.devices);
  EXPECT_EQ(media.read()[0]["last"], ok);
  media.do_to("block_resize d 4M");
  const Seen seen = media.read()[0];
  EXPECT_NE(seen["last"], ok);
  EXPECT_TRUE(seen["last"] == media_changed || media.lines() == 1) << media.tail();
  const Seen again = media.read()[0];
  // Whoever was told that the medium changed takes it as it is now.
  if (again["first"] == media_changed) media.ask("a");
  const Seen last = media.read()[0];
  EXPECT_EQ(last["first"], ok) << media.tail();
  EXPECT_EQ(last["last"] == ok, last["blocks"] == (4u << 20) / 512) << media.tail();
  media.finish();
}

class VanishingDisk : public testing::TestWithParam<Case> {};

TEST_P(VanishingDisk, FailsAndNothingElse) {
  const Case& c = GetParam();
  const std::string name = std::string("vanish_") + c.name;
  Media media(name, c.machine, "file=" + image_of(name, 8), c.devices);
  EXPECT_EQ(media.read()[0]["first"], ok);
  media.do_to(std::string(c.name).ends_with("_unplugged") ? "device_del stick" : "drive_del d");
  for (int i = 0; i < 2; ++i) {
    const Seen seen = media.read()[0];
    EXPECT_TRUE(seen["first"] == device_error || seen["first"] == no_media) << seen["first"] << media.tail();
    EXPECT_TRUE(seen["last"] == device_error || seen["last"] == no_media) << seen["last"];
    EXPECT_TRUE(seen["last"] == no_media || media.lines() > 0) << "silent" << media.tail();
  }
  media.ask("c");
  media.finish();
}

const Case writable_disks[] = {
    {"blk", "q35", {"-device", "virtio-blk-pci,drive=d"}},
    {"scsi", "pc", {"-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=d"}},
    {"ahci", "q35", {"-device", "ide-hd,drive=d,bus=ide.0"}},
    {"ide", "pc", {"-device", "ide-hd,drive=d,bus=ide.0"}},
    {"usb", "q35", {"-device", "qemu-xhci", "-device", "usb-storage,drive=d"}},
};
// QEMU does not resize namespaces.
const Case others[] = {
    {"nvme", "q35", {"-device", "nvme,drive=d,serial=s"}},
    {"xhci_unplugged", "q35", {"-device", "qemu-xhci", "-device", "usb-storage,drive=d,id=stick"}},
    {"ehci_unplugged", "pc", {"-device", "usb-ehci", "-device", "usb-storage,drive=d,id=stick"}},
};
INSTANTIATE_TEST_SUITE_P(Quick, ShrinkingDisk, testing::ValuesIn(writable_disks), name_of_case);
INSTANTIATE_TEST_SUITE_P(Quick, VanishingDisk, testing::ValuesIn(writable_disks), name_of_case);
INSTANTIATE_TEST_SUITE_P(QuickOthers, VanishingDisk, testing::ValuesIn(others), name_of_case);

// Requests of a block that take 34 seconds, for which a reset waits, too: each is given up in time.
class SilentDisk : public testing::TestWithParam<Case> {};

TEST_P(SilentDisk, IsGivenUp) {
  const Case& c = GetParam();
  const std::string name = std::string("silent_") + c.name;
  Media media(name, c.machine, "file=" + image_of(name, 8), c.devices);
  EXPECT_EQ(media.read()[0]["first"], ok);
  media.do_to("block_set_io_throttle d 15 0 0 0 0 0");
  // The first request after the change passes.
  (void)media.read();
  const std::size_t before = media.lines();
  const Seen seen = media.read()[0];
  EXPECT_TRUE(seen["first"] == device_error || seen["last"] == device_error) << media.tail();
  EXPECT_GT(media.lines(), before);
  EXPECT_LE(media.lines(), before + 6) << media.tail();
  media.finish();
}
INSTANTIATE_TEST_SUITE_P(Full, SilentDisk, testing::ValuesIn(writable_disks), name_of_case);
INSTANTIATE_TEST_SUITE_P(FullNvme, SilentDisk, testing::Values(others[0]), name_of_case);

// The host's disk takes no more.
class UnwritableSpot : public testing::TestWithParam<Case> {};

TEST_P(UnwritableSpot, FailsItsWritesOnly) {
  const Case& c = GetParam();
  const std::string name = std::string("unwritable_") + c.name, image = image_of(name, 8), rules = image + ".rules";
  std::ofstream(rules) << "[inject-error]\nevent = \"write_aio\"\nerrno = \"5\"\niotype = \"write\"\nsector = \"16383\"\nimmediately = \"off\"\n";
  Media media(name, c.machine, "werror=report,file=blkdebug:" + rules + ":" + image, c.devices);
  for (int i = 0; i < 2; ++i) {
    const Seen seen = media.write()[0];
    EXPECT_EQ(seen["first"], ok);
    EXPECT_EQ(seen["last"], device_error) << media.tail();
    EXPECT_GT(media.lines(), 0u) << media.tail();
  }
  EXPECT_EQ(media.read()[0]["last"], ok);
  media.finish();
}
INSTANTIATE_TEST_SUITE_P(Quick, UnwritableSpot, testing::ValuesIn(writable_disks), name_of_case);
INSTANTIATE_TEST_SUITE_P(QuickNvme, UnwritableSpot, testing::Values(others[0]), name_of_case);

// Disks that are odd from the beginning: used, or refused in one line.
struct Oddity {
  Case disk;
  const char* drive;
  bool usable;
  std::size_t lines;
};
void PrintTo(const Oddity& o, std::ostream* out) { *out << o.disk.name; }
class OddDisk : public testing::TestWithParam<Oddity> {};

TEST_P(OddDisk, IsUsedOrRefused) {
  const Oddity& o = GetParam();
  const std::string name = std::string("odd_") + o.disk.name;
  Media media(name, o.disk.machine, o.drive ? o.drive : "file=" + image_of(name, 128), o.disk.devices);
  EXPECT_EQ(media.lines(), o.lines) << media.tail();
  if (o.usable) EXPECT_TRUE(media.read()[0]["first"] == ok && media.read()[0]["last"] == ok) << media.tail();
  media.finish();
}

Words nvme(const std::string& controller, const std::string& space) {
  return {"-device", "nvme,id=n,serial=s" + controller, "-device", "nvme-ns,bus=n,drive=d" + space};
}
constexpr const char* exabytes = "file=null-co://,file.read-zeroes=on,file.size=4611686018427387904";
const Oddity oddities[] = {
    {{"null_blk", "q35", {"-device", "virtio-blk-pci,drive=d"}}, "file=null-co://,file.read-zeroes=on", true, 0},
    {{"null_nvme", "q35", {"-device", "nvme,drive=d,serial=s"}}, "file=null-co://,file.read-zeroes=on", true, 0},
    {{"exabytes_blk", "pc", {"-device", "virtio-blk-pci,drive=d"}}, exabytes, true, 0},
    {{"exabytes_scsi", "q35", {"-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=d"}}, exabytes, true, 0},
    {{"two_terabytes_usb", "q35", {"-device", "qemu-xhci", "-device", "usb-storage,drive=d"}}, "file=null-co://,file.read-zeroes=on,file.size=2199023256064", true, 0},
    {{"one_block", "q35", {"-device", "virtio-blk-pci,drive=d"}}, "file=null-co://,file.read-zeroes=on,file.size=512", true, 0},
    {{"no_blocks_blk", "q35", {"-device", "virtio-blk-pci,drive=d"}}, "file=null-co://,file.read-zeroes=on,file.size=0", false, 0},
    {{"nvme_one_queue", "q35", nvme(",max_ioqpairs=1,msix_qsize=1", "")}, nullptr, true, 0},
    {{"nvme_controller_memory", "pc", nvme(",cmb_size_mb=16", "")}, nullptr, true, 0},
    {{"nvme_metadata", "q35", nvme("", ",ms=8")}, nullptr, false, 1},
    {{"nvme_metadata_in_blocks", "q35", nvme("", ",ms=8,mset=1")}, nullptr, false, 1},
    {{"nvme_zoned", "q35", nvme("", ",zoned=on,zoned.zone_size=4M")}, nullptr, true, 0},
    {{"nvme_detached", "q35", {"-device", "nvme-subsys,id=y", "-device", "nvme,id=n,serial=s,subsys=y", "-device", "nvme-ns,bus=n,drive=d,detached=on"}}, nullptr, false, 0},
    {{"nvme_last_namespace", "pc", nvme("", ",nsid=256")}, nullptr, true, 0},
};
INSTANTIATE_TEST_SUITE_P(Quick, OddDisk, testing::ValuesIn(oddities), [](const auto& info) { return std::string(info.param.disk.name); });

}  // namespace
}  // namespace boot
