#include "label_errors.h"

#include <algorithm>
#include <cmath>

#include <lineguard/core/parallel.h>
#include <lineguard/detector/mlp.h>

namespace lineguard::verify {
using features::Matrix;
namespace {

constexpr double kLikely = 0.7;

Matrix inputs_of(const std::vector<std::size_t>& chosen, const Matrix& embeddings,
                 const std::vector<double>& distances) {
  Matrix inputs(chosen.size(), embeddings.columns + 1);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    std::ranges::copy(embeddings.row(chosen[i]), inputs.row(i).begin());
    inputs.row(i)[embeddings.columns] = static_cast<float>(distances[chosen[i]]);
  }
  return inputs;
}

std::vector<LabelError> rank(const std::vector<LabelledPicture>& pictures, const std::vector<double>& odds) {
  // How sure the network is on average of the pictures that carry a label: the scale for calling one wrong.
  double sure[2] = {0, 0}, count[2] = {0, 0};
  std::vector<double> other(odds.size());  // probability of the label that the picture does not have
  for (std::size_t i = 0; i < odds.size(); ++i) {
    const bool good = pictures[i].good();
    other[i] = 1 / (1 + std::exp(good ? -odds[i] : odds[i]));
    sure[good] += 1 - other[i];
    ++count[good];
  }
  std::vector<LabelError> wrong;
  for (std::size_t i = 0; i < odds.size(); ++i) {
    const bool opposite = !pictures[i].good();
    if (other[i] >= std::max(kLikely, sure[opposite] / count[opposite])) wrong.push_back({i, 1 - other[i]});
  }
  std::ranges::stable_sort(wrong, {}, &LabelError::probability);
  return wrong;
}

}  // namespace

Result<std::vector<LabelError>> find_label_errors(const std::vector<LabelledPicture>& pictures,
                                                  const Matrix& embeddings, const std::vector<double>& distances,
                                                  int folds, int threads) {
  std::vector<double> odds(pictures.size());
  LINEGUARD_TRY(parallel_for(static_cast<std::size_t>(folds), threads, [&](std::size_t fold) -> Result<void> {
    std::vector<std::size_t> inside, outside;
    for (std::size_t i = 0; i < pictures.size(); ++i)
      (pictures[i].fold == static_cast<int>(fold) ? outside : inside).push_back(i);
    if (outside.empty() || inside.empty()) return {};
    Matrix targets(inside.size(), 2);
    for (std::size_t i = 0; i < inside.size(); ++i) targets.row(i)[pictures[inside[i]].good() ? 0 : 1] = 1;
    const detector::MlpOptions options{
        .hidden = 32, .members = 3, .epochs = 30, .batch = 64, .weight_decay = 0.1, .dropout = 0.5};
    const Matrix logits = fit_mlp(inputs_of(inside, embeddings, distances), targets, options)
                              .apply(inputs_of(outside, embeddings, distances));
    for (std::size_t i = 0; i < outside.size(); ++i) odds[outside[i]] = logits.row(i)[1] - logits.row(i)[0];
    return {};
  }));
  return rank(pictures, odds);
}

}  // namespace lineguard::verify
