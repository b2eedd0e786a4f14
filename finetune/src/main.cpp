// lineguard-finetune JOB --out FOLDER: trains a backbone further, as `lineguard train --fine-tune` asks for.
#include "fine_tuning.h"

#include <csignal>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/prctl.h>

namespace {

std::atomic<bool> stop_asked{false};

void ask_to_stop(int) {
  stop_asked = true;
}

// torch frees and asks for its big buffers at every step; glibc would give them back to the system each time, which
// costs half the time of a training.
void keep_freed_memory() {
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, 256 << 20);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
}

void print(const lineguard::finetune::Progress& now) {
  std::string line = fmt::format(R"({{"epoch": {}, "epochs": {}, "done": {}, "total": {}, "train_loss": {:.5f})",
                                 now.epoch, now.epochs, now.done, now.total, now.train_loss);
  if (now.validation_loss >= 0) line += fmt::format(R"(, "validation_loss": {:.5f})", now.validation_loss);
  if (now.best_validation_loss >= 0)
    line += fmt::format(R"(, "best_validation_loss": {:.5f})", now.best_validation_loss);
  fmt::print("{}}}\n", line);
  std::fflush(stdout);
}

int run(const std::string& folder, const std::string& out, int threads) {
  const auto job = lineguard::finetune::read_job(folder);
  const auto outcome = job ? lineguard::finetune::fine_tune(*job, out, threads, stop_asked, print)
                           : lineguard::Result<lineguard::finetune::Outcome>(job.error());
  if (!outcome) {
    fmt::print(stderr, "lineguard-finetune: {}\n", outcome.error().message);
    return outcome.error().code == lineguard::ErrorCode::cancelled ? 130 : 1;
  }
  fmt::print(
      R"({{"epochs": {}, "best_epoch": {}, "resumed_at": {}, "first_validation_loss": {:.5f}, "best_validation_loss": {:.5f}}})"
      "\n",
      outcome->epochs, outcome->best_epoch, outcome->resumed_at, outcome->first_validation_loss,
      outcome->best_validation_loss);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Trains a backbone further on labelled pictures. `lineguard train --fine-tune` prepares the job and starts "
      "this.\n"
      "Progress is one JSON object a line. After a kill the same command goes on from the last whole epoch.");
  std::string folder, out;
  int threads = 2;
  bool end_with_parent = false;
  app.add_option("job", folder, "folder with job.json, backbone.xml, tiles.u8 and cells.i8")->required();
  app.add_option("--out", out, "folder for the trained backbone.xml and backbone.bin")->required();
  app.add_option("--threads", threads, "processor cores to use")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_flag("--end-with-parent", end_with_parent, "stop when the program that started this one ends");
  CLI11_PARSE(app, argc, argv);
  keep_freed_memory();
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  if (end_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
  return run(folder, out, threads);
}
