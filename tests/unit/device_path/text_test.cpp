// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include "tests/unit/device_path/node_maker.hpp"

namespace {

using namespace device_path_test;
using device_path::TextStyle;

std::string narrow(std::u16string_view wide) { return {wide.begin(), wide.end()}; }
std::u16string widen(std::string_view text) { return {text.begin(), text.end()}; }
Bytes node(std::string_view text) { return node_of(widen(text)); }
std::string shown(std::string_view text, TextStyle style = {}) { return narrow(text_of_node(node(text), style)); }

struct Sample {
  const char* text;
  Bytes bytes;
};
// As the specification's table has them [uefi §10.6.1.6], with the bytes of §10.3.
const Sample samples[] = {
    {"Pci(0x1F,0x2)", {1, 1, 6, 0, 2, 0x1f}},
    {"PcCard(0x3)", {1, 2, 5, 0, 3}},
    {"MemoryMapped(0xB,0xFED00000,0xFED00FFF)",
     {1, 3, 24, 0, 11, 0, 0, 0, 0, 0, 0xd0, 0xfe, 0, 0, 0, 0, 0xff, 0x0f, 0xd0, 0xfe, 0, 0, 0, 0}},
    {"VenHw(01234567-89AB-CDEF-0123-456789ABCDEF)",
     {1, 4, 20, 0, 0x67, 0x45, 0x23, 1, 0xab, 0x89, 0xef, 0xcd, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}},
    {"VenHw(01234567-89AB-CDEF-0123-456789ABCDEF,0AFF)",
     {1, 4, 22, 0, 0x67, 0x45, 0x23, 1, 0xab, 0x89, 0xef, 0xcd, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x0a, 0xff}},
    {"Ctrl(0x7)", {1, 5, 8, 0, 7, 0, 0, 0}},
    {"BMC(0x1,0xCA2)", {1, 6, 13, 0, 1, 0xa2, 0x0c, 0, 0, 0, 0, 0, 0}},
    {"PciRoot(0x0)", {2, 1, 12, 0, 0xd0, 0x41, 0x03, 0x0a, 0, 0, 0, 0}},
    {"PcieRoot(0x5)", {2, 1, 12, 0, 0xd0, 0x41, 0x08, 0x0a, 5, 0, 0, 0}},
    {"Serial(0x1)", {2, 1, 12, 0, 0xd0, 0x41, 0x01, 0x05, 1, 0, 0, 0}},
    {"Acpi(PNP0C09,0x2)", {2, 1, 12, 0, 0xd0, 0x41, 0x09, 0x0c, 2, 0, 0, 0}},
    {"Acpi(0x01020304,0x2)", {2, 1, 12, 0, 4, 3, 2, 1, 2, 0, 0, 0}},
    {"AcpiExp(PNP0A03,PNP0A08,root)", {2, 2, 23, 0, 0xd0, 0x41, 3, 0x0a, 0, 0, 0, 0, 0xd0, 0x41, 8, 0x0a, 0, 'r', 'o', 'o', 't', 0, 0}},
    {"AcpiEx(PNP0A03,0x00000000,0x3,h,c,u)", {2, 2, 22, 0, 0xd0, 0x41, 3, 0x0a, 3, 0, 0, 0, 0, 0, 0, 0, 'h', 0, 'u', 0, 'c', 0}},
    {"AcpiAdr(0x80010100,0x1)", {2, 3, 12, 0, 0, 1, 1, 0x80, 1, 0, 0, 0}},
    {"Ata(Secondary,Slave,0x1)", {3, 1, 8, 0, 1, 1, 1, 0}},
    {"Scsi(0x5,0x1)", {3, 2, 8, 0, 5, 0, 1, 0}},
    {"USB(0x1,0x0)", {3, 5, 6, 0, 1, 0}},
    {"VenMsg(01234567-89AB-CDEF-0123-456789ABCDEF)",
     {3, 10, 20, 0, 0x67, 0x45, 0x23, 1, 0xab, 0x89, 0xef, 0xcd, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}},
    {"UsbMassStorage(0xFFFF,0xFFFF,0x6,0x50)", {3, 15, 11, 0, 0xff, 0xff, 0xff, 0xff, 8, 6, 0x50}},
    {"UsbClass(0x1,0x2,0xFF,0x4,0x5)", {3, 15, 11, 0, 1, 0, 2, 0, 0xff, 4, 5}},
    {"Unit(0x4)", {3, 17, 5, 0, 4}},
    {"Sata(0x0,0xFFFF,0x0)", {3, 18, 10, 0, 0, 0, 0xff, 0xff, 0, 0}},
    {"NVMe(0x1,00-11-22-33-44-55-66-77)", {3, 23, 16, 0, 1, 0, 0, 0, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0}},
    {"Uri(http://[fe80::1]:80/a,b(c)d)", {3,   24,  31,  0,   'h', 't', 't', 'p', ':', '/', '/', '[', 'f', 'e', '8', '0',
                                          ':', ':', '1', ']', ':', '8', '0', '/', 'a', ',', 'b', '(', 'c', ')', 'd'}},
    {"Uart(115200,8,N,1)", {3, 14, 19, 0, 0, 0, 0, 0, 0, 0xc2, 1, 0, 0, 0, 0, 0, 8, 1, 1}},
    {"Uart(DEFAULT,DEFAULT,D,D)", {3, 14, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"HD(1,MBR,0x12345678,0x3F,0x100)", {4, 1, 42, 0,    1,    0,    0,    0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
                                         0, 0, 0,  0x78, 0x56, 0x34, 0x12, 0, 0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}},
    {"CDROM(0x1,0x40,0x80)", {4, 2, 24, 0, 1, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0}},
    {"Offset(0x10,0x20)", {4, 8, 24, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0}},
    {"\\EFI", {4, 4, 14, 0, '\\', 0, 'E', 0, 'F', 0, 'I', 0, 0, 0}},
    {"BBS(HD,disk,0x1)", {5, 1, 13, 0, 2, 0, 1, 0, 'd', 'i', 's', 'k', 0}},
    {"HardwarePath(0x63,0102)", {1, 0x63, 6, 0, 1, 2}},
    {"Msg(0x63)", {3, 0x63, 4, 0}},
    {"Path(0x6,0x1,AA)", {6, 1, 5, 0, 0xaa}},
};

TEST(DevicePathText, Samples) {
  for (const Sample& s : samples) {
    EXPECT_EQ(narrow(text_of_node(s.bytes)), s.text);
    EXPECT_EQ(node(s.text), s.bytes) << s.text;
  }
}

TEST(DevicePathText, Network) {
  const char* mac = "MAC(525400123456,0x1)";
  EXPECT_EQ(node(mac).size(), 37u);
  EXPECT_EQ(shown(mac), mac);
  const char* v4 = "IPv4(192.168.0.1,TCP,Static,10.0.0.2,10.0.0.1,255.255.255.0)";
  EXPECT_EQ(shown(v4), v4);
  EXPECT_EQ(shown(v4, {.display_only = true}), "IPv4(192.168.0.1)");
  EXPECT_EQ(shown("IPv4(1.2.3.4)"), "IPv4(1.2.3.4,0x0,DHCP,0.0.0.0,0.0.0.0,0.0.0.0)");
  EXPECT_EQ(shown("IPv6(fe80::1:2,UDP,StatelessAutoConfigure,::,0x40,ff02::)"),
            "IPv6(FE80:0000:0000:0000:0000:0000:0001:0002,UDP,StatelessAutoConfigure,0000:0000:0000:0000:0000:0000:0000:0000,0x40,"
            "FF02:0000:0000:0000:0000:0000:0000:0000)");
  // A port has no place in the text.
  Bytes with_port = node(v4);
  with_port[12] = 80;
  EXPECT_TRUE(narrow(text_of_node(with_port)).starts_with("Msg(0xC,"));
  EXPECT_EQ(narrow(text_of_node(with_port, {.display_only = true})), "IPv4(192.168.0.1)");
}

TEST(DevicePathText, ShortcutsAndDisplay) {
  EXPECT_EQ(shown("VenUtf8()", {.allow_shortcuts = true}), "VenUtf8()");
  EXPECT_EQ(shown("VenUtf8()"), "VenMsg(AD15A0D6-8BEC-4ACF-A073-D01DE77E2D88)");
  EXPECT_EQ(shown("Ata(Primary,Slave,0x1)", {.display_only = true}), "Ata(0x1)");
  EXPECT_EQ(shown("CDROM(0x1,0x2,0x3)", {.display_only = true}), "CDROM(0x1)");
  EXPECT_EQ(shown("VirtualCD(0x1000,0x1FFF,0)"), "VirtualCD(0x1000,0x1FFF,0)");
  EXPECT_EQ(shown("Fv(01234567-89AB-CDEF-0123-456789ABCDEF)"), "Fv(01234567-89AB-CDEF-0123-456789ABCDEF)");
}

TEST(DevicePathText, LenientInput) {
  EXPECT_EQ(shown("Pci(31,2)"), "Pci(0x1F,0x2)");
  EXPECT_EQ(shown("PciRoot()"), "PciRoot(0x0)");
  EXPECT_EQ(shown("Acpi(PNP0A03,0)"), "PciRoot(0x0)");
  EXPECT_EQ(shown("Acpi(ABC1234,0)"), "Acpi(0x12340443,0x0)");
  EXPECT_EQ(shown("Nothing(1,2)"), "Nothing(1,2)");
  EXPECT_EQ(shown("a.efi"), "a.efi");
  EXPECT_EQ(node("").size(), 6u);
}

TEST(DevicePathText, Refused) {
  for (const char* text :
       {"Pci(0x100,0)", "Pci(1,2,3)", "Pci(zz,0)", "Pci(0x,0)", "VenHw(0123)", "VenHw(01234567-89AB-CDEF-0123-456789ABCDE)",
        "VenHw(01234567-89AB-CDEF-0123-456789ABCDEF,0)", "HD(1,APM,0)", "IPv4(1.2.3)", "IPv4(1.2.3.256)", "IPv6(1:2)", "IPv6(1::2::3)",
        "MAC(0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F2021,0)", "Path(0x100,0)", "Uart(115200,8,X,1)",
        "MemoryMapped(0,0x10000000000000000,0)", "NVMe(1,00-11)"})
    EXPECT_TRUE(node(text).empty()) << text;
  EXPECT_TRUE(node("VenHw(01234567-89AB-CDEF-0123-456789ABCDEF," + std::string(2 * 65536, '0') + ")").empty());
}

TEST(DevicePathText, Paths) {
  const std::string text = "PciRoot(0x0)/Pci(0x1,0x0)/HD(2,GPT,12345678-9ABC-DEF0-0102-030405060708,0x800,0x1000)/\\EFI\\BOOT\\BOOTX64.EFI";
  const Bytes path = path_of(widen(text));
  EXPECT_EQ(narrow(text_of_path(path)), text);
  EXPECT_EQ(device_path::bytes(&header(path)), path.size());
  const Bytes two = path_of(u"PciRoot(0)/Uart(9600,7,E,2),VenVt100()");
  EXPECT_EQ(narrow(text_of_path(two, {.allow_shortcuts = true})), "PciRoot(0x0)/Uart(9600,7,E,2),VenVt100()");
  EXPECT_EQ(path_of(u""), (Bytes{0x7f, 0xff, 4, 0}));
  EXPECT_EQ(path_of(u"/Pci(0,0)//"), path_of(u"Pci(0,0)"));
  EXPECT_TRUE(path_of(u"Pci(0,0)/Pci(x,0)").empty());
}

// The text of a node leads back to the node, whatever its bytes are.
TEST(DevicePathText, EveryNodeComesBack) {
  fakes::Choices c(1);
  u64 as_data = 0;
  constexpr u64 rounds = 100'000;
  for (u64 i = 0; i < rounds; ++i) {
    const Bytes made = make_node(c);
    const std::u16string text = text_of_node(made, {.allow_shortcuts = c.one_in(2)});
    if (is_file_path(made)) continue;
    ASSERT_EQ(node_of(text), made) << narrow(text);
    as_data += text.find(u"Path(") != text.npos || text.starts_with(u"Msg(");
  }
  EXPECT_LT(as_data, rounds / 2);
}

TEST(DevicePathText, EveryPathComesBack) {
  fakes::Choices c(2);
  for (int i = 0; i < 10'000; ++i) {
    Bytes path;
    for (u64 n = 1 + c.below(6); n > 0; --n) {
      const Bytes made = make_node(c);
      if (is_file_path(made)) continue;
      path.insert(path.end(), made.begin(), made.end());
      if (n > 1 && c.one_in(4)) path.insert(path.end(), {0x7f, 1, 4, 0});
    }
    // An instance that ends the path leaves no text.
    while (path.size() >= 4 && path[path.size() - 4] == 0x7f && path[path.size() - 3] == 1) path.resize(path.size() - 4);
    path.insert(path.end(), {0x7f, 0xff, 4, 0});
    ASSERT_EQ(path_of(text_of_path(path)), path) << narrow(text_of_path(path));
  }
}

}  // namespace
