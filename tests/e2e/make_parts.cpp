// make_parts FOLDER GOOD DEFECTIVE [SIZE_PX] [--elpv | --mixed]: pictures of parts that nobody owns, for the end-to-end
// cases and the README: machined discs with turning marks under a ring light; the defective ones have a scratch or a
// stain. FOLDER gets good/*.jpg and defective/*.jpg; with --elpv images/*.jpg and labels.csv, as the demo's data set
// has them; with --mixed images/*.jpg, masks/*.png and a labels.csv whose rows take turns in how they say what is
// wrong. The same arguments give the same pictures.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <lineguard/core/files.h>
#include <lineguard/imaging/encode.h>
#include <lineguard/imaging/overlay.h>
#include <lineguard/imaging/properties.h>

namespace {

namespace fs = std::filesystem;
using lineguard::Image;

class Part {
 public:
  Part(unsigned seed, int size_px, bool defective) : random_(seed), size_(size_px), defective_(defective) {
    turn_ = uniform(-0.25, 0.25);
    center_x_ = 0.5 + uniform(-0.012, 0.012);
    center_y_ = 0.5 + uniform(-0.012, 0.012);
    marks_.resize(512);
    for (double& mark : marks_) mark = uniform(-1, 1);
    scratch_ = defective && seed % 2 == 0;
    const double angle = uniform(0, 6.283), distance = uniform(0.22, 0.33);
    flaw_x_ = center_x_ + distance * std::cos(angle);
    flaw_y_ = center_y_ + distance * std::sin(angle);
    flaw_angle_ = uniform(0, 3.14);
    flaw_size_ = uniform(0.05, 0.09);
  }

  std::string_view flaw_name() const { return scratch_ ? "scratch" : "stain"; }

  // What a person would mark.
  Image flaw_mask() const {
    Image mask({size_, size_}, 1);
    for (int y = 0; y < size_; ++y) {
      for (int x = 0; x < size_; ++x) {
        if (std::abs(flaw((x + 0.5) / size_, (y + 0.5) / size_)) > 0.05)
          mask.row_u8(y)[static_cast<std::size_t>(x)] = 255;
      }
    }
    return mask;
  }

  Image draw() {
    Image image({size_, size_}, 1);
    for (int y = 0; y < size_; ++y) {
      auto row = image.row_u8(y);
      for (int x = 0; x < size_; ++x) {
        const double value = brightness((x + 0.5) / size_, (y + 0.5) / size_) + uniform(-0.018, 0.018);
        row[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(255 * std::clamp(value, 0.0, 1.0));
      }
    }
    return image;
  }

 private:
  // By hand: the library's distributions differ between libraries.
  double uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(random_()) / 4294967295.0);
  }

  static double step(double edge, double value) { return 1 / (1 + std::exp((edge - value) * 220)); }

  double brightness(double x, double y) const {
    const double dx = x - center_x_, dy = y - center_y_;
    const double radius = std::hypot(dx, dy), angle = std::atan2(dy, dx) + turn_;
    const double on_disc = step(radius, 0.42) * step(0.1, radius) * holes(radius, angle);
    const double place = std::min(radius * 900, 510.0);
    const auto mark = static_cast<std::size_t>(place);
    const double turned = std::lerp(marks_[mark], marks_[mark + 1], place - static_cast<double>(mark));
    double metal = 0.56 + 0.13 * std::cos(2 * angle) + 0.035 * turned - 0.5 * std::pow(radius - 0.26, 2);
    metal += 0.16 * std::exp(-std::pow((radius - 0.405) / 0.006, 2));  // the chamfer shines
    if (defective_) metal += flaw(x, y);
    return std::lerp(0.09 + 0.03 * y, metal, on_disc);
  }

  static double holes(double radius, double angle) {
    double open = 1;
    for (int i = 0; i < 6; ++i) {
      const double at = i * 3.14159265 / 3;
      const double away =
          std::hypot(radius * std::cos(angle) - 0.19 * std::cos(at), radius * std::sin(angle) - 0.19 * std::sin(at));
      open *= step(0.024, away);
    }
    return open;
  }

  double flaw(double x, double y) const {
    const double dx = x - flaw_x_, dy = y - flaw_y_;
    const double along = dx * std::cos(flaw_angle_) + dy * std::sin(flaw_angle_);
    const double across = -dx * std::sin(flaw_angle_) + dy * std::cos(flaw_angle_) + 1.5 * along * along;
    if (scratch_) return 0.33 * std::exp(-std::pow(across / 0.005, 2)) * step(std::abs(along), flaw_size_);
    const double edge = flaw_size_ * 0.6 * (1 + 0.25 * std::sin(3 * std::atan2(dy, dx) + flaw_angle_));
    return -0.24 * step(std::hypot(dx, dy), edge);
  }

  std::mt19937 random_;
  int size_;
  bool defective_, scratch_ = false;
  double turn_ = 0, center_x_ = 0, center_y_ = 0, flaw_x_ = 0, flaw_y_ = 0, flaw_angle_ = 0, flaw_size_ = 0;
  std::vector<double> marks_;
};

bool write_picture(const fs::path& file, const lineguard::Result<lineguard::Bytes>& encoded) {
  return encoded && lineguard::write_file_atomically(file, std::span<const std::byte>(*encoded)).ok();
}

bool write_part(const fs::path& file, unsigned seed, int size_px, bool defective) {
  return write_picture(file, lineguard::imaging::encode_jpeg(Part(seed, size_px, defective).draw()));
}

std::string outline_of(const Image& mask) {
  const auto outlines = lineguard::imaging::outlines_of(mask);
  std::string points;
  for (const auto& point : outlines.front()) points += fmt::format(" {} {}", point.x, point.y);
  return points;
}

// The columns image,label,mask,boxes,polygons: a class alone, several experts, a box, a polygon, a mask in turns.
std::string mixed_row(const fs::path& folder, const std::string& image, unsigned seed, int size_px, bool defective) {
  if (!defective) return fmt::format("{},{},,,\n", image, seed % 2 == 0 ? "good" : "0.1");
  const Part part(seed, size_px, true);
  const Image mask = part.flaw_mask();
  const auto box = lineguard::imaging::component_boxes(mask, 100).value().front();
  const std::string name(part.flaw_name()), file = fmt::format("masks/{}.png", seed);
  switch (seed % 5) {
    case 0:
      return fmt::format("{},{},,,\n", image, name);
    case 1:
      return fmt::format("{},0.8,,,\n", image);
    case 2:
      return fmt::format("{},defective,,{}: {} {} {} {},\n", image, name, box.x, box.y, box.width, box.height);
    case 3:
      return fmt::format("{},defective,,,{}:{}\n", image, name, outline_of(mask));
    default:
      return write_picture(folder / file, lineguard::imaging::encode_png(mask))
                 ? fmt::format("{},{},{},,\n", image, name, file)
                 : "";
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool elpv = std::erase(words, "--elpv") > 0, mixed = std::erase(words, "--mixed") > 0;
  if (words.size() < 3 || words.size() > 4) {
    std::fprintf(stderr, "usage: make_parts FOLDER GOOD DEFECTIVE [SIZE_PX] [--elpv | --mixed]\n");
    return 2;
  }
  const fs::path folder = words[0];
  const int good = std::atoi(words[1].c_str()), defective = std::atoi(words[2].c_str());
  const int size_px = words.size() == 4 ? std::atoi(words[3].c_str()) : 128;
  std::string labels = mixed ? "image,label,mask,boxes,polygons\n" : "";
  for (int i = 0; i < good + defective; ++i) {
    const bool bad = i >= good;
    const std::string name = fmt::format("part{:04}.jpg", i + 1);
    const fs::path relative = elpv || mixed ? fs::path("images") / name : fs::path(bad ? "defective" : "good") / name;
    if (!write_part(folder / relative, static_cast<unsigned>(i + 1), size_px, bad)) {
      std::fprintf(stderr, "make_parts: cannot write %s\n", (folder / relative).c_str());
      return 3;
    }
    labels += mixed ? mixed_row(folder, relative.string(), static_cast<unsigned>(i + 1), size_px, bad)
                    : fmt::format("{}  {}  mono\n", relative.string(), bad ? "1.0" : "0.0");
  }
  return !(elpv || mixed) || lineguard::write_file_atomically(folder / "labels.csv", labels) ? 0 : 3;
}
