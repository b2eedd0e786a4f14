// Detector: a package made ready to predict. Decode, the 16 -> 8 window, resize, tiling and pooling happen here and
// nowhere else: training, command, server and station all go through this class.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <lineguard/core/image.h>
#include <lineguard/core/predictor.h>
#include <lineguard/core/result.h>
#include <lineguard/core/types.h>
#include <lineguard/package/point_in_use.h>

namespace lineguard::infer {
struct NetworkFiles;
}
namespace lineguard::package {
struct PackageContents;
}

namespace lineguard::detector {

struct LoadOptions {
  int threads = 1;            // cores for one prediction, >= 1
  int parallel_requests = 1;  // predictions that may run at once, >= 1
  std::string operating_point = "default";
  bool check_golden = true;  // reproduce the golden pictures' scores first; a package that does not is refused
};

// Thread-safe.
class Detector final : public Predictor {
 public:
  // Reads each file of the package once, into memory; verifies the digest of those bytes, compiles the graph from them,
  // reproduces the golden scores. What happens to the files afterwards changes nothing.
  // Errors: not_found, corrupt_data (a byte changed, or the network does not fit its manifest), refused (golden scores
  // differ; says by how much), too_large (beyond limits.h), invalid_config.
  static Result<std::unique_ptr<Detector>> load(const std::filesystem::path& package, const LoadOptions& options = {});
  ~Detector() override;

  const ModelIdentity& model() const;
  double threshold() const;        // of the operating point
  double unknown_band() const;     // a score this close to the threshold is `unknown`
  double pixel_threshold() const;  // map values above it belong to a region
  const std::string& operating_point() const;
  const package::PointInUse& point_in_use() const;  // every prediction's label is after its rules
  bool needs_template() const;                      // each view must carry its defect-free twin; without: no_template

  Result<Prediction> predict(const Capture& capture, const PredictOptions& options) override;
  // Predictions that run or wait, and when the last one ended.
  int running() const;
  SteadyTime last_ended() const;
  // The golden pictures once more, from memory: finds weights that flipped. Steps aside for predictions between tiles.
  std::size_t golden_count() const;
  // Errors: cancelled (a prediction came); refused (another score than in training: from now on predict() answers
  // `unavailable`).
  Result<void> test_golden(std::size_t picture);
  // What is different in the files that it was loaded from, in words; empty: nothing. From one thread at a time.
  std::string find_change_on_disk();

  // The same for pixels that were decoded elsewhere, of models that need no template.
  Result<Prediction> predict_image(const Image& image, const PredictOptions& options);

 private:
  static Result<std::unique_ptr<Detector>> load_contents(package::PackageContents contents, const LoadOptions& options);
  Result<void> reproduce_golden() const;
  Result<void> reproduce_golden_or_reload(const infer::NetworkFiles& files, const LoadOptions& options);
  Result<Prediction> predict_views(const Capture& capture, const PredictOptions& options);

  struct State;
  explicit Detector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lineguard::detector
