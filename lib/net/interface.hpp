// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/efi/simple_network.hpp"
#include "lib/net/device.hpp"

namespace net {

// What EFI_SIMPLE_NETWORK_PROTOCOL says of a network card [uefi §24.1]. Cards are asked for everything; whom a frame is
// for is looked at here, as not every card filters.
class Interface {
 public:
  void init(Device& device);
  // The mode structure is a client's to read.
  efi::SimpleNetworkMode& mode() { return mode_; }

  Result<> start();
  Result<> stop();
  Result<> initialize(u64 extra_receive, u64 extra_transmit);
  Result<> reset(efi::Boolean extended);
  Result<> shutdown();
  Result<> receive_filters(u32 enable, u32 disable, efi::Boolean reset_multicast, u64 count, efi::MacAddress* multicast);
  Result<> station_address(efi::Boolean reset, efi::MacAddress* address);
  Result<> statistics(efi::Boolean reset, u64* bytes, efi::NetworkStatistics* table);
  Result<> multicast_ip_to_mac(efi::Boolean ipv6, efi::IpAddress* ip, efi::MacAddress* mac);
  Result<> nv_data(efi::Boolean read, u64 offset, u64 bytes, void* buffer);
  Result<> get_status(u32* interrupts, void** transmitted);
  Result<> transmit(u64 header_size, u64 bytes, void* buffer, efi::MacAddress* source, efi::MacAddress* destination, u16* protocol);
  Result<> receive(u64* header_size, u64* bytes, void* buffer, efi::MacAddress* source, efi::MacAddress* destination, u16* protocol);

  // Fetches a frame if there is one: what WaitForPacket waits for.
  bool has_packet();

 private:
  Result<> working() const;
  bool wanted(const Header& header) const;
  Result<> fetch();
  Result<> begin();

  Device* device_ = nullptr;
  efi::SimpleNetworkMode mode_;
  u32 interrupts_ = 0;
  usize held_ = 0;  // bytes of frame_; 0: none
  u8 frame_[most_frame];
};

}  // namespace net
