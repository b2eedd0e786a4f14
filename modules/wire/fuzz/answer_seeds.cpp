// answer_fuzz_seeds FOLDER: an answer with everything in it, a failing one and a question's header.
#include <filesystem>
#include <fstream>

#include <lineguard/wire/inspect_line.h>

int main(int, char** arguments) {
  using namespace lineguard;
  const std::filesystem::path folder = arguments[1];
  const wire::Question question{"0a1b", PartNumber{7}, {{"front", 10, 255}}, {{"", 4, 2}}};
  wire::InspectLine line;
  line.id = "42";
  line.image = "request";
  line.question = question;
  line.prediction.emplace();
  line.prediction->label = Label::defective;
  line.prediction->image_size = {640, 480};
  line.prediction->regions = {{{1.5, 2, 30, 40}, 3.25, "crack", {{1, 2}, {3, 4.5}, {5, 6}}, ""}};
  line.prediction->model = {"tiles", 3, std::string(64, 'a')};
  std::ofstream(folder / "answer") << wire::to_json(line);
  std::ofstream(folder / "error") << wire::to_error_json(make_error(ErrorCode::timeout, "late"), question);
  std::ofstream(folder / "header") << wire::to_headers(question).at("X-Lineguard-Pictures");
}
