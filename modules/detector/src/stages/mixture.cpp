#include "graph_stages.h"

#include <algorithm>
#include <cmath>

#include <openvino/opsets/opset13.hpp>

#include <lineguard/core/check.h>
#include <lineguard/detector/mixture.h>
#include <lineguard/imaging/transform.h>

namespace lineguard::detector {
namespace fs = std::filesystem;
namespace {

// Pictures that are all alike have next to no spread: what differs from them by a thousandth is far away already.
constexpr double kLeastSpread = 1e-3;

Scale scale_of(double sum, double squares, double n) {
  const double mean = sum / n;
  const double spread = std::sqrt(std::max(0.0, squares / n - mean * mean));
  return {mean, 1 / std::max({spread, kLeastSpread * std::abs(mean), 1e-6})};
}

}  // namespace

Scale fit_scale(const std::vector<double>& good) {
  LINEGUARD_CHECK(!good.empty(), "a scale is fitted to a score or more");
  double sum = 0, squares = 0;
  for (const double score : good) {
    sum += score;
    squares += score * score;
  }
  return scale_of(sum, squares, static_cast<double>(good.size()));
}

Scale fit_map_scale(const std::vector<const std::vector<float>*>& good) {
  LINEGUARD_CHECK(!good.empty(), "a scale is fitted to a map or more");
  double sum = 0, squares = 0, n = 0;
  for (const std::vector<float>* map : good) {
    for (const float cell : *map) {
      sum += cell;
      squares += static_cast<double>(cell) * cell;
    }
    n += static_cast<double>(map->size());
  }
  return scale_of(sum, squares, n);
}

MapScore mix(const Mixture& mixture, const std::vector<MapScore>& of_members) {
  const auto side = static_cast<std::size_t>(mixture.grid_cells);
  const auto share = static_cast<float>(1.0 / static_cast<double>(mixture.members.size()));
  MapScore mixed{std::vector<float>(side * side), 0};
  for (std::size_t i = 0; i < mixture.members.size(); ++i) {
    const Member& member = mixture.members[i];
    const Size grid{member.head.grid_cells, member.head.grid_cells};
    const FloatMap map = imaging::resize_map({grid, of_members[i].map}, {mixture.grid_cells, mixture.grid_cells});
    mixed.score += share * member.score.at(of_members[i].score);
    for (std::size_t cell = 0; cell < mixed.map.size(); ++cell)
      mixed.map[cell] += share * static_cast<float>(member.map.at(map.values[cell]));
  }
  return mixed;
}

namespace graph {
namespace op = ov::opset13;
namespace {

Value output_of(const ov::Model& model, const std::string& name) {
  return model.output(name).get_node()->input_value(0);
}

struct SharedTile {
  std::shared_ptr<op::Parameter> all;
  Value of_first;  // what the first of the models sees of it
};

// One parameter for all models: where there are several, the bytes of their tiles one after the other, [1, bytes].
SharedTile share_tile(const std::vector<std::shared_ptr<ov::Model>>& models) {
  if (models.size() == 1) return {models[0]->get_parameters().at(0), models[0]->get_parameters().at(0)};
  std::size_t bytes = 0;
  for (const auto& model : models) bytes += ov::shape_size(model->get_parameters().at(0)->get_shape());
  SharedTile tile{std::make_shared<op::Parameter>(ov::element::u8, ov::Shape{1, bytes}), {}};
  std::int64_t from = 0;
  for (const auto& model : models) {
    const auto own = model->get_parameters().at(0);
    const ov::Shape& shape = own->get_shape();
    const auto to = from + static_cast<std::int64_t>(ov::shape_size(shape));
    const Value slice =
        std::make_shared<op::Slice>(tile.all, indices({from}), indices({to}), indices({1}), indices({1}));
    const Value square =
        std::make_shared<op::Reshape>(slice, indices(std::vector<std::int64_t>(shape.begin(), shape.end())), false);
    own->output(0).get_tensor().set_names({});
    own->output(0).replace(square);
    if (from == 0) tile.of_first = square;
    from = to;
  }
  tile.all->output(0).get_tensor().set_names({"tile"});
  return tile;
}

// score_patches() of map_score.h on the scale of the member.
MapAndScore answer_of(const Value& patches, const Member& member) {
  const MapAndScore answer = add_to_graph(member.head, add_to_graph(member.head.bank, patches));
  const auto scaled = [](const Value& x, const Scale& scale) {
    return line(x, scale.factor, -scale.offset * scale.factor);
  };
  return {scaled(answer.map, member.map), scaled(answer.score, member.score)};
}

// mix() of mixture.h.
Answer mean_of_members(const std::vector<std::shared_ptr<ov::Model>>& models, const Mixture& mixture) {
  Answer mean;
  const double share = 1.0 / static_cast<double>(mixture.members.size());
  for (const Member& member : mixture.members) {
    MapAndScore answer = answer_of(output_of(*models.at(member.input), "patches"), member);
    if (member.head.grid_cells != mixture.grid_cells) answer.map = resized_to(answer.map, mixture.grid_cells);
    const bool first = !mean.map.get_node();
    mean.map = first ? answer.map : Value(std::make_shared<op::Add>(mean.map, answer.map));
    mean.score = first ? answer.score : Value(std::make_shared<op::Add>(mean.score, answer.score));
  }
  if (mixture.members.size() == 1) return mean;
  return {line(mean.map, share, 0), line(mean.score, share, 0), {}, {}, {}};
}

}  // namespace
}  // namespace graph

Result<void> write_detector_graph(const std::vector<fs::path>& features, const Mixture& mixture,
                                  const std::optional<LabelledHead>& labelled, const fs::path& out_xml) {
  using namespace graph;
  namespace op = ov::opset13;
  return features::graph::guarded("the features " + features.front().string(), [&]() -> Result<void> {
    std::vector<std::shared_ptr<ov::Model>> models;
    for (const fs::path& file : features) models.push_back(read_model(file));
    const SharedTile tile = share_tile(models);
    Answer answer = mean_of_members(models, mixture);
    if (mixture.brightness)
      add_to_graph(*mixture.brightness, output_of(*models[0], "brightness"), mixture.grid_cells, answer);
    if (labelled) answer = add_to_graph(*labelled, *models[0], tile.of_first, answer);
    const auto side = static_cast<std::int64_t>(answer.map.get_shape().back());
    const Value flat_map = std::make_shared<op::Reshape>(answer.map, indices({1, side, side}), false);
    const Value embedding = std::make_shared<op::ReduceMean>(output_of(*models[0], "patches"), indices({1}), false);
    ov::ResultVector results{named_result(flat_map, "map"), named_result(answer.score, "score"),
                             named_result(embedding, "embedding")};
    if (answer.classes.get_node()) results.push_back(named_result(answer.classes, "classes"));
    if (answer.sides.get_node()) results.push_back(named_result(answer.sides, "sides"));
    return save(std::make_shared<ov::Model>(results, ov::ParameterVector{tile.all}, "lineguard-detector"), out_xml);
  });
}

}  // namespace lineguard::detector
