// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/result.hpp"
#include "lib/graphics/surface.hpp"

namespace drivers {

using namespace base;

// A display controller with one head, as GraphicsOutput drives it.
class Adapter {
 public:
  // Shows black pixels in this resolution. After an error the display shows what it likes.
  virtual Result<graphics::Surface> show(graphics::Resolution resolution) = 0;
  // Pixels of the surface were changed. Not called for what draws its surface by itself.
  virtual void present(graphics::Rectangle) {}
  // Is what lies in the surface seen without present()? Operating systems draw on such surfaces.
  virtual bool draws_by_itself() const { return true; }

 protected:
  ~Adapter() = default;
};

}  // namespace drivers
