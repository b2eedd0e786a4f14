#include "commands/inspect_run.h"

#include <algorithm>
#include <new>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <lineguard/core/files.h>
#include <lineguard/evaluation/evaluate.h>
#include <lineguard/evaluation/ordered.h>
#include <lineguard/evaluation/render.h>
#include <lineguard/imaging/decode.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/wire/inspect_line.h>

namespace lineguard::app {
namespace fs = std::filesystem;
namespace {

bool is_of_masks(const fs::path& relative) {
  return std::ranges::find(relative, fs::path("ground_truth")) != relative.end();
}

std::vector<std::string> left_out_of(const fs::path& folder) {
  constexpr std::size_t kNamed = 3;
  auto lines = dataset::left_out_lines(account_of_input(folder), kNamed);
  if (lines.empty()) lines.emplace_back("no files");
  return lines;
}

Result<void> list_folder(const fs::path& folder, std::vector<InspectInput>& inputs) {
  std::error_code code;
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
    // Masks of an MVTec AD set are no parts.
    if (entry->path().filename() == "ground_truth" && entry->is_directory(code)) entry.disable_recursion_pending();
    if (imaging::has_picture_extension(entry->path()) && !entry->is_directory(code)) files.push_back(entry->path());
  }
  if (code) return make_error(ErrorCode::io_error, fmt::format("cannot read {}: {}", folder.string(), code.message()));
  if (files.empty()) {
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{} has no pictures (expected {}); it has {}", folder.string(),
                                  imaging::picture_extensions(), fmt::join(left_out_of(folder), "; ")));
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) inputs.push_back({file, file.lexically_relative(folder)});
  return {};
}

// One input on its way, with the names that its outputs got.
struct Job {
  InspectInput input;
  fs::path overlay, map;  // empty: none wanted
  std::optional<fs::path> twin;
};

struct Done {
  wire::InspectLine line;
  std::string json;
  std::optional<Error> output_failure;
};

// Where pictures lie nothing is written: it might replace one of them.
Result<void> refuse_beside_input(const fs::path& output, const fs::path& input) {
  std::error_code code;
  if (!fs::equivalent(output.parent_path(), input.has_parent_path() ? input.parent_path() : ".", code)) return {};
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("{} would stand among the pictures that are inspected, and might replace one of them: "
                                "choose another folder",
                                output.string()));
}

Result<void> write_overlay(const Job& job, const Prediction& prediction, double pixel_threshold) {
  LINEGUARD_ASSIGN(const Image image, imaging::decode_file(job.input.file));
  const Image overlay = evaluation::render_overlay(image, prediction, pixel_threshold);
  LINEGUARD_ASSIGN(const Bytes jpeg, imaging::encode_jpeg(overlay));
  return write_file_atomically(job.overlay, jpeg);
}

Result<void> write_map(const Job& job, const Prediction& prediction) {
  if (!prediction.map) return make_error(ErrorCode::internal, "the model gave no map");
  LINEGUARD_ASSIGN(const Bytes tiff, imaging::encode_float_tiff(*prediction.map));
  return write_file_atomically(job.map, tiff);
}

Result<void> write_outputs(const Job& job, const Prediction& prediction, const InspectOptions& options) {
  for (const fs::path& output : {job.overlay, job.map}) {
    if (!output.empty()) LINEGUARD_TRY(refuse_beside_input(output, job.input.file));
  }
  if (!job.overlay.empty()) LINEGUARD_TRY(write_overlay(job, prediction, options.pixel_threshold));
  if (!job.map.empty()) LINEGUARD_TRY(write_map(job, prediction));
  return {};
}

Result<Prediction> predict(Predictor& predictor, const Job& job) {
  LINEGUARD_ASSIGN(const Capture capture, evaluation::read_capture(job.input.file, job.twin));
  PredictOptions options;
  options.want_map = !job.overlay.empty() || !job.map.empty();
  auto prediction = predictor.predict(capture, options);
  if (!prediction) return prediction.error().in(job.input.file.string());
  return prediction;
}

Done inspect_one(Predictor& predictor, const Job& job, const InspectOptions& options) {
  Done done;
  done.line.image = job.input.file.string();
  auto prediction = predict(predictor, job);
  if (prediction) {
    if (auto written = write_outputs(job, *prediction, options); !written) done.output_failure = written.error();
    done.line.overlay = job.overlay.string();
    done.line.map = job.map.string();
    prediction->map.reset();
    done.line.operating_point_digest = options.point.digest;
    done.line.rule = options.point.rule_of(*prediction);
    done.line.prediction = std::move(*prediction);
  } else {
    done.line.error = prediction.error();
  }
  done.json = wire::to_json(done.line);
  return done;
}

// A picture too large for the memory there is fails alone.
Done inspect_or_fail(Predictor& predictor, const Job& job, const InspectOptions& options) {
  try {
    return inspect_one(predictor, job, options);
  } catch (const std::bad_alloc&) {
    Done done;
    done.line.image = job.input.file.string();
    done.line.error =
        make_error(ErrorCode::unavailable, job.input.file.string() + ": not enough memory for this picture");
    done.json = wire::to_json(done.line);
    return done;
  }
}

void count(const wire::InspectLine& line, InspectSummary& summary) {
  if (!line.prediction) {
    if (summary.errors++ == 0 && line.error) summary.first_error = line.error->message;
  } else if (line.prediction->label == Label::good) {
    ++summary.good;
    summary.good_by_rule += !line.rule.empty();
  } else if (line.prediction->label == Label::defective) {
    ++summary.defective;
  } else {
    ++summary.unknown;
  }
}

}  // namespace

dataset::FileAccount account_of_input(const fs::path& folder) {
  return dataset::account_of_folder(folder, [&](const fs::path& file) {
    return imaging::has_picture_extension(file) && !is_of_masks(file.lexically_relative(folder));
  });
}

Result<std::vector<InspectInput>> list_inputs(const std::vector<fs::path>& named) {
  std::vector<InspectInput> inputs;
  for (const fs::path& path : named) {
    std::error_code code;
    if (fs::is_directory(path, code)) {
      LINEGUARD_TRY(list_folder(path, inputs));
    } else {
      inputs.push_back({path, path.filename()});
    }
  }
  return inputs;
}

fs::path OutputNames::take(const fs::path& relative, const std::string& extension) {
  // Nothing may lead out of the output folder: "..", "." and a root are left out.
  fs::path folder;
  for (const fs::path& step : relative.relative_path().parent_path()) {
    if (step != ".." && step != ".") folder /= step;
  }
  const std::string stem = relative.stem().string();
  fs::path name = folder / (stem + extension);
  for (int number = 2; !taken_.insert(name.string()).second; ++number)
    name = folder / fmt::format("{}-{}{}", stem, number, extension);
  return name;
}

InspectSummary inspect(Predictor& predictor, const InspectSource& source, const LineSink& sink,
                       const InspectOptions& options) {
  InspectSummary summary;
  OutputNames overlay_names, map_names;
  const auto next = [&]() -> std::optional<Job> {
    auto input = source();
    if (!input) return std::nullopt;
    Job job{std::move(*input), {}, {}, std::nullopt};
    if (!options.template_folder.empty()) job.twin = options.template_folder / job.input.relative;
    if (!options.overlay_folder.empty())
      job.overlay = options.overlay_folder / overlay_names.take(job.input.relative, ".jpg");
    if (!options.map_folder.empty()) job.map = options.map_folder / map_names.take(job.input.relative, ".tiff");
    return job;
  };
  const auto take = [&](Done done) {
    count(done.line, summary);
    if (auto written = sink(done.json); !written) summary.output_failure = written.error();
    if (done.output_failure) summary.output_failure = std::move(done.output_failure);
    return !summary.output_failure;
  };
  evaluation::OrderedWork<Job, Done>::run(
      options.threads, next, [&](const Job& job) { return inspect_or_fail(predictor, job, options); }, take);
  return summary;
}

}  // namespace lineguard::app
