// What a package says of the pictures around its training: what each got from a detector made without its part, and
// which were kept untouched.
//
//   cross_fitted.csv   picture,label,class,score,fold
//   held_out.sha256    digests of the pictures that --hold-out kept; absent: none
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <lineguard/core/result.h>
#include <lineguard/core/types.h>

namespace lineguard::package {

struct CrossFittedPicture {
  std::string picture;  // its name in the data set
  Label label = Label::good;
  std::string class_name;
  double score = 0;  // raw, by a detector made without its part, with the settings of the package
  int fold = 0;
};

Result<void> write_cross_fitted(const std::filesystem::path& package, const std::vector<CrossFittedPicture>& pictures);
// Empty where the package has none: it is older, or no training made it. Errors: corrupt_data with file and line.
Result<std::vector<CrossFittedPicture>> read_cross_fitted(const std::filesystem::path& package);

Result<void> write_held_out(const std::filesystem::path& package, const std::set<std::string>& digests);
Result<std::set<std::string>> read_held_out(const std::filesystem::path& package);

}  // namespace lineguard::package
