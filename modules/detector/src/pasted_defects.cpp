#include "pasted_defects.h"

#include "cell_labels.h"
#include "random_choice.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <lineguard/core/image.h>

namespace lineguard::detector {
namespace {

constexpr int kMostDefects = 3;
constexpr int kMarginPx = 6, kRingPx = 4;           // around a defect that is cut out
constexpr double kSizeLogRange = 0.4;               // of a defect's size
constexpr double kTurnDegrees = 15;                 // beyond the eight ways
constexpr double kFadePx = 1.2, kSurroundPx = 6;    // sigma
constexpr double kFaintest = 0.6, kClearest = 1.1;  // share of a defect's contrast that is kept
constexpr double kCovers = 0.7;                     // of the host's own texture under a defect
constexpr double kDarkest = 20;                     // gray level below which contrast is not scaled any further

// One defect with its surroundings.
struct Cutout {
  cv::Mat contrast;  // f32, 3 channels: against the surroundings' median
  cv::Mat mask;      // u8, 0 or 255
  double surroundings = 0;
  int target = 0;
};

double median_of_ring(const cv::Mat& gray, const cv::Mat& mask) {
  cv::Mat grown;
  cv::dilate(mask, grown, cv::getStructuringElement(cv::MORPH_RECT, {2 * kRingPx + 1, 2 * kRingPx + 1}));
  std::vector<std::uint8_t> values;
  for (int y = 0; y < gray.rows; ++y) {
    for (int x = 0; x < gray.cols; ++x) {
      if (grown.at<std::uint8_t>(y, x) && !mask.at<std::uint8_t>(y, x)) values.push_back(gray.at<std::uint8_t>(y, x));
    }
  }
  if (values.empty()) return cv::mean(gray)[0];
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

// A random one of the donor's connected defects.
Cutout cut_out(const Donor& donor, int side, std::mt19937_64& random) {
  cv::Mat defects(side, side, CV_8U, cv::Scalar(0));
  for (std::size_t i = 0; i < donor.labels.size(); ++i) defects.data[i] = donor.labels[i] > 0 ? 255 : 0;
  cv::Mat parts, stats, middles;
  const int count = cv::connectedComponentsWithStats(defects, parts, stats, middles);
  const int chosen = 1 + static_cast<int>(random() % static_cast<std::uint64_t>(std::max(1, count - 1)));
  const auto at = [&](int what) { return stats.at<int>(chosen, what); };
  const cv::Rect all(0, 0, side, side);
  const cv::Rect around = cv::Rect(at(cv::CC_STAT_LEFT) - kMarginPx, at(cv::CC_STAT_TOP) - kMarginPx,
                                   at(cv::CC_STAT_WIDTH) + 2 * kMarginPx, at(cv::CC_STAT_HEIGHT) + 2 * kMarginPx) &
                          all;
  const cv::Mat tile(side, side, CV_8UC3, const_cast<std::uint8_t*>(donor.tile.data()));
  Cutout cutout;
  cutout.mask = cv::Mat(parts(around) == chosen).clone();
  cv::Mat gray;
  cv::cvtColor(tile(around), gray, cv::COLOR_RGB2GRAY);
  cutout.surroundings = median_of_ring(gray, cutout.mask);
  tile(around).convertTo(cutout.contrast, CV_32FC3);
  cutout.contrast -= cv::Scalar::all(cutout.surroundings);
  for (std::size_t i = 0; i < donor.labels.size(); ++i) {
    if (parts.at<int>(static_cast<int>(i) / side, static_cast<int>(i) % side) == chosen) {
      cutout.target = donor.labels[i];
      break;
    }
  }
  return cutout;
}

void turn(Cutout& cutout, std::mt19937_64& random) {
  const auto way = static_cast<int>(random() % 8);
  const double angle = between(-kTurnDegrees, kTurnDegrees, random);
  const double scale = std::exp(between(-kSizeLogRange, kSizeLogRange, random));
  for (cv::Mat* image : {&cutout.contrast, &cutout.mask}) {
    if (way & 4) cv::transpose(*image, *image);
    if (way & 1) cv::flip(*image, *image, 1);
    if (way & 2) cv::flip(*image, *image, 0);
    const double diagonal = std::hypot(image->cols, image->rows) * scale;
    const auto room = static_cast<int>(std::ceil(diagonal));
    cv::Mat move = cv::getRotationMatrix2D(cv::Point2d(image->cols / 2.0, image->rows / 2.0), angle, scale);
    move.at<double>(0, 2) += (room - image->cols) / 2.0;
    move.at<double>(1, 2) += (room - image->rows) / 2.0;
    cv::Mat turned;
    cv::warpAffine(*image, turned, move, {room, room}, image->type() == CV_8U ? cv::INTER_NEAREST : cv::INTER_LINEAR);
    *image = turned;
  }
}

// Blends the cutout into the f32 picture; the canvas gets the pixels that it covers.
void put(const Cutout& cutout, cv::Mat& picture, cv::Mat& canvas, std::mt19937_64& random) {
  const int side = picture.rows;
  const auto place = [&](int length) {  // up to a quarter of it outside
    return static_cast<int>(std::lround(between(-length / 4.0, side - 0.75 * length, random)));
  };
  const cv::Rect there(place(cutout.mask.cols), place(cutout.mask.rows), cutout.mask.cols, cutout.mask.rows);
  const cv::Rect seen = there & cv::Rect(0, 0, side, side);
  if (seen.empty()) return;
  const cv::Rect part(seen.x - there.x, seen.y - there.y, seen.width, seen.height);
  cv::Mat region = picture(seen), weight, surround;
  cutout.mask(part).convertTo(weight, CV_32F, 1 / 255.0);
  cv::GaussianBlur(weight, weight, {}, kFadePx);
  cv::GaussianBlur(region, surround, {}, kSurroundPx);
  const double factor = cv::mean(cv::mean(surround))[0] / std::max(cutout.surroundings, kDarkest);
  const double kept = between(kFaintest, kClearest, random);
  for (int y = 0; y < seen.height; ++y) {
    for (int x = 0; x < seen.width; ++x) {
      const float share = static_cast<float>(kept) * weight.at<float>(y, x);
      auto& pixel = region.at<cv::Vec3f>(y, x);
      pixel += share * (static_cast<float>(factor) * cutout.contrast.at<cv::Vec3f>(part.y + y, part.x + x) -
                        static_cast<float>(kCovers) * (pixel - surround.at<cv::Vec3f>(y, x)));
    }
  }
  cv::Mat covered = canvas(seen);
  covered.setTo(cutout.target, cutout.mask(part));
}

}  // namespace

Pasted paste_defects(const std::vector<std::uint8_t>& host, const std::vector<Donor>& donors, int side, int grid_cells,
                     std::mt19937_64& random) {
  cv::Mat picture, canvas(side, side, CV_8U, cv::Scalar(0));
  cv::Mat(side, side, CV_8UC3, const_cast<std::uint8_t*>(host.data())).convertTo(picture, CV_32FC3);
  const auto count = 1 + random() % kMostDefects;
  for (std::uint64_t i = 0; i < count; ++i) {
    Cutout cutout = cut_out(donors[random() % donors.size()], side, random);
    turn(cutout, random);
    put(cutout, picture, canvas, random);
  }
  cv::Mat bytes;
  picture.convertTo(bytes, CV_8UC3);
  Pasted pasted;
  pasted.tile.assign(bytes.datastart, bytes.dataend);
  pasted.cells = cells_of_pixels({canvas.datastart, canvas.dataend}, side, grid_cells);
  return pasted;
}

}  // namespace lineguard::detector
