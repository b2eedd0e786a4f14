// The JSON bodies of the server's answers.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <lineguard/serving/prediction_server.h>
#include <lineguard/wire/question.h>

namespace lineguard::serving {

std::string model_json(const ServedModel& model);
std::string models_json(const std::map<std::string, ServedModel, std::less<>>& models);
// Of so many bytes in base64.
constexpr std::size_t base64_bytes(std::size_t bytes) {
  return 4 * ((bytes + 2) / 3);
}
// The object of one `inspect` line with `id` and the question, and the map and embedding where the prediction has them.
std::string inspect_json(const std::string& id, Prediction prediction, const package::PointInUse& point,
                         const std::optional<wire::Question>& question);

}  // namespace lineguard::serving
