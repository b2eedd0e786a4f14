// The JSON bodies of the server's answers about its models; those of predictions are wire's.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <lineguard/serving/prediction_server.h>

namespace lineguard::serving {

std::string model_json(const ServedModel& model);
std::string models_json(const std::map<std::string, ServedModel, std::less<>>& models);

}  // namespace lineguard::serving
