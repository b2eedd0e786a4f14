// Whether a station may run what its recipe names, where its configuration requires a release; and a look at it now and
// then while it runs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include <lineguard/core/result.h>
#include <lineguard/station/station.h>
#include <lineguard/station/station_config.h>

namespace lineguard::station {

// Not required where the configuration says nothing of it. Else the newest release for the recipe, or why there is none
// that holds: refused (never released, taken back, of another package or operating point, key not trusted, or the
// recipe decides otherwise than the point that was released), corrupt_data (changed), not_found.
Result<ReleaseState> check_release(const StationConfig& config);

// Looks again every few seconds and tells the station, which shows it: a release that is taken back takes effect at the
// next start, as a file on a share must not stop a line at any moment (docs/adr/0048). Joins in its destructor.
class ReleaseWatch {
 public:
  ReleaseWatch(const StationConfig& config, Station& station);
  ~ReleaseWatch();
  ReleaseWatch(const ReleaseWatch&) = delete;
  ReleaseWatch& operator=(const ReleaseWatch&) = delete;

 private:
  void look();

  const StationConfig& config_;
  Station& station_;
  std::string problem_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace lineguard::station
