// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/virtio_rng.hpp"

#include "dxe/core/pool.hpp"
#include "dxe/core/services.hpp"
#include "dxe/core/tpl.hpp"
#include "dxe/drivers/pci_dma.hpp"
#include "dxe/drivers/platform.hpp"
#include "dxe/drivers/virtio.hpp"
#include "lib/log/log.hpp"
#include "lib/virtio/transport.hpp"

namespace drivers {
namespace {

constexpr u16 queue_size = 8;

// [virtio §5.4]: one queue, of buffers to fill.
class EntropyDevice {
 public:
  Result<> start(const pci::Device& device) {
    TRY(transport_.open(device, virtio_patience));
    (void)TRY(transport_.negotiate(0));
    TRY(transport_.add_queue(0, queue_, dma_pages, queue_size));
    TRY(buffer_.allocate(dma_pages, 1));
    return transport_.start();
  }

  Result<> fill(std::span<u8> into) {
    while (!into.empty()) {
      const u64 wanted = into.size() < buffer_.bytes() ? into.size() : buffer_.bytes();
      const u64 given = TRY(fetch(wanted));
      buffer_.copy_out(0, into.first(given));
      into = into.subspan(given);
    }
    return {};
  }

  void stop() {
    if (auto quiet = transport_.reset(); !quiet) log::error("virtio-rng does not stop: ", quiet.error());
    dead_ = true;
  }

 private:
  Result<u64> fetch(u64 wanted) {
    if (dead_) return Error::device_error;
    const virtio::Queue::Piece piece{buffer_.address(), static_cast<u32>(wanted), true};
    (void)TRY(queue_.submit({&piece, 1}));
    transport_.notify(queue_);
    auto done = queue_.wait(virtio_patience);
    if (done && done->written != 0) return u64{done->written};
    log::error("virtio-rng gives nothing; it is not used any more");
    stop();
    return Error::device_error;
  }

  virtio::Transport transport_;
  virtio::Queue queue_;
  mem::SharedPages buffer_;
  bool dead_ = false;
};

constinit EntropyDevice* entropy = nullptr;

Result<> fill(std::span<u8> into) {
  core::TplGuard guard(efi::tpl_notify);
  return entropy->fill(into);
}

Result<EntropyDevice*> make(const pci::Device& device) {
  auto* made = TRY(core::make<EntropyDevice>());
  if (auto started = made->start(device); !started) {
    made->stop();
    return started.error();
  }
  return made;
}

}  // namespace

RandomSource start_virtio_rng() {
  for (const pci::Device* d = pci_topology().first; d; d = d->next) {
    if (!has_virtio_id(*d, virtio::DeviceType::entropy)) continue;
    auto made = make(*d);
    if (!made) {
      log::warning("virtio-rng at ", log::hex(d->bdf.number(), 4), " cannot be used: ", made.error());
      continue;
    }
    entropy = *made;
    core::at_exit_boot_services([] { entropy->stop(); });
    return fill;
  }
  return nullptr;
}

}  // namespace drivers
