// The checks by name and the list that findings are collected in.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lineguard/dataset/check.h>

namespace lineguard::dataset {

// In the order of check_names(): blockers before warnings, the worst first.
enum class Check {
  malformed_label,
  unreadable,
  undecodable,
  unsupported_picture,
  files_left_out,
  no_good_pictures,
  no_good_parts,
  label_conflict,
  part_in_two_splits,
  duplicate_across_splits,
  unjoined_copy,
  missing_template,
  template_mismatch,
  mask_on_good,
  empty_mask,
  mask_covers_most,
  mask_size,
  box_outside,
  empty_outline,
  annotated_size,
  channel_mismatch,
  depth_mismatch,
  size_mismatch,
  exif_orientation,
  few_good_pictures,
  unlisted_pictures,
  unusual_mask,
  duplicate,
  gray_as_colour,
  sizes_vary,
  look_tells_label,
  likely_label_error,
  contaminated_good,
  near_duplicate_across_splits,
  likely_part_in_two_splits,
  likely_one_part,
  near_duplicate,
  unusual_look,
  class_spelling,
  imbalance,
};

class FindingList {
 public:
  // Files with the same check and reason make one finding.
  void add(Check check, std::string_view reason, const std::string& file);
  // A finding of its own: its files belong together.
  void add_group(Check check, std::string reason, std::vector<std::string> files);
  // Ordered by check, then as they were added.
  std::vector<Finding> take();

 private:
  std::vector<std::pair<Check, Finding>> findings_;
  std::map<std::pair<Check, std::string>, std::size_t> by_reason_;
};

}  // namespace lineguard::dataset
