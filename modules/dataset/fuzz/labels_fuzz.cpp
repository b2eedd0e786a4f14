// The first byte says which label file the rest is, of a data set with one picture: it is read or refused, and a box
// that is read has numbers for sides, an outline points.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include <lineguard/core/check.h>
#include <lineguard/core/image.h>
#include <lineguard/dataset/dataset.h>
#include <lineguard/imaging/encode.h>

namespace {
namespace fs = std::filesystem;
using namespace lineguard;
using dataset::Layout;

void write(const fs::path& file, const void* bytes, std::size_t size) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary).write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
}

struct Kind {
  Layout layout;
  const char *folder, *picture, *labels;
};
constexpr Kind kKinds[] = {{Layout::yolo, "yolo", "images/a.png", "labels/a.txt"},
                           {Layout::yolo, "names", "images/a.png", "data.yaml"},
                           {Layout::voc, "voc", "JPEGImages/a.png", "Annotations/a.xml"},
                           {Layout::coco, "coco", "train/a.png", "train.json"},
                           {Layout::csv, "csv", "a.png", "labels.csv"},
                           {Layout::labelme, "labelme", "a.png", "a.json"},
                           {Layout::via, "via", "a.png", "via.json"},
                           {Layout::cvat, "cvat", "images/a.png", "annotations.xml"},
                           {Layout::yolo, "darknet", "a.png", "classes.txt"},
                           {Layout::voc, "masks", "images/a.png", "labelmap.txt"}};

fs::path prepare() {
  fs::path root = fs::temp_directory_path() / ("lineguard-labels-fuzz-" + std::to_string(::getpid()));
  const Bytes png = imaging::encode_png(Image({8, 6}, 1)).value();
  for (const Kind& kind : kKinds) write(root / kind.folder / kind.picture, png.data(), png.size());
  write(root / "names" / "labels/a.txt", "0 0.5 0.5 0.2 0.2\n", 18);
  write(root / "darknet" / "a.txt", "0 0.5 0.5 0.2 0.2\n", 18);
  write(root / "masks" / "masks/a.png", png.data(), png.size());
  return root;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fs::path root = prepare();
  if (size == 0) return 0;
  const Kind& kind = kKinds[data[0] % std::size(kKinds)];
  const fs::path folder = root / kind.folder;
  write(folder / kind.labels, data + 1, size - 1);
  dataset::ReadOptions options;
  options.layout = kind.layout;
  const fs::path path = kind.layout == Layout::csv ? folder / kind.labels : folder;
  const bool usable = dataset::read_dataset(path, options).ok();
  options.keep_problems = true;
  const auto read = dataset::read_dataset(path, options);
  if (!read) return 0;
  LINEGUARD_CHECK(usable == read->problems.empty(), "a set with problems is read to name them and for nothing else");
  for (const auto& sample : read->samples) {
    for (const auto& box : sample.boxes)
      LINEGUARD_CHECK(std::isfinite(box.box.width) && std::isfinite(box.box.x), "a box has numbers");
    for (const auto& box : sample.boxes) {
      for (const auto& outline : box.outlines) LINEGUARD_CHECK(!outline.empty(), "an outline has points");
    }
  }
  return 0;
}
