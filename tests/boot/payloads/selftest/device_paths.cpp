// SPDX-License-Identifier: BSD-2-Clause-Patent
// [uefi §10]
#include "selftest.hpp"

namespace {

constexpr u8 pci_path[] = {2,    1,    12, 0, 0xd0, 0x41, 0x03, 0x0a, 0, 0, 0, 0,  // ACPI PNP0A03, UID 0
                           1,    1,    6,  0, 0x02, 0x1f,                          // PCI function 2, device 31
                           0x7f, 0xff, 4,  0};
constexpr u8 disk_node[] = {4, 1, 42, 0,    1,    0,    0,    0,    0,    8,    0,    0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0,
                            0, 0, 0,  0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde, 1, 2, 3, 4, 5, 6, 7,    8, 2, 2};
constexpr u8 file_node[] = {4, 4, 14, 0, '\\', 0, 'E', 0, 'F', 0, 'I', 0, 0, 0};

const DevicePath* path(const u8* bytes) { return reinterpret_cast<const DevicePath*>(bytes); }
usize length(const DevicePath* node) { return static_cast<usize>(node->length[0] | node->length[1] << 8); }

void test_text() {
  PathToText* text = nullptr;
  if (bs->locate_protocol(&guid_path_to_text, nullptr, &text) != success) return check("path.to_text_protocol", false);
  Char* const shown = text->path(path(pci_path), 0, 0);
  check("path.text_pci", shown && same_text(shown, L"PciRoot(0x0)/Pci(0x1F,0x2)"));
  bs->free_pool(shown);
  Char* const disk = text->node(path(disk_node), 0, 0);
  check("path.text_partition", disk && same_text(disk, L"HD(1,GPT,12345678-9ABC-DEF0-0102-030405060708,0x800,0x1000)"));
  bs->free_pool(disk);
  Char* const file = text->node(path(file_node), 0, 0);
  check("path.text_file", file && same_text(file, L"\\EFI"));
  bs->free_pool(file);
  check("path.text_null", text->path(nullptr, 0, 0) == nullptr);
}

void test_instances(PathUtilities* tools) {
  DevicePath* two = tools->append_instance(path(pci_path), path(pci_path));
  check("path.two_instances", two && tools->is_multi(two));
  check("path.one_instance", !tools->is_multi(path(pci_path)));
  DevicePath* walk = two;
  usize size = 0;
  DevicePath* const first = tools->next_instance(&walk, &size);
  check("path.first_instance", first && size == sizeof pci_path && same(first, pci_path, size) && walk);
  DevicePath* const second = tools->next_instance(&walk, &size);
  check("path.last_instance", second && same(second, pci_path, size) && !walk);
  for (DevicePath* const all[] = {two, first, second}; DevicePath * one : all) bs->free_pool(one);
}

// A handle's path with one more node: the search must end at that node.
void test_locate() {
  static u8 ours[24 + 4] = {1, 4, 24, 0, 0x52, 0x4c, 0x53, 0x41, 0x50};
  ours[24] = 0x7f, ours[25] = 0xff, ours[26] = 4;
  u8 longer[24 + sizeof file_node + 4];
  bs->copy(longer, ours, 24);
  bs->copy(longer + 24, file_node, sizeof file_node);
  bs->copy(longer + 24 + sizeof file_node, ours + 24, 4);
  Handle handle = nullptr, found = nullptr;
  const Guid guid = test_guid(0x50);
  bs->install_multiple(&handle, &guid_device_path, ours, &guid, ours, nullptr);
  auto* rest = reinterpret_cast<DevicePath*>(longer);
  expect("path.locate", bs->locate_device_path(&guid, &rest, &found), success);
  check("path.located_handle", found == handle);
  check("path.remaining_path", reinterpret_cast<u8*>(rest) == longer + 24);
  const Guid absent = test_guid(0x51);
  rest = reinterpret_cast<DevicePath*>(longer);
  expect("path.locate_absent", bs->locate_device_path(&absent, &rest, &found), not_found);
  bs->uninstall_multiple(handle, &guid_device_path, ours, &guid, ours, nullptr);
}

}  // namespace

void test_device_paths() {
  PathUtilities* tools = nullptr;
  expect("path.utilities", bs->locate_protocol(&guid_path_utilities, nullptr, &tools), success);
  if (!tools) return;
  check("path.size", tools->size(path(pci_path)) == sizeof pci_path && tools->size(nullptr) == 0);
  DevicePath* copy = tools->duplicate(path(pci_path));
  check("path.duplicate", copy && copy != path(pci_path) && same(copy, pci_path, sizeof pci_path));
  bs->free_pool(copy);
  DevicePath* longer = tools->append_node(path(pci_path), path(disk_node));
  check("path.append_node", longer && tools->size(longer) == sizeof pci_path + sizeof disk_node &&
                                same(reinterpret_cast<u8*>(longer) + 18, disk_node, sizeof disk_node));
  DevicePath* both = tools->append_path(longer, path(pci_path));
  check("path.append_path", both && tools->size(both) == 2 * sizeof pci_path + sizeof disk_node - 4);
  bs->free_pool(longer);
  bs->free_pool(both);
  DevicePath* node = tools->create_node(4, 4, 20);
  check("path.create_node", node && node->type == 4 && node->sub_type == 4 && length(node) == 20);
  bs->free_pool(node);
  check("path.create_short_node", tools->create_node(4, 4, 3) == nullptr);
  test_instances(tools);
  test_text();
  test_locate();
}
