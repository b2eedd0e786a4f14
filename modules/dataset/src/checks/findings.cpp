#include "checks/findings.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <lineguard/core/check.h>
#include <lineguard/core/enum_names.h>

namespace lineguard::dataset {
namespace {

struct CheckRow {
  Check check;
  std::string_view name;
  Severity severity;
  std::string_view advice;
};

constexpr auto kChecks = std::to_array<CheckRow>({
    {Check::malformed_label, "malformed-label", Severity::blocker,
     "Correct these lines or entries, or take them out. Until then nothing is trained or measured, whatever --allow "
     "says: a set that is read in part would be another one. What is said of the other files below is of what could be "
     "read."},
    {Check::unreadable, "unreadable", Severity::blocker,
     "Put the file where the data set names it, or take it out of the data set."},
    {Check::undecodable, "undecodable", Severity::blocker,
     "Copy the file again from its source or take it out: half a picture would be learned as a normal part."},
    {Check::unsupported_picture, "unsupported-picture", Severity::blocker,
     "These are whole, but not of a kind that is read as a whole: save them as it says, or take them out. A picture "
     "that is judged in part may hide its defect."},
    {Check::files_left_out, "files-left-out", Severity::blocker,
     "Without these it is another set than the folder shows, and labels or pictures would be missed without a word: "
     "move "
     "or rename them so that the layout finds them, list them, or move them out of the set. With --allow the set is "
     "taken "
     "without them."},
    {Check::no_good_pictures, "no-good-pictures", Severity::blocker,
     "Add pictures of good parts: the detector learns from them. Fifty or more is a good start. Where every "
     "picture says where its defects are, `train --tile-px` learns from the places without one."},
    {Check::no_good_parts, "no-good-parts", Severity::blocker,
     "If these are different parts, correct --part-pattern (its first group is the part) or the column part. Else add "
     "parts that are good in all their pictures: the operating point rests on them."},
    {Check::label_conflict, "label-conflict", Severity::blocker,
     "Decide what the part is and keep one of the files, or of the lines. Where several experts judged one picture: "
     "one line, with the share of them that call it defective as its label. Several defects of one part: one line with "
     "all of them, \"crack: 10 10 20 20; stain: 60 60 8 8\"."},
    {Check::part_in_two_splits, "part-in-two-splits", Severity::blocker,
     "Move all pictures of the part to one split: tested on a part it has learned, a detector looks better than it "
     "is."},
    {Check::duplicate_across_splits, "duplicate-across-splits", Severity::blocker,
     "Keep the picture in one split only: tested on what it has learned, a detector looks better than it is."},
    {Check::unjoined_copy, "unjoined-copy", Severity::blocker,
     "Keep one of the copies, or name the part that they show (--part-pattern or the column part): as parts of their "
     "own "
     "they may be learned from and tested with. Copies that are equal byte for byte count as one part by "
     "themselves."},
    {Check::missing_template, "missing-template", Severity::blocker,
     "Give each picture its defect-free twin, or take these pictures out. With --allow, pictures are learned from "
     "without their twins."},
    {Check::template_mismatch, "template-mismatch", Severity::blocker,
     "A template shows the same place of the same product without the defect, in as many pixels: take the right "
     "picture "
     "for it, or take these out."},
    {Check::mask_on_good, "mask-on-good", Severity::blocker,
     "Either the part is defective or the mask or box is wrong: correct one of them."},
    {Check::empty_mask, "empty-mask", Severity::blocker,
     "Draw the defect, or remove the mask: without one the place of the defect is not evaluated."},
    {Check::mask_covers_most, "mask-covers-most", Severity::blocker,
     "A mask marks the defect: white or any colour on black. Invert it where it marks the part instead."},
    {Check::mask_size, "mask-size", Severity::blocker,
     "Export the mask at the picture's size. A picture with an EXIF orientation is turned before they are compared."},
    {Check::box_outside, "box-outside", Severity::blocker,
     "Boxes are x y width height in pixels of this picture, from its upper left corner: export them again."},
    {Check::empty_outline, "empty-outline", Severity::blocker,
     "Draw the object again, or take the outline out and leave its box."},
    {Check::annotated_size, "annotated-size", Severity::blocker,
     "Boxes and outlines are in pixels of the picture that they were drawn on: bring the pictures back to that size, "
     "or "
     "export the labels again for these."},
    {Check::channel_mismatch, "channel-mismatch", Severity::blocker,
     "Take all pictures with the same camera mode: gray or colour, not both."},
    {Check::depth_mismatch, "depth-mismatch", Severity::blocker,
     "Take all pictures with the same bit depth: 8 or 16 bit, not both."},
    {Check::size_mismatch, "size-mismatch", Severity::blocker,
     "These look like another camera, crop or product: take them out, or cut them as the others."},
    {Check::exif_orientation, "exif-orientation", Severity::blocker,
     "Lineguard turns the picture as it says, the tools that draw masks and boxes may not, and cameras of a line never "
     "write it. Save the pictures turned, or --allow exif-orientation where nothing is drawn on them or it was drawn "
     "on "
     "the turned picture."},
    {Check::few_good_pictures, "few-good-pictures", Severity::warning,
     "Add pictures of good parts: normal variation is learned from them. Fifty or more is a good start."},
    {Check::unlisted_pictures, "unlisted-pictures", Severity::warning,
     "They stand beside the pictures that the list names, and are not part of the set. Nothing to do where that is "
     "meant."},
    {Check::unusual_mask, "unusual-mask", Severity::warning,
     "Look at the mask: every pixel that is not black and not transparent counts as defective. Save masks without loss "
     "(PNG), white on black."},
    {Check::duplicate, "duplicate", Severity::warning,
     "Keep one of them, unless they are different parts that really look the same to the pixel."},
    {Check::gray_as_colour, "gray-stored-as-colour", Severity::warning,
     "Nothing to do when the pictures come from one camera."},
    {Check::sizes_vary, "sizes-vary", Severity::warning,
     "All are brought to one size. Make sure that they show the part at the same scale."},
    {Check::look_tells_label, "look-tells-label", Severity::warning,
     "A detector would learn this instead of the defect, and fail when it changes. Take good and defective parts under "
     "the same light, focus and camera settings and save them in the same way, unless the defect itself is what "
     "changes "
     "the look."},
    {Check::likely_label_error, "likely-label-error", Severity::warning,
     "Look at the picture again: a detector that was not shown it takes it for the other label."},
    {Check::contaminated_good, "contaminated-good", Severity::warning,
     "Look at these first: a defect among the good parts is learned as normal. Take it out or label it."},
    {Check::near_duplicate_across_splits, "near-duplicate-across-splits", Severity::warning,
     "If they show the same part, name it (--part-pattern or the CSV's column part) and keep it in one split, or keep "
     "one of the pictures: tested on a part it has learned, a detector looks better than it is, and until the part has "
     "a name each picture counts as a part of its own in every bound."},
    {Check::likely_part_in_two_splits, "likely-part-in-two-splits", Severity::warning,
     "Look at the two: if they show one part, name it (--part-pattern or the column part) and keep it in one split. "
     "Until then each counts as a part of its own in every bound."},
    {Check::likely_one_part, "likely-one-part", Severity::warning,
     "Look at the two: if they show one part, name it (--part-pattern or the column part). Until then each may "
     "fall into another split or fold than the other, and figures and bounds look better than they are."},
    {Check::near_duplicate, "near-duplicate", Severity::warning,
     "Two parts as far as anybody has said: each is drawn into a split and counted in every bound on its own, so that "
     "bounds are tighter than they should be where both show one part. Then name the part (--part-pattern or the CSV's "
     "column part) or keep one of the pictures. Only copies that are equal byte for byte count as one part by "
     "themselves."},
    {Check::unusual_look, "unusual-look", Severity::warning,
     "These look unlike the rest of this set: another lamp, focus or product? Take them out if the line will not see "
     "them."},
    {Check::class_spelling, "class-spelling", Severity::warning,
     "If they mean one defect, give it one name: each is learned, reported and counted as a class of its own."},
    {Check::imbalance, "imbalance", Severity::warning,
     "Figures of the few are uncertain, and a head trained on labels hardly sees them: add pictures, or merge "
     "classes."},
});

const CheckRow& row_of(Check check) {
  return kChecks[static_cast<std::size_t>(check)];
}

constexpr auto kCheckNames = [] {
  std::array<EnumName<Check>, kChecks.size()> names{};
  for (std::size_t i = 0; i < kChecks.size(); ++i) names[i] = {kChecks[i].check, kChecks[i].name};
  return names;
}();
static_assert(names_every_value(kCheckNames));

constexpr bool blockers_come_first() {
  return std::is_sorted(kChecks.begin(), kChecks.end(),
                        [](const CheckRow& a, const CheckRow& b) { return a.severity < b.severity; });
}
static_assert(blockers_come_first());

}  // namespace

const std::vector<std::string>& check_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& row : kChecks) all.emplace_back(row.name);
    return all;
  }();
  return names;
}

const std::vector<std::string>& allowable_checks() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = check_names();
    for (const Check never : {Check::malformed_label, Check::unreadable, Check::undecodable, Check::unsupported_picture,
                              Check::template_mismatch})
      std::erase(all, row_of(never).name);
    return all;
  }();
  return names;
}

bool is_allowable(std::string_view check) {
  return std::ranges::find(allowable_checks(), check) != allowable_checks().end();
}

void FindingList::add(Check check, std::string_view reason, const std::string& file) {
  const auto [place, is_new] = by_reason_.try_emplace({check, std::string(reason)}, findings_.size());
  if (is_new) add_group(check, std::string(reason), {});
  findings_[place->second].second.files.push_back(file);
}

void FindingList::add_group(Check check, std::string reason, std::vector<std::string> files) {
  const CheckRow& row = row_of(check);
  findings_.push_back(
      {check, {std::string(row.name), row.severity, std::move(files), std::move(reason), std::string(row.advice)}});
}

Finding finding_of(std::string_view check, std::string reason, std::vector<std::string> files) {
  const auto row = std::ranges::find(kChecks, check, &CheckRow::name);
  LINEGUARD_CHECK(row != kChecks.end(), "a finding names a check that there is");
  return {std::string(row->name), row->severity, std::move(files), std::move(reason), std::string(row->advice)};
}

void CheckReport::add(std::vector<Finding> more) {
  std::ranges::move(more, std::back_inserter(findings));
  std::ranges::stable_sort(findings, {}, [](const Finding& finding) {
    return std::ranges::find(kChecks, finding.check, &CheckRow::name) - kChecks.begin();
  });
}

std::vector<Finding> FindingList::take() {
  std::stable_sort(findings_.begin(), findings_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Finding> findings;
  for (auto& entry : findings_) findings.push_back(std::move(entry.second));
  findings_.clear();
  by_reason_.clear();
  return findings;
}

}  // namespace lineguard::dataset
