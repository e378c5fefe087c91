// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/status.hpp"

namespace efi {

namespace network_state {
inline constexpr u32 stopped = 0;
inline constexpr u32 started = 1;
inline constexpr u32 initialized = 2;
}  // namespace network_state

namespace network_receive {
inline constexpr u32 unicast = 0x01;
inline constexpr u32 multicast = 0x02;
inline constexpr u32 broadcast = 0x04;
inline constexpr u32 promiscuous = 0x08;
inline constexpr u32 promiscuous_multicast = 0x10;
}  // namespace network_receive

namespace network_interrupt {
inline constexpr u32 receive = 0x01;
inline constexpr u32 transmit = 0x02;
inline constexpr u32 command = 0x04;
inline constexpr u32 software = 0x08;
}  // namespace network_interrupt

struct SimpleNetworkMode {
  static constexpr u32 max_multicast_filters = 16;

  u32 state;
  u32 hw_address_size;
  u32 media_header_size;
  u32 max_packet_size;
  u32 nv_ram_size;
  u32 nv_ram_access_size;
  u32 receive_filter_mask;
  u32 receive_filter_setting;
  u32 max_multicast_filter_count;
  u32 multicast_filter_count;
  MacAddress multicast_filter[max_multicast_filters];
  MacAddress current_address;
  MacAddress broadcast_address;
  MacAddress permanent_address;
  u8 interface_type;
  Boolean mac_address_changeable;
  Boolean multiple_transmit_supported;
  Boolean media_present_supported;
  Boolean media_present;
};
static_assert(sizeof(SimpleNetworkMode) == 656 && offsetof(SimpleNetworkMode, current_address) == 552);

// EFI_NETWORK_STATISTICS [uefi §24.1.6]; a counter that is not kept is all ones.
struct NetworkStatistics {
  u64 rx_total_frames, rx_good_frames, rx_undersize_frames, rx_oversize_frames, rx_dropped_frames;
  u64 rx_unicast_frames, rx_broadcast_frames, rx_multicast_frames, rx_crc_error_frames, rx_total_bytes;
  u64 tx_total_frames, tx_good_frames, tx_undersize_frames, tx_oversize_frames, tx_dropped_frames;
  u64 tx_unicast_frames, tx_broadcast_frames, tx_multicast_frames, tx_crc_error_frames, tx_total_bytes;
  u64 collisions, unsupported_protocol;
  u64 rx_duplicated_frames, rx_decrypt_error_frames, tx_error_frames, tx_retry_frames;
};
static_assert(sizeof(NetworkStatistics) == 26 * 8);

// EFI_SIMPLE_NETWORK_PROTOCOL [uefi §24.1].
struct SimpleNetwork {
  static constexpr Guid guid = "a19832b9-ac25-11d3-9a2d-0090273fc14d"_guid;
  static constexpr u64 current_revision = 0x0001'0000;

  u64 revision;
  Status(EFIAPI* start)(SimpleNetwork* self);
  Status(EFIAPI* stop)(SimpleNetwork* self);
  Status(EFIAPI* initialize)(SimpleNetwork* self, u64 extra_rx_buffer, u64 extra_tx_buffer);
  Status(EFIAPI* reset)(SimpleNetwork* self, Boolean extended);
  Status(EFIAPI* shutdown)(SimpleNetwork* self);
  Status(EFIAPI* receive_filters)(SimpleNetwork* self, u32 enable, u32 disable, Boolean reset_multicast,
                                  u64 multicast_count, MacAddress* multicast);
  Status(EFIAPI* station_address)(SimpleNetwork* self, Boolean reset, MacAddress* address);
  Status(EFIAPI* statistics)(SimpleNetwork* self, Boolean reset, u64* size, NetworkStatistics* table);
  Status(EFIAPI* multicast_ip_to_mac)(SimpleNetwork* self, Boolean ipv6, IpAddress* ip, MacAddress* mac);
  Status(EFIAPI* nv_data)(SimpleNetwork* self, Boolean read, u64 offset, u64 size, void* buffer);
  Status(EFIAPI* get_status)(SimpleNetwork* self, u32* interrupt_status, void** transmitted);
  Status(EFIAPI* transmit)(SimpleNetwork* self, u64 header_size, u64 buffer_size, void* buffer, MacAddress* source,
                           MacAddress* destination, u16* protocol);
  Status(EFIAPI* receive)(SimpleNetwork* self, u64* header_size, u64* buffer_size, void* buffer, MacAddress* source,
                          MacAddress* destination, u16* protocol);
  Event wait_for_packet;
  SimpleNetworkMode* mode;
};
static_assert(sizeof(SimpleNetwork) == 128 && offsetof(SimpleNetwork, wait_for_packet) == 112);

}  // namespace efi
