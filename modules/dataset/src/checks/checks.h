// The checks on what was found in each sample. Pure; facts[i] belongs to dataset.samples[i].
#pragma once

#include "checks/findings.h"
#include "checks/sample_facts.h"

#include <optional>
#include <vector>

#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {

void run_checks(const Dataset& dataset, const std::vector<SampleFacts>& facts, std::optional<bool> with_labels,
                FindingList& findings);

// Sizes, channels and depth: checks_of_format.cpp.
void check_formats(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings);

// Brightness, contrast and sharpness: checks_of_look.cpp.
void check_look(const Dataset& dataset, const std::vector<SampleFacts>& facts, FindingList& findings);

// Names and numbers of classes: checks_of_classes.cpp.
void check_classes(const Dataset& dataset, FindingList& findings);

}  // namespace lineguard::dataset
