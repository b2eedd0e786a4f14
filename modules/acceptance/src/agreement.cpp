#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/acceptance/agreement.h>
#include <lineguard/core/words.h>

namespace lineguard::acceptance {
namespace {

// Answers by part, inspector and trial, as categories' numbers.
class Sheet {
 public:
  static Result<Sheet> make(const std::vector<Answer>& answers) {
    Sheet sheet;
    for (const Answer& answer : answers) LINEGUARD_TRY(sheet.add(answer));
    return sheet;
  }

  using Trials = std::map<std::string, std::size_t>;  // category by trial
  struct Part {
    std::optional<std::size_t> reference;
    std::map<std::string, Trials> by_inspector;
  };

  std::map<std::string, Part> parts;
  std::vector<std::string> categories, inspectors;

  std::optional<std::size_t> category_of(const std::string& name) const {
    const auto found = std::ranges::find(categories, name);
    return found == categories.end() ? std::nullopt : std::optional<std::size_t>(found - categories.begin());
  }

 private:
  static std::size_t number_of(std::vector<std::string>& names, const std::string& name) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.push_back(name);
    return names.size() - 1;
  }

  Result<void> add(const Answer& answer) {
    Part& part = parts[answer.part];
    number_of(inspectors, answer.inspector);
    const std::size_t category = number_of(categories, answer.category);
    if (!part.by_inspector[answer.inspector].emplace(answer.trial, category).second) {
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("part \"{}\": inspector \"{}\" answered trial \"{}\" twice", answer.part,
                                    answer.inspector, answer.trial));
    }
    if (answer.reference.empty()) return {};
    const std::size_t reference = number_of(categories, answer.reference);
    if (part.reference.value_or(reference) != reference) {
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("part \"{}\" has two references that contradict: \"{}\" and \"{}\"", answer.part,
                                    categories[*part.reference], answer.reference));
    }
    part.reference = reference;
    return {};
  }
};

bool all_equal(const Sheet::Trials& trials, std::size_t category) {
  return std::ranges::all_of(trials, [&](const auto& trial) { return trial.second == category; });
}

class StudyMaker {
 public:
  StudyMaker(const Sheet& sheet, const StudyOptions& options)
      : sheet_(sheet),
        options_(options),
        bootstrap_{options.resamples, 1, options.confidence},
        good_(sheet.category_of(options.good)) {}

  Study make() {
    Study study;
    study.options = options_;
    study.categories = sheet_.categories;
    for (const auto& [name, part] : sheet_.parts) {
      study.parts.push_back(name);
      study.has_reference |= part.reference.has_value();
      for (const auto& [inspector, trials] : part.by_inspector) study.trials = std::max(study.trials, trials.size());
    }
    for (const std::string& inspector : sheet_.inspectors) study.inspectors.push_back(figures_of(inspector));
    add_pairs(study);
    add_all(study);
    add_disagreements(study);
    add_notes(study);
    return study;
  }

 private:
  stats::AnswerCounts counts_of(const Sheet::Trials& trials) const {
    stats::AnswerCounts counts(sheet_.categories.size());
    for (const auto& [trial, category] : trials) ++counts[category];
    return counts;
  }

  void count_against_reference(InspectorFigures& figures, const Sheet::Trials& trials, std::size_t reference) const {
    ++figures.right.n;
    figures.right.events += all_equal(trials, reference);
    const bool defective = reference != good_;
    for (const auto& [trial, category] : trials) {
      ++(defective ? figures.missed.n : figures.false_alarms.n);
      if (defective) figures.missed.events += category == good_;
      if (!defective) figures.false_alarms.events += category != good_;
      if (!defective || category == good_) continue;
      ++figures.wrong_kind.n;
      figures.wrong_kind.events += category != reference;
    }
  }

  InspectorFigures figures_of(const std::string& inspector) const {
    InspectorFigures figures;
    figures.name = inspector;
    std::vector<stats::AnswerCounts> within;
    std::vector<stats::PairedAnswers> against_reference;
    for (const auto& [name, part] : sheet_.parts) {
      const auto found = part.by_inspector.find(inspector);
      if (found == part.by_inspector.end()) continue;
      const Sheet::Trials& trials = found->second;
      within.push_back(counts_of(trials));
      if (trials.size() > 1) {
        ++figures.within.n;
        figures.within.events += all_equal(trials, trials.begin()->second);
      }
      if (!part.reference) continue;
      count_against_reference(figures, trials, *part.reference);
      stats::PairedAnswers& pairs = against_reference.emplace_back();
      for (const auto& [trial, category] : trials) pairs.emplace_back(category, *part.reference);
    }
    figures.within_kappa = stats::fleiss_kappa(within, {}, bootstrap_);
    figures.reference_kappa = stats::cohen_kappa(against_reference, sheet_.categories.size(), bootstrap_);
    return figures;
  }

  // Trial by trial, as AIAG's cross tables; a trial that one of the two did not make is left out.
  PairFigures pair_of(const std::string& a, const std::string& b) const {
    std::vector<stats::PairedAnswers> parts;
    for (const auto& [name, part] : sheet_.parts) {
      const auto of_a = part.by_inspector.find(a), of_b = part.by_inspector.find(b);
      if (of_a == part.by_inspector.end() || of_b == part.by_inspector.end()) continue;
      stats::PairedAnswers& pairs = parts.emplace_back();
      for (const auto& [trial, category] : of_a->second) {
        const auto other = of_b->second.find(trial);
        if (other != of_b->second.end()) pairs.emplace_back(category, other->second);
      }
    }
    return {a, b, stats::cohen_kappa(parts, sheet_.categories.size(), bootstrap_)};
  }

  void add_pairs(Study& study) const {
    const auto& inspectors = sheet_.inspectors;
    for (std::size_t a = 0; a < inspectors.size(); ++a) {
      for (std::size_t b = a + 1; b < inspectors.size(); ++b)
        study.pairs.push_back(pair_of(inspectors[a], inspectors[b]));
    }
  }

  void add_all(Study& study) const {
    std::vector<stats::AnswerCounts> all;
    for (const auto& [name, part] : sheet_.parts) {
      stats::AnswerCounts& counts = all.emplace_back(sheet_.categories.size());
      for (const auto& [inspector, trials] : part.by_inspector) {
        for (const auto& [trial, category] : trials) ++counts[category];
      }
      const bool one_answer = std::ranges::count_if(counts, [](std::size_t n) { return n > 0; }) == 1;
      study.between.events += one_answer;
      ++study.between.n;
      if (!part.reference) continue;
      ++study.all_right.n;
      study.all_right.events += one_answer && counts[*part.reference] > 0;
    }
    study.between_kappa = stats::fleiss_kappa(all, {}, bootstrap_);
    if (sheet_.categories.size() < 3) return;
    for (std::size_t i = 0; i < sheet_.categories.size(); ++i)
      study.by_category.push_back({sheet_.categories[i], stats::fleiss_kappa(all, i, bootstrap_)});
  }

  void add_disagreements(Study& study) const {
    for (const auto& [name, part] : sheet_.parts) {
      std::set<std::size_t> said;
      if (part.reference) said.insert(*part.reference);
      Disagreement disagreement{name, part.reference ? sheet_.categories[*part.reference] : "", {}};
      for (const std::string& inspector : sheet_.inspectors) {
        std::vector<std::string> words;
        const auto found = part.by_inspector.find(inspector);
        if (found != part.by_inspector.end()) {
          for (const auto& [trial, category] : found->second) {
            said.insert(category);
            words.push_back(sheet_.categories[category]);
          }
        }
        disagreement.answers.push_back(fmt::format("{}", fmt::join(words, " ")));
      }
      if (said.size() > 1) study.disagreements.push_back(std::move(disagreement));
    }
    // Parts that are numbered stand in the order of their numbers.
    std::ranges::stable_sort(study.disagreements, {}, [](const Disagreement& one) {
      const bool is_number = one.part.find_first_not_of("0123456789") == std::string::npos;
      return std::pair(is_number ? one.part.size() : 0, one.part);
    });
  }

  void add_notes(Study& study) const {
    std::size_t gaps = 0;
    for (const auto& [name, part] : sheet_.parts) {
      for (const std::string& inspector : sheet_.inspectors) {
        const auto found = part.by_inspector.find(inspector);
        gaps += found == part.by_inspector.end() || found->second.size() < study.trials;
      }
    }
    if (gaps > 0)
      study.notes.push_back(fmt::format("{} of an inspector with fewer trials than others: the study is not complete.",
                                        count_of(gaps, "part")));
    if (study.trials < 2) study.notes.push_back("Everybody judged each part once: nothing shows how steady they are.");
    if (!study.has_reference) study.notes.push_back("No part has a reference: nothing shows who is right.");
    constexpr std::size_t kFew = 20;
    if (study.parts.size() < kFew)
      study.notes.push_back(fmt::format("{} are few: AIAG's layout has 50.", count_of(study.parts.size(), "part")));
  }

  const Sheet& sheet_;
  const StudyOptions options_;
  const stats::BootstrapOptions bootstrap_;
  const std::optional<std::size_t> good_;
};

}  // namespace

Result<Study> study(const std::vector<Answer>& answers, const StudyOptions& options) {
  LINEGUARD_ASSIGN(const Sheet sheet, Sheet::make(answers));
  if (answers.size() < 2)
    return make_error(ErrorCode::invalid_argument, "an agreement study needs two answers at least");
  if (!sheet.category_of(options.good)) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("nobody ever says \"{}\": which of {} is no defect? (--good)", options.good,
                                  fmt::join(sheet.categories, ", ")));
  }
  return StudyMaker(sheet, options).make();
}

}  // namespace lineguard::acceptance
