// The process's one ov::Core, for sources that build or read graphs themselves: its plugins and caches are loaded once.
#pragma once

namespace ov {
class Core;
}

namespace lineguard::infer {

// Thread-safe. Never destroyed: a load that was given up may still run while the process ends. May throw what OpenVINO
// throws where it finds no plugins.
ov::Core& runtime();

}  // namespace lineguard::infer
