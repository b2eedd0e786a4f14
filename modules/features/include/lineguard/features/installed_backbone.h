#pragma once

#include <filesystem>

#include <lineguard/core/result.h>

namespace lineguard::features {
// backbone.xml of the backbone that comes with Lineguard: named by LINEGUARD_BACKBONE, installed beside the program
// (../share/lineguard/backbone), or made by set-up. Errors: not_found with the places that were tried.
Result<std::filesystem::path> find_installed_backbone();
}  // namespace lineguard::features
