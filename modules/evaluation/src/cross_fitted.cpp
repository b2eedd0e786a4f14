#include <map>
#include <memory>
#include <string>
#include <variant>

#include <lineguard/evaluation/cross_fitted.h>
#include <lineguard/package/cross_fitted.h>
#include <lineguard/package/region_rules.h>

namespace lineguard::evaluation {
namespace {

// Answers with the stored score of the picture's file; evaluate() asks with pixels.
class StoredScores final : public Predictor {
 public:
  StoredScores(const Model& model, std::map<std::string, double> scores) : model_(model), scores_(std::move(scores)) {}

  Result<Prediction> predict(const Capture& capture, const PredictOptions&) override {
    const View& view = capture.views.front();
    Prediction prediction;
    prediction.model = model_.identity;
    prediction.operating_point = model_.operating_point;
    prediction.threshold = model_.threshold;
    prediction.image_size = std::get<std::shared_ptr<const Image>>(view.content)->size();
    prediction.score = scores_.at(view.source);
    prediction.label = package::label_of_score(prediction.score, model_.threshold, model_.unknown_band);
    return prediction;
  }

 private:
  const Model& model_;
  const std::map<std::string, double> scores_;
};

}  // namespace

Result<Evaluation> evaluate_cross_fitted(const std::filesystem::path& package, const Model& model,
                                         const dataset::Dataset& dataset, const EvaluateOptions& options,
                                         const ProgressFunction& progress) {
  LINEGUARD_ASSIGN(const auto pictures, package::read_cross_fitted(package));
  std::map<std::string, double> by_name, by_file;
  for (const package::CrossFittedPicture& picture : pictures) by_name[picture.picture] = picture.score;
  std::vector<std::size_t> samples;
  for (std::size_t i = 0; i < dataset.samples.size(); ++i) {
    const auto found = by_name.find(dataset.samples[i].name);
    if (found == by_name.end()) continue;
    by_file[dataset.samples[i].image.string()] = found->second;
    samples.push_back(i);
  }
  if (samples.empty())
    return make_error(ErrorCode::refused, package.string() + ": has no cross-fitted scores of these pictures");
  StoredScores predictor(model, std::move(by_file));
  EvaluateOptions scores_alone = options;
  scores_alone.places = false;
  LINEGUARD_ASSIGN(Evaluation evaluation,
                   evaluate(predictor, model, dataset, Selection::all, samples, scores_alone, progress));
  evaluation.selection = "cross-fitted";
  evaluation.notes.insert(
      evaluation.notes.begin(),
      "Cross-fitted: each picture was scored by a detector made without its part, with the settings "
      "of this one; heat maps are the final detector's, which has seen them. Such figures help to "
      "choose; they accept nothing: evaluate new parts for that.");
  return evaluation;
}

}  // namespace lineguard::evaluation
