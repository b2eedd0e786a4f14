#include "words.h"

#include <algorithm>

#include <fmt/format.h>

#include <lineguard/core/words.h>

namespace lineguard::evaluation {
namespace {

// One class alone says what all say.
void add_classes(const Evaluation& evaluation, std::string& text) {
  constexpr std::size_t kShown = 12;
  if (evaluation.classes.size() < 2) return;
  for (std::size_t i = 0; i < std::min(evaluation.classes.size(), kShown); ++i) {
    const ClassFigures& figures = evaluation.classes[i];
    const std::string auroc = figures.auroc ? fmt::format(", AUROC {}", figure(figures.auroc->value)) : "";
    text += fmt::format("  class {:<22}{} of {} missed{}\n", figures.class_name, figures.miss.count.events,
                        count_of(figures.miss.count.n, unit_of(figures.miss)), auroc);
  }
  const std::string more =
      evaluation.classes.size() > kShown ? fmt::format("{} more classes, ", evaluation.classes.size() - kShown) : "";
  text += fmt::format("  {}sizes, properties and every picture: --json and --report\n", more);
}

}  // namespace

std::vector<std::string> caveats_of(const Evaluation& evaluation) {
  std::vector<std::string> caveats{evaluation.learned.note, evaluation.chosen_on, evaluation.left_out.note};
  std::erase(caveats, "");
  return caveats;
}

std::string percent(double share) {
  const double value = share * 100;
  return value > 0 && value < 0.1 ? fmt::format("{:.3f} %", value) : fmt::format("{:.1f} %", value);
}

std::string figure(double value) {
  for (int digits = 3; digits < 9; ++digits) {
    std::string text = fmt::format("{:.{}f}", value, digits);
    if (value == 0 || value == 1 || (std::stod(text) != 1 && std::stod(text) != 0)) return text;
  }
  return fmt::format("{:.9f}", value);
}

std::string rate_in_words(const Rate& rate) {
  return rate.count.n == 0 ? "unknown" : percent(rate.count.rate());
}

std::string counted_in_words(const Rate& rate, std::string_view of) {
  const std::string words = fmt::format("{} of {} {}", rate.count.events, rate.count.n, of);
  return rate.pictures > rate.count.n ? fmt::format("{} parts ({})", words, count_of(rate.pictures, "picture")) : words;
}

std::string why_unknown(const Rate& rate, std::string_view of) {
  return fmt::format("No {} part{}", of, rate.left_out > 0 ? " of which every picture was predicted" : "");
}

std::string interval_in_words(const Rate& rate) {
  if (rate.count.n == 0) return "–";
  return fmt::format("{} to {}", percent(rate.interval.low), percent(rate.interval.high));
}

std::string basis_of(const Rate& rate, double confidence, std::string_view of) {
  if (rate.count.n == 0) {
    std::string why = why_unknown(rate, of);
    why.front() = 'n';
    return why;
  }
  return fmt::format("{}; {:g} % interval: {}", counted_in_words(rate, of), confidence * 100, interval_in_words(rate));
}

std::string basis_of(const stats::AurocEstimate& auroc) {
  return fmt::format("{:g} % interval: {} to {}; {} good, {} defective", auroc.confidence * 100,
                     figure(auroc.interval.low), figure(auroc.interval.high), auroc.n_good, auroc.n_defective);
}

std::vector<report::Fact> facts_of(const Provenance& provenance,
                                   const std::vector<std::pair<std::string, const Evaluation*>>& models) {
  std::vector<report::Fact> facts;
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) facts.push_back({name, value});
  };
  add("made at", provenance.made_at);
  if (!provenance.lineguard_version.empty()) add("with", "Lineguard " + provenance.lineguard_version);
  for (const auto& [name, evaluation] : models) {
    const Model& model = evaluation->model;
    add(name,
        fmt::format("{} version {}, digest {}", model.identity.name, model.identity.version, model.identity.digest));
    add("operating point", fmt::format("{}, threshold {:.6g}", model.operating_point, model.threshold));
  }
  const Evaluation& any = *models.front().second;
  add("data set", fmt::format("{} ({})", any.dataset, any.layout));
  add("its fingerprint", provenance.dataset_fingerprint);
  add("split", any.selection);
  add("confidence", fmt::format("{:g} %", 100 * any.confidence));
  return facts;
}

std::string failures_in_words(const Failures& failures) {
  return fmt::format("{} could not be read or predicted: {} by both, {} by A alone, {} by B alone",
                     count_of(failures.pictures.size(), "picture"), failures.both, failures.only_a, failures.only_b);
}

std::string timing_in_words(const Evaluation& evaluation) {
  return fmt::format("medians of {}: {:.1f} ms to decode, {:.1f} ms to predict; {} at once",
                     count_of(evaluation.rows.size() - evaluation.n_errors, "picture"), evaluation.decode_p50_ms,
                     evaluation.predict_p50_ms, evaluation.threads);
}

std::string counts_in_words(const Evaluation& evaluation) {
  std::string words = fmt::format("{}: {} good, {} defective", count_of(evaluation.rows.size(), "picture"),
                                  evaluation.n_good, evaluation.n_defective);
  const Rate &miss = evaluation.miss, &overkill = evaluation.overkill;
  if (evaluation.counts_parts) words += ", of " + count_of(miss.count.n + overkill.count.n, "part");
  if (evaluation.n_unlabelled > 0) words += fmt::format(", {} unlabelled", evaluation.n_unlabelled);
  if (evaluation.n_errors > 0) words += fmt::format(", {} could not be read or predicted", evaluation.n_errors);
  if (const std::size_t left_out = miss.left_out + overkill.left_out; evaluation.counts_parts && left_out > 0)
    words += ", which leaves out " + count_of(left_out, "part");
  return words;
}

std::string to_text(const Evaluation& evaluation) {
  const Model& model = evaluation.model;
  std::string text =
      fmt::format("{} version {} on {} ({}), split {}\n{}\n", model.identity.name, model.identity.version,
                  evaluation.dataset, evaluation.layout, evaluation.selection, counts_in_words(evaluation));
  const auto add = [&](std::string_view name, std::string_view value, std::string_view basis) {
    text += fmt::format("  {:<18}{:<10}{}\n", name, value, basis);
  };
  if (evaluation.auroc) add("image AUROC", figure(evaluation.auroc->value), basis_of(*evaluation.auroc));
  if (evaluation.average_precision) add("average precision", figure(*evaluation.average_precision), "");
  if (evaluation.f1_max) {
    add("best F1", figure(evaluation.f1_max->f1),
        fmt::format("at a threshold of {:.4g}", evaluation.f1_max->threshold));
  }
  if (evaluation.pixels) {
    const PixelFigures& pixels = *evaluation.pixels;
    const auto basis = fmt::format("{}, {}, grid up to {} px", count_of(pixels.pictures_with_mask, "mask"),
                                   count_of(pixels.regions, "region"), pixels.grid_px);
    add("pixel AUROC", figure(pixels.auroc), basis);
    add("AUPRO (0.3)", figure(pixels.aupro), basis);
  }
  for (const stats::DetectionFigures& figures : evaluation.detections) {
    add(fmt::format("mAP, IoU {:g}", figures.iou), figure(figures.mean_average_precision),
        fmt::format("{:g} % interval: {} to {}, over all levels{}; reported boxes, whatever their class: {} of {} "
                    "true ones found, {} false",
                    100 * evaluation.confidence, figure(figures.interval.low), figure(figures.interval.high),
                    figures.by_class ? ", class by class" : "", figures.recalled.events, figures.recalled.n,
                    figures.false_boxes.events));
  }
  text += fmt::format("At the operating point \"{}\", threshold {:.6g}:\n", model.operating_point, model.threshold);
  add("miss rate", rate_in_words(evaluation.miss), basis_of(evaluation.miss, evaluation.confidence, "defective"));
  add("overkill rate", rate_in_words(evaluation.overkill),
      basis_of(evaluation.overkill, evaluation.confidence, "good"));
  const std::size_t unknown = evaluation.overkill.unknown + evaluation.miss.unknown;
  add("unknown", std::to_string(unknown), "too close to the threshold; diverted");
  add_classes(evaluation, text);
  if (evaluation.any_predicted())
    add("time a picture", fmt::format("{:.1f} ms", evaluation.decode_p50_ms + evaluation.predict_p50_ms),
        timing_in_words(evaluation));
  for (const std::string& note : caveats_of(evaluation)) text += "note: " + note + "\n";
  for (const std::string& note : evaluation.notes) text += "note: " + note + "\n";
  return text;
}

}  // namespace lineguard::evaluation
