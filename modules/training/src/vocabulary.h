// Training speaks of features and scoring stages on every line: their names stand for themselves here.
#pragma once

namespace lineguard::features {}
namespace lineguard::detector {}

namespace lineguard::training {
using namespace features;
using namespace detector;
}  // namespace lineguard::training
