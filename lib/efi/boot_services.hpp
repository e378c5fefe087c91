// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/device_path.hpp"
#include "lib/efi/memory.hpp"
#include "lib/efi/status.hpp"
#include "lib/efi/table_header.hpp"

namespace efi {

inline constexpr Tpl tpl_application = 4;
inline constexpr Tpl tpl_callback = 8;
inline constexpr Tpl tpl_notify = 16;
inline constexpr Tpl tpl_high_level = 31;

// [uefi §7.1.1]
namespace event_type {
inline constexpr u32 timer = 0x8000'0000;
inline constexpr u32 runtime = 0x4000'0000;
inline constexpr u32 notify_wait = 0x0000'0100;
inline constexpr u32 notify_signal = 0x0000'0200;
inline constexpr u32 signal_exit_boot_services = 0x0000'0201;
inline constexpr u32 signal_virtual_address_change = 0x6000'0202;
}  // namespace event_type

namespace event_group {
inline constexpr Guid exit_boot_services = "27abf055-b1b8-4c26-8048-748f37baa2df"_guid;
inline constexpr Guid before_exit_boot_services = "8be0e274-3970-4b44-80c5-1ab9502f3bfc"_guid;
inline constexpr Guid virtual_address_change = "13fa7698-c831-49c7-87ea-8f43fcc25196"_guid;
inline constexpr Guid memory_map_change = "78bee926-692f-48fd-9edb-01422ef0d7ab"_guid;
inline constexpr Guid ready_to_boot = "7ce88fb3-4bd7-4679-87a8-a8d8dee50d2b"_guid;
inline constexpr Guid after_ready_to_boot = "3a2a00ad-98b9-4cdf-a478-702777f1c10b"_guid;
}  // namespace event_group

enum class TimerDelay : u32 { cancel = 0, periodic = 1, relative = 2 };
enum class InterfaceType : u32 { native = 0 };
enum class LocateSearchType : u32 { all_handles = 0, by_register_notify = 1, by_protocol = 2 };

// Attributes of OpenProtocol [uefi §7.3.9].
namespace open_protocol {
inline constexpr u32 by_handle_protocol = 0x01;
inline constexpr u32 get_protocol = 0x02;
inline constexpr u32 test_protocol = 0x04;
inline constexpr u32 by_child_controller = 0x08;
inline constexpr u32 by_driver = 0x10;
inline constexpr u32 exclusive = 0x20;
}  // namespace open_protocol

struct OpenProtocolInformationEntry {
  Handle agent_handle;
  Handle controller_handle;
  u32 attributes;
  u32 open_count;
};
static_assert(sizeof(OpenProtocolInformationEntry) == 24);

using EventNotify = void(EFIAPI*)(Event event, void* context);
struct SystemTable;
using ImageEntryPoint = Status(EFIAPI*)(Handle image, SystemTable* system_table);

// EFI_BOOT_SERVICES [uefi §4.4], in the order of the specification.
struct BootServices {
  static constexpr u64 signature = 0x5652'4553'544f'4f42;  // "BOOTSERV"

  TableHeader header;

  Tpl(EFIAPI* raise_tpl)(Tpl new_tpl);
  void(EFIAPI* restore_tpl)(Tpl old_tpl);

  Status(EFIAPI* allocate_pages)(AllocateType type, MemoryType memory_type, u64 pages, PhysicalAddress* memory);
  Status(EFIAPI* free_pages)(PhysicalAddress memory, u64 pages);
  Status(EFIAPI* get_memory_map)(u64* map_size, MemoryDescriptor* map, u64* map_key, u64* descriptor_size,
                                 u32* descriptor_version);
  Status(EFIAPI* allocate_pool)(MemoryType pool_type, u64 size, void** buffer);
  Status(EFIAPI* free_pool)(void* buffer);

  Status(EFIAPI* create_event)(u32 type, Tpl notify_tpl, EventNotify notify, void* context, Event* event);
  Status(EFIAPI* set_timer)(Event event, TimerDelay type, u64 trigger_time);
  Status(EFIAPI* wait_for_event)(u64 number_of_events, Event* events, u64* index);
  Status(EFIAPI* signal_event)(Event event);
  Status(EFIAPI* close_event)(Event event);
  Status(EFIAPI* check_event)(Event event);

  Status(EFIAPI* install_protocol_interface)(Handle* handle, const Guid* protocol, InterfaceType type,
                                             void* interface);
  Status(EFIAPI* reinstall_protocol_interface)(Handle handle, const Guid* protocol, void* old_interface,
                                               void* new_interface);
  Status(EFIAPI* uninstall_protocol_interface)(Handle handle, const Guid* protocol, void* interface);
  Status(EFIAPI* handle_protocol)(Handle handle, const Guid* protocol, void** interface);
  void* reserved;
  Status(EFIAPI* register_protocol_notify)(const Guid* protocol, Event event, void** registration);
  Status(EFIAPI* locate_handle)(LocateSearchType type, const Guid* protocol, void* search_key, u64* buffer_size,
                                Handle* buffer);
  Status(EFIAPI* locate_device_path)(const Guid* protocol, DevicePath** device_path, Handle* device);
  Status(EFIAPI* install_configuration_table)(const Guid* guid, void* table);

  Status(EFIAPI* load_image)(Boolean boot_policy, Handle parent, DevicePath* device_path, void* source_buffer,
                             u64 source_size, Handle* image);
  Status(EFIAPI* start_image)(Handle image, u64* exit_data_size, char16_t** exit_data);
  Status(EFIAPI* exit)(Handle image, Status exit_status, u64 exit_data_size, char16_t* exit_data);
  Status(EFIAPI* unload_image)(Handle image);
  Status(EFIAPI* exit_boot_services)(Handle image, u64 map_key);

  Status(EFIAPI* get_next_monotonic_count)(u64* count);
  Status(EFIAPI* stall)(u64 microseconds);
  Status(EFIAPI* set_watchdog_timer)(u64 seconds, u64 code, u64 data_size, char16_t* data);

  Status(EFIAPI* connect_controller)(Handle controller, Handle* driver_images, DevicePath* remaining,
                                     Boolean recursive);
  Status(EFIAPI* disconnect_controller)(Handle controller, Handle driver_image, Handle child);

  Status(EFIAPI* open_protocol)(Handle handle, const Guid* protocol, void** interface, Handle agent,
                                Handle controller, u32 attributes);
  Status(EFIAPI* close_protocol)(Handle handle, const Guid* protocol, Handle agent, Handle controller);
  Status(EFIAPI* open_protocol_information)(Handle handle, const Guid* protocol,
                                            OpenProtocolInformationEntry** entries, u64* count);

  Status(EFIAPI* protocols_per_handle)(Handle handle, Guid*** protocols, u64* count);
  Status(EFIAPI* locate_handle_buffer)(LocateSearchType type, const Guid* protocol, void* search_key, u64* count,
                                       Handle** buffer);
  Status(EFIAPI* locate_protocol)(const Guid* protocol, void* registration, void** interface);
  Status(EFIAPI* install_multiple_protocol_interfaces)(Handle* handle, ...);
  Status(EFIAPI* uninstall_multiple_protocol_interfaces)(Handle handle, ...);

  Status(EFIAPI* calculate_crc32)(const void* data, u64 size, u32* crc);
  void(EFIAPI* copy_mem)(void* destination, const void* source, u64 length);
  void(EFIAPI* set_mem)(void* buffer, u64 size, u8 value);
  Status(EFIAPI* create_event_ex)(u32 type, Tpl notify_tpl, EventNotify notify, const void* context,
                                  const Guid* group, Event* event);
};
static_assert(sizeof(BootServices) == 24 + 44 * 8);
static_assert(offsetof(BootServices, get_memory_map) == 56 && offsetof(BootServices, reserved) == 160);
static_assert(offsetof(BootServices, exit_boot_services) == 232 && offsetof(BootServices, create_event_ex) == 368);

}  // namespace efi
