// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/file_system/volume.hpp"

namespace file_system {

void Volume::release(Node& node) {
  for (Node* n = &node; n && --n->users == 0 && n->parent;) {
    Node* parent = n->parent;
    n->unlink();
    surroundings_.release(n);
    n = parent;
  }
}

}  // namespace file_system
