#include "checks/checks.h"

#include "labels.h"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/words.h>
#include <lineguard/dataset/split.h>

namespace lineguard::dataset {
namespace {

constexpr std::size_t kFewGoodPictures = 10;

std::vector<std::string> names_of(const std::vector<const Sample*>& samples) {
  std::vector<std::string> names;
  for (const Sample* sample : samples) names.push_back(sample->name);
  return names;
}

// As sample names are: relative to the data set.
std::string shown_place(const LabelProblem& problem, const std::filesystem::path& root) {
  const std::string folder = (root / "").string();
  return problem.place.starts_with(folder) ? problem.place.substr(folder.size()) : problem.place;
}

void check_labels(const Dataset& dataset, FindingList& findings) {
  const LabelProblems& problems = dataset.problems;
  for (const LabelProblem& problem : problems.kept())
    findings.add(Check::malformed_label, problem.reason, shown_place(problem, dataset.root));
  if (const std::size_t more = problems.count() - problems.kept().size(); more > 0)
    findings.add_group(Check::malformed_label, count_of(more, "more problem") + " in the labels not listed", {});
}

Check check_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::corrupt_data:
    case ErrorCode::too_large:
    case ErrorCode::unavailable:
      return Check::undecodable;
    case ErrorCode::unsupported:
      return Check::unsupported_picture;
    default:
      return Check::unreadable;
  }
}

void check_files(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings) {
  for (std::size_t i = 0; i < facts.size(); ++i) {
    for (const FileProblem& problem : facts[i].problems) {
      findings.add(check_of(problem.code), problem.reason, dataset.samples[i].name);
    }
  }
}

// What the folder holds and the set does not. A list that was named may stand beside anything.
void check_left_out(const Dataset& dataset, FindingList& findings) {
  for (const LeftOut& left : dataset.files.left_out) {
    if (!makes_another_set(left.reason)) continue;
    const bool by_list = dataset.named_by_file;
    const std::string more = left.count > left.files.size() ? fmt::format(" ({} are named)", left.files.size()) : "";
    findings.add_group(by_list ? Check::unlisted_pictures : Check::files_left_out,
                       fmt::format("{} {}{}", count_of(left.count, "file"), in_words(left.reason), more), left.files);
  }
}

// Good pictures that decode and that training would learn from.
struct GoodPictures {
  std::size_t count = 0;
  std::set<std::string> parts;
  std::vector<const Sample*> of_defective_parts;  // those that no operating point can rest on
  std::size_t kept_for_testing = 0;               // beside them
};

GoodPictures good_of(const Dataset& dataset, const std::vector<SampleFacts>& facts,
                     const std::set<std::string>& defective, const std::vector<std::size_t>& learned) {
  GoodPictures good;
  for (std::size_t i = 0; i < facts.size(); ++i)
    good.kept_for_testing += facts[i].decoded && dataset.samples[i].label == Label::good;
  for (const std::size_t i : learned) {
    const Sample& sample = dataset.samples[i];
    good.kept_for_testing -= facts[i].decoded && sample.label == Label::good;
    // A defect-free twin is learned from as a good picture, whatever the part beside it is.
    const bool has_twin = sample.defect_free_template.has_value();
    if (!facts[i].decoded || !(sample.label == Label::good || has_twin)) continue;
    ++good.count;
    good.parts.insert(sample.part);
    if (!has_twin && defective.contains(sample.part)) good.of_defective_parts.push_back(&sample);
  }
  return good;
}

// Training holds pictures back for testing, in another way where it learns from labels.
GoodPictures good_to_learn_from(const Dataset& dataset, const std::vector<SampleFacts>& facts,
                                std::optional<bool> with_labels) {
  const auto defective = defective_parts(dataset);
  const auto labelled = split_for_labels(dataset).train;
  const auto of_split = [&](const std::vector<std::size_t>& learned) {
    return good_of(dataset, facts, defective, learned);
  };
  if (with_labels.value_or(count_defective(dataset, labelled) >= kEnoughDefectivePictures)) return of_split(labelled);
  const GoodPictures alone = of_split(split_for_training(dataset).train);
  // Where every good picture is of a defective part, the other split tells why.
  return alone.count == 0 && !with_labels ? of_split(labelled) : alone;
}

void check_number_of_good(std::size_t good, std::size_t kept_for_testing, FindingList& findings) {
  if (good >= kFewGoodPictures) return;
  std::string reason = good == 0   ? "there is no good picture to learn from"
                       : good == 1 ? "there is only one good picture to learn from"
                                   : fmt::format("there are only {} good pictures to learn from", good);
  if (kept_for_testing > 0) reason += fmt::format(" ({} more kept for testing)", kept_for_testing);
  const bool too_few = good < kFewestGoodPictures;
  findings.add_group(too_few ? Check::no_good_pictures : Check::few_good_pictures,
                     too_few ? fmt::format("{}, training takes {}", reason, kFewestGoodPictures) : reason, {});
}

void check_good_parts(const GoodPictures& good, FindingList& findings) {
  if (good.count < kFewestGoodPictures) return;
  if (good.of_defective_parts.size() == good.count) {
    findings.add_group(Check::no_good_parts,
                       fmt::format("each of the {} good pictures to learn from shows a part that another picture shows "
                                   "defective, the first one part \"{}\": no part is good in all its pictures",
                                   good.count, good.of_defective_parts.front()->part),
                       names_of(good.of_defective_parts));
  } else if (good.parts.size() == 1) {
    findings.add_group(
        Check::no_good_parts,
        fmt::format("all {} good pictures to learn from show one part, \"{}\": training takes pictures of "
                    "at least 2 parts",
                    good.count, *good.parts.begin()),
        {});
  }
}

template <typename Key>
using Groups = std::map<Key, std::vector<const Sample*>>;

// Where a file is named more than once, the lines that do: " (labels.csv:3, labels.csv:9)". Else nothing.
std::string lines_of(const std::vector<const Sample*>& samples) {
  const auto names = names_of(samples);
  if (std::set(names.begin(), names.end()).size() == names.size()) return "";
  std::vector<std::string_view> lines;
  for (const Sample* sample : samples) lines.push_back(sample->source_line);
  return fmt::format(" ({})", fmt::join(lines, ", "));
}

std::set<std::string_view> values_of(const std::vector<const Sample*>& samples,
                                     const std::function<std::string_view(const Sample&)>& value) {
  std::set<std::string_view> values;
  for (const Sample* sample : samples) values.insert(value(*sample));
  return values;
}

// What is said of one picture: "good", a defect's class, or the probability that experts gave. Not labelled says
// nothing.
std::set<std::string> labels_of(const std::vector<const Sample*>& samples) {
  std::set<std::string> labels;
  for (const Sample* sample : samples) {
    const bool unsure = sample->defect_probability > 0 && sample->defect_probability < 1;
    if (unsure) labels.insert(fmt::format("{:g}", sample->defect_probability));
    if (!unsure && sample->label != Label::unknown) labels.insert(sample->class_name);
  }
  if (labels.size() > 1 && !labels.contains(std::string(kGoodClass))) labels.erase(std::string(kDefectiveClass));
  return labels;
}

// Samples that show the same pixels, and the digests of their files.
struct EqualPictures {
  std::vector<const Sample*> samples;
  std::set<std::string_view> files;

  // Equal pixels in different files, such as PNG and BMP, under several parts: nothing joins them.
  bool are_unjoined() const {
    return files.size() > 1 &&
           values_of(samples, [](const Sample& sample) { return std::string_view(sample.part); }).size() > 1;
  }
};

void check_equal_pictures(const EqualPictures& equal, FindingList& findings) {
  const auto& samples = equal.samples;
  const std::set<std::string> labels = labels_of(samples);
  const auto splits = values_of(samples, [](const Sample& sample) { return to_string(sample.split); });
  if (labels.size() > 1) {
    findings.add_group(Check::label_conflict,
                       fmt::format("the same picture is labelled {}{}", fmt::join(labels, " and "), lines_of(samples)),
                       names_of(samples));
  } else if (splits.size() > 1) {
    findings.add_group(Check::duplicate_across_splits,
                       fmt::format("the same picture stands in {}", fmt::join(splits, " and ")), names_of(samples));
  } else if (equal.are_unjoined()) {
    findings.add_group(Check::unjoined_copy, "the same picture to the pixel, in different files and of different parts",
                       names_of(samples));
  } else {
    findings.add_group(Check::duplicate, "the same picture stands there more than once" + lines_of(samples),
                       names_of(samples));
  }
}

void check_duplicates(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings) {
  std::map<std::string_view, EqualPictures> by_pixels;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].decoded) continue;
    EqualPictures& equal = by_pixels[facts[i].pixel_digest];
    equal.samples.push_back(&dataset.samples[i]);
    equal.files.insert(facts[i].file_digest);
  }
  std::vector<const EqualPictures*> groups;
  for (const auto& [digest, equal] : by_pixels) {
    if (equal.samples.size() > 1) groups.push_back(&equal);
  }
  // By place in the data set, not by digest.
  std::ranges::sort(groups, {}, [](const EqualPictures* equal) { return equal->samples.front(); });
  for (const EqualPictures* equal : groups) check_equal_pictures(*equal, findings);
}

// A twin of another size can't be laid over its picture, and the picture itself shows no difference.
void check_template(const Sample& sample, const SampleFacts& facts, FindingList& findings) {
  if (!facts.decoded || !facts.twin) return;
  if (facts.twin->size != facts.size)
    findings.add(Check::template_mismatch,
                 fmt::format("the template has {}x{} pixels, the picture {}x{}", facts.twin->size.width_px,
                             facts.twin->size.height_px, facts.size.width_px, facts.size.height_px),
                 sample.name);
  if (sample.label == Label::defective && facts.twin->pixel_digest == facts.pixel_digest)
    findings.add(Check::template_mismatch, "labelled defective, but its template shows the very same pixels",
                 sample.name);
}

void check_templates(const Dataset& dataset, FindingList& findings) {
  const auto has_twin = [](const Sample& sample) { return sample.defect_free_template.has_value(); };
  const auto twins = std::ranges::count_if(dataset.samples, has_twin);
  if (twins == 0 || twins == std::ssize(dataset.samples)) return;
  const auto reason = fmt::format("{} of {} pictures have a defect-free twin (template), these have none", twins,
                                  dataset.samples.size());
  for (const Sample& sample : dataset.samples) {
    if (!has_twin(sample)) findings.add(Check::missing_template, reason, sample.name);
  }
}

void check_parts(const Dataset& dataset, FindingList& findings) {
  Groups<std::string_view> by_part;
  for (const Sample& sample : dataset.samples) {
    if (sample.split != Split::unset) by_part[sample.part].push_back(&sample);
  }
  for (const auto& [part, samples] : by_part) {
    const auto splits = values_of(samples, [](const Sample& sample) { return to_string(sample.split); });
    if (splits.size() < 2) continue;
    findings.add_group(Check::part_in_two_splits, fmt::format("part {} stands in {}", part, fmt::join(splits, " and ")),
                       names_of(samples));
  }
}

void check_mask(const Sample& sample, const SampleFacts& facts, FindingList& findings) {
  const MaskFacts& mask = *facts.mask;
  if (facts.decoded && mask.size != facts.size) {
    findings.add(Check::mask_size,
                 fmt::format("the mask has {}x{} pixels, the picture {}x{}", mask.size.width_px, mask.size.height_px,
                             facts.size.width_px, facts.size.height_px),
                 sample.name);
  }
  if (sample.label == Label::defective && mask.empty) {
    findings.add(Check::empty_mask, "labelled defective, but no pixel of the mask is set", sample.name);
  }
  if (sample.label == Label::good && !mask.empty) {
    findings.add(Check::mask_on_good, "labelled good, but its mask marks a defect", sample.name);
  }
}

// How a mask marks is told where it is likely to be meant otherwise.
void check_look_of_mask(const Sample& sample, const MaskFacts& mask, FindingList& findings) {
  constexpr double kMost = 0.9, kMuch = 0.5, kSoft = 0.02;
  if (mask.share >= kMost) {
    findings.add(Check::mask_covers_most,
                 fmt::format("the mask marks {:.0f} % of the picture: is it inverted?", 100 * mask.share), sample.name);
  } else if (mask.share >= kMuch) {
    findings.add(Check::unusual_mask, "the mask marks more than half of the picture: is it inverted?", sample.name);
  }
  if (mask.soft_share >= kSoft) {
    findings.add(Check::unusual_mask,
                 "much of what the mask marks is nearly black, as compression, blur and noise leave it", sample.name);
  }
  if (mask.by_alpha)
    findings.add(Check::unusual_mask, "the mask has transparent pixels, which count as not marked", sample.name);
  if (mask.by_index)
    findings.add(Check::unusual_mask, "the mask's palette has no black: its first colour counts as not marked",
                 sample.name);
}

constexpr double kRoundingPx = 1;     // labelling tools round outwards
constexpr double kLeastSidePx = 0.1;  // of a box; a thinner one was never drawn

bool lies_inside(const Outline& outline, Size size) {
  return std::ranges::all_of(outline, [&](const Point& point) {
    return point.x >= -kRoundingPx && point.y >= -kRoundingPx && point.x <= size.width_px + kRoundingPx &&
           point.y <= size.height_px + kRoundingPx;
  });
}

bool lies_inside(const Box& box, Size size) {
  return box.width >= kLeastSidePx && box.height >= kLeastSidePx && box.x >= -kRoundingPx && box.y >= -kRoundingPx &&
         box.x + box.width <= size.width_px + kRoundingPx && box.y + box.height <= size.height_px + kRoundingPx;
}

// Twice the area of a polygon by the shoelace formula.
double doubled_area(const Outline& outline) {
  double sum = 0;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point &a = outline[i], &b = outline[(i + 1) % outline.size()];
    sum += a.x * b.y - b.x * a.y;
  }
  return std::abs(sum);
}

// Points in a line, or all in one place: drawn, and yet no pixel is meant. Half a pixel may be rounding.
bool encloses_nothing(const LabelledBox& labelled) {
  double doubled = 0;
  for (const Outline& outline : labelled.outlines) doubled += doubled_area(outline);
  return !labelled.outlines.empty() && doubled < 1;
}

void check_boxes(const Sample& sample, const SampleFacts& facts, FindingList& findings) {
  if (sample.label == Label::good && !sample.boxes.empty()) {
    findings.add(Check::mask_on_good, "labelled good, but a box marks a defect", sample.name);
  }
  const auto called_good = [](const LabelledBox& labelled) { return is_good_word(labelled.class_name); };
  const auto good = std::ranges::find_if(sample.boxes, called_good);
  if (sample.label != Label::good && good != sample.boxes.end()) {
    findings.add(Check::mask_on_good,
                 fmt::format("an object is called \"{}\", but what is drawn counts as a defect", good->class_name),
                 sample.name);
  }
  if (!facts.decoded) return;
  if (const auto& said = sample.annotated_size; said && *said != facts.size && !sample.boxes.empty()) {
    findings.add(Check::annotated_size,
                 fmt::format("the label file says that the picture has {}x{} pixels, it has {}x{}", said->width_px,
                             said->height_px, facts.size.width_px, facts.size.height_px),
                 sample.name);
  }
  const auto leaves = [&](const Outline& outline) { return !lies_inside(outline, facts.size); };
  if (std::ranges::any_of(sample.boxes, [&](const auto& box) { return std::ranges::any_of(box.outlines, leaves); })) {
    findings.add(
        Check::box_outside,
        fmt::format("an outline leaves the picture of {}x{} pixels", facts.size.width_px, facts.size.height_px),
        sample.name);
  }
  if (const auto flat = std::ranges::count_if(sample.boxes, encloses_nothing); flat > 0) {
    findings.add(
        Check::empty_outline,
        fmt::format("{} outline{} nothing: the points lie in a line", flat, flat == 1 ? " encloses" : "s enclose"),
        sample.name);
  }
  for (const auto& [box, class_name, outlines] : sample.boxes) {
    if (lies_inside(box, facts.size)) continue;
    findings.add(Check::box_outside,
                 fmt::format("the box {:g} {:g} {:g} {:g} is empty or leaves the picture of {}x{} pixels", box.x, box.y,
                             box.width, box.height, facts.size.width_px, facts.size.height_px),
                 sample.name);
  }
}

void check_marks(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings) {
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Sample& sample = dataset.samples[i];
    if (facts[i].mask) check_mask(sample, facts[i], findings);
    if (facts[i].mask) check_look_of_mask(sample, *facts[i].mask, findings);
    check_template(sample, facts[i], findings);
    check_boxes(sample, facts[i], findings);
    if (facts[i].exif_orientation != 1) {
      findings.add(Check::exif_orientation, "the file says that the picture is to be turned or mirrored", sample.name);
    }
  }
}

}  // namespace

void run_checks(const Dataset& dataset, const std::vector<SampleFacts>& facts, std::optional<bool> with_labels,
                FindingList& findings) {
  check_labels(dataset, findings);
  check_files(dataset, facts, findings);
  check_left_out(dataset, findings);
  const GoodPictures good = good_to_learn_from(dataset, facts, with_labels);
  check_number_of_good(good.count, good.kept_for_testing, findings);
  check_good_parts(good, findings);
  check_duplicates(dataset, facts, findings);
  check_parts(dataset, findings);
  check_templates(dataset, findings);
  check_marks(dataset, facts, findings);
  check_formats(dataset, facts, findings);
  check_look(dataset, facts, findings);
  check_classes(dataset, findings);
}

}  // namespace lineguard::dataset
