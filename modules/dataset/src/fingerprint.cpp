#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::dataset {
namespace {

// Each field with its length in front, so that no two different samples give the same bytes.
class FieldDigest {
 public:
  void add(std::string_view text) {
    digest_.add(fmt::format("{}:", text.size()));
    digest_.add(text);
  }
  void add(double number) { add(fmt::format("{}", number)); }
  void add_file(const std::optional<std::filesystem::path>& file) {
    if (!file) return add("");
    const auto content = sha256_hex_of_file(*file);
    add(content ? *content : "can't be read");
  }
  std::string finish() { return digest_.finish_hex(); }

 private:
  Sha256 digest_;
};

std::string digest_of(const Sample& sample) {
  FieldDigest digest;
  digest.add(sample.name);
  digest.add(to_string(sample.label));
  digest.add(sample.defect_probability);
  digest.add(sample.class_name);
  digest.add(to_string(sample.split));
  digest.add(sample.part);
  digest.add(sample.view);
  digest.add(sample.lot);
  for (const auto& labelled : sample.boxes) {
    digest.add(labelled.class_name);
    for (const double number : {labelled.box.x, labelled.box.y, labelled.box.width, labelled.box.height}) {
      digest.add(number);
    }
    for (std::size_t i = 0; i < labelled.outlines.size(); ++i) {
      if (i > 0) digest.add("another outline");
      for (const Point& point : labelled.outlines[i]) digest.add(fmt::format("{} {}", point.x, point.y));
    }
  }
  digest.add_file(sample.image);
  digest.add_file(sample.mask);
  for (const auto& mask : sample.more_masks) digest.add_file(mask);
  digest.add_file(sample.defect_free_template);
  return digest.finish();
}

}  // namespace

std::string fingerprint(const Dataset& dataset) {
  std::vector<std::string> digests;
  digests.reserve(dataset.samples.size());
  for (const Sample& sample : dataset.samples) digests.push_back(digest_of(sample));
  std::sort(digests.begin(), digests.end());  // the order of the samples says nothing
  FieldDigest all;
  for (const auto& digest : digests) all.add(digest);
  return all.finish();
}

}  // namespace lineguard::dataset
