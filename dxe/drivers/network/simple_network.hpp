// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "dxe/drivers/driver.hpp"
#include "lib/net/interface.hpp"

namespace drivers {

// A network card as EFI_SIMPLE_NETWORK_PROTOCOL [uefi §24.1], on a handle of its own with the card's address in its path.
class NetworkChild final : public Child, public efi::SimpleNetwork {
 public:
  Result<> publish(net::Device& device);
  Result<> withdraw() override;

  net::Interface interface;
};

Result<> publish_network(Managed& managed, net::Device& device);

// A loader that looks for cards finds them, though it came from a disk and nobody connected them.
void start_network_cards();

}  // namespace drivers
