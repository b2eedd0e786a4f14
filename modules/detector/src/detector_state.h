// What Detector's sources share: how it loads and tests itself, and how it predicts.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <lineguard/detector/detector.h>
#include <lineguard/imaging/reading.h>
#include <lineguard/infer/network.h>
#include <lineguard/package/contents.h>

namespace lineguard::detector {

using GivesWay = std::function<bool()>;

struct Detector::State {
  package::Manifest manifest;
  package::OperatingPoint point;
  ModelIdentity model;
  infer::Network network;
  package::PackageContents golden_files;  // of the package's contents those that self-tests need
  std::vector<package::GoldenPicture> golden;
  package::DiskWatch disk;
  double unknown_band = 0;
  imaging::Reading reading;  // of encoded pictures

  std::atomic<int> running{0};
  std::atomic<SteadyTime> last_ended{SteadyTime()};
  std::atomic<bool> failed{false};  // a self-test: nothing is predicted any more
  std::string failure;              // written before `failed`, never after

  // For a picture as the network sees it: paired with its template where it needs one. `gives_way` is asked between
  // tiles: true ends the work with `cancelled`.
  Result<Prediction> predict(const Image& image, const PredictOptions& options, const GivesWay& gives_way = {}) const;
  Result<Prediction> predict_in_place(const Image& image, const PredictOptions& options,
                                      const GivesWay& gives_way) const;
  // Whether a golden picture has the score of its training. `tiles` counts them up. Errors: refused where not.
  Result<void> reproduce(const package::GoldenPicture& picture, const GivesWay& gives_way, std::int64_t& tiles) const;
};

struct DecodedView {
  std::shared_ptr<const Image> image;
  double decode_ms = 0;
};

// The picture as the network sees it: with its template where the model needs one. `reading`: of encoded ones.
Result<DecodedView> decode_view(const View& view, const package::Preprocessing& preprocessing,
                                const imaging::Reading& reading, const PredictOptions& options = {});

}  // namespace lineguard::detector
