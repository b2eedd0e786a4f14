// The words and numbers that say good or defective.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

inline constexpr std::string_view kGoodClass = "good";
inline constexpr std::string_view kDefectiveClass = "defective";  // of a defect whose class nobody named

inline constexpr std::string_view kSeveralClasses = "several";  // of a picture whose boxes name more than one

// In any case: good, ok, pass, normal, io …
bool is_good_word(std::string_view text);
// defective, ng, nok, bad, abnormal, anomaly, fail …
bool is_defective_word(std::string_view text);
// normal: a word that some use for good, and that could be the name of a class. What counts it says so.
bool is_normal_word(std::string_view text);

// Sets label, defect_probability and class_name: a good or defective word, else the name of a defect class.
void set_class(Sample& sample, std::string_view class_name);

// The same from the sample's boxes: without any it is good, unless some could not be read (`whole` is false): then it
// is not labelled.
void set_class_by_boxes(Sample& sample, bool whole = true);

// The one class that the sample's boxes name, or kSeveralClasses. REQUIRES a box.
std::string class_of_boxes(const Sample& sample);

// The smallest box that holds the outline. REQUIRES a point.
Box box_around(const Outline& outline);
// Of x, y, x, y …, each times its factor.
Outline outline_of(const std::vector<double>& numbers, double x_factor = 1, double y_factor = 1);

// As the picture's header says it; none where it can't be read: the checks name what is wrong with it.
std::optional<Size> picture_size(const std::filesystem::path& file);

// train, train2017, val, valid, testing …: what a name says. Anything else names no split.
Split split_named(std::string_view name);

// As set_class(), and a number 0 to 1 is the probability of a defect: 0 is good, 1 defective, between them the sample
// counts as not labelled. Empty: not labelled. false: a number outside 0 to 1, or
// one with a decimal comma.
bool set_label(Sample& sample, std::string_view text);

// A finite number that fills the whole text.
std::optional<double> parse_number(std::string_view text);

}  // namespace lineguard::dataset
