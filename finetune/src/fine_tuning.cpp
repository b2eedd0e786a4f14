#include "fine_tuning.h"

#include "heads.h"
#include "ir_network.h"
#include "tiles.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <random>
#include <sstream>

#include <ATen/Parallel.h>
#include <torch/optim/adamw.h>
#include <torch/serialize.h>
#include <torch/utils.h>

#include <lineguard/core/files.h>

namespace lineguard::finetune {
namespace fs = std::filesystem;
using torch::Tensor;
namespace {

constexpr double kHeadRateFactor = 10;  // the heads begin from nothing
constexpr double kWarmUp = 0.1;         // share of the steps
constexpr double kWeightDecay = 0.01;
constexpr std::size_t kFewestBatches = 50;  // of an epoch: few pictures are seen several times, each time otherwise

using Indices = std::vector<std::size_t>;

std::vector<std::int64_t> channels_of(const std::vector<Tensor>& layers) {
  std::vector<std::int64_t> channels;
  for (const Tensor& layer : layers) channels.push_back(layer.size(1));
  return channels;
}

class FineTuning {
 public:
  FineTuning(const Job& job, IrNetwork network, Tiles tiles, const std::atomic<bool>& stop,
             const std::function<void(const Progress&)>& progress)
      : job_(job), network_(std::move(network)), tiles_(std::move(tiles)), stop_(stop), report_(progress) {
    for (std::size_t i = 0; i < job.pictures.size(); ++i)
      (job.pictures[i].validation ? validation_ : training_).push_back(i);
    torch::manual_seed(static_cast<std::uint64_t>(job.seed));
    torch::NoGradGuard no_gradients;
    const auto [cells, pictures] = split(network_.forward(tiles_.plain({training_[0]}).tiles));
    heads_ = std::make_shared<Heads>(job, channels_of(cells), channels_of(pictures));
    std::vector<torch::optim::OptimizerParamGroup> groups{{network_.parameters(), adam(1)},
                                                          {heads_->parameters(), adam(kHeadRateFactor)}};
    optimizer_ = std::make_unique<torch::optim::AdamW>(groups, torch::optim::AdamWOptions(job.learning_rate));
    keep_best();
  }

  Result<Outcome> run(const fs::path& out) {
    LINEGUARD_TRY(resume());
    for (int epoch = outcome_.epochs + 1; epoch <= job_.epochs && !exhausted(); ++epoch) {
      LINEGUARD_TRY(learn(epoch));
      LINEGUARD_TRY(judge(epoch));
      outcome_.epochs = epoch;
      LINEGUARD_TRY(write_checkpoint());
    }
    restore_best();
    LINEGUARD_TRY(network_.save(out / "backbone.xml"));
    return outcome_;
  }

 private:
  std::unique_ptr<torch::optim::AdamWOptions> adam(double factor) const {
    auto options = std::make_unique<torch::optim::AdamWOptions>(job_.learning_rate * factor);
    options->weight_decay(kWeightDecay);
    return options;
  }

  bool exhausted() const { return outcome_.epochs - outcome_.best_epoch >= job_.patience && outcome_.epochs > 0; }
  std::size_t batches() const { return std::max(kFewestBatches, training_.size() / batch_size()); }
  std::size_t batch_size() const { return std::min(static_cast<std::size_t>(job_.batch), training_.size()); }

  std::pair<std::vector<Tensor>, std::vector<Tensor>> split(std::vector<Tensor> layers) const {
    const auto middle = layers.begin() + std::ssize(job_.cell_taps);
    return {{layers.begin(), middle}, {middle, layers.end()}};
  }

  Tensor loss_of(const Batch& batch) {
    const auto [cells, pictures] = split(network_.forward(batch.tiles));
    return heads_->loss(cells, pictures, batch);
  }

  // A warm-up, then a cosine down to nothing (Loshchilov and Hutter 2017).
  void set_rate(std::size_t step) {
    const double done =
        static_cast<double>(step) / static_cast<double>(batches() * static_cast<std::size_t>(job_.epochs));
    const double share =
        done < kWarmUp ? done / kWarmUp : 0.5 * (1 + std::cos(std::numbers::pi * (done - kWarmUp) / (1 - kWarmUp)));
    auto& groups = optimizer_->param_groups();
    for (std::size_t g = 0; g < groups.size(); ++g)
      static_cast<torch::optim::AdamWOptions&>(groups[g].options())
          .lr(job_.learning_rate * share * (g == 0 ? 1 : kHeadRateFactor));
  }

  // Every picture once, and again from the start until an epoch is filled.
  Indices shuffled(std::mt19937_64& random) const {
    Indices order;
    while (order.size() < batches() * batch_size()) {
      Indices round = training_;
      for (std::size_t i = round.size(); i > 1; --i) std::swap(round[i - 1], round[random() % i]);
      order.insert(order.end(), round.begin(), round.end());
    }
    return order;
  }

  Result<void> learn(int epoch) {
    std::mt19937_64 random(static_cast<std::uint64_t>(job_.seed) * 1'000'003 + static_cast<std::uint64_t>(epoch));
    torch::manual_seed(random());
    const Indices order = shuffled(random);
    heads_->train();
    now_ = {
        epoch, job_.epochs, 0, batches() * static_cast<std::size_t>(job_.epochs), 0, -1, outcome_.best_validation_loss};
    double sum = 0;
    for (std::size_t b = 0; b < batches(); ++b) {
      if (stop_)
        return make_error(ErrorCode::cancelled, "stopped; the same command goes on after the last whole epoch");
      const auto from = order.begin() + static_cast<std::ptrdiff_t>(b * batch_size());
      set_rate(static_cast<std::size_t>(epoch - 1) * batches() + b);
      const Tensor loss =
          loss_of(tiles_.varied(Indices(from, from + static_cast<std::ptrdiff_t>(batch_size())), random));
      optimizer_->zero_grad();
      loss.backward();
      optimizer_->step();
      sum += loss.item<double>();
      if (!std::isfinite(sum))
        return make_error(ErrorCode::refused, "the training diverges: lower fine_tuning.learning_rate");
      now_.done = static_cast<std::size_t>(epoch - 1) * batches() + b + 1;
      now_.train_loss = sum / static_cast<double>(b + 1);
      report_(now_);
    }
    return {};
  }

  Result<void> judge(int epoch) {
    heads_->eval();
    torch::NoGradGuard no_gradients;
    double sum = 0;
    for (std::size_t from = 0; from < validation_.size(); from += batch_size()) {
      if (stop_)
        return make_error(ErrorCode::cancelled, "stopped; the same command goes on after the last whole epoch");
      const std::size_t count = std::min(batch_size(), validation_.size() - from);
      const auto begin = validation_.begin() + static_cast<std::ptrdiff_t>(from);
      sum += static_cast<double>(count) *
             loss_of(tiles_.plain(Indices(begin, begin + static_cast<std::ptrdiff_t>(count)))).item<double>();
    }
    now_.validation_loss = sum / static_cast<double>(validation_.size());
    if (epoch == 1) outcome_.first_validation_loss = now_.validation_loss;
    if (outcome_.best_epoch == 0 || now_.validation_loss < outcome_.best_validation_loss) {
      outcome_.best_epoch = epoch;
      outcome_.best_validation_loss = now_.validation_loss;
      keep_best();
    }
    now_.best_validation_loss = outcome_.best_validation_loss;
    report_(now_);
    return {};
  }

  void keep_best() {
    best_.clear();
    for (const Tensor& value : network_.parameters()) best_.push_back(value.detach().clone());
  }

  void restore_best() {
    torch::NoGradGuard no_gradients;
    auto values = network_.parameters();
    for (std::size_t i = 0; i < values.size(); ++i) values[i].copy_(best_[i]);
  }

  Result<void> write_checkpoint() {
    torch::serialize::OutputArchive archive, optimizer, heads;
    const auto parameters = network_.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      archive.write("now" + std::to_string(i), parameters[i].detach());
      archive.write("best" + std::to_string(i), best_[i]);
    }
    archive.write("job", c10::IValue(job_.digest));
    archive.write("outcome",
                  torch::tensor({static_cast<double>(outcome_.epochs), static_cast<double>(outcome_.best_epoch),
                                 outcome_.first_validation_loss, outcome_.best_validation_loss},
                                torch::kFloat64));
    heads_->save(heads);
    optimizer_->save(optimizer);
    archive.write("heads", heads);
    archive.write("optimizer", optimizer);
    std::ostringstream bytes;
    archive.save_to(bytes);
    return write_file_atomically(job_.checkpoint(), bytes.str());
  }

  // A checkpoint that can't be read, or of another job, is begun anew over: it saves time, nothing else.
  Result<void> resume() {
    std::error_code code;
    if (!fs::exists(job_.checkpoint(), code)) return {};
    try {
      torch::serialize::InputArchive archive, heads, optimizer;
      archive.load_from(job_.checkpoint().string());
      c10::IValue digest;
      archive.read("job", digest);
      if (digest.toStringRef() != job_.digest) return {};
      Tensor outcome;
      archive.read("outcome", outcome);
      archive.read("heads", heads);
      archive.read("optimizer", optimizer);
      heads_->load(heads);
      optimizer_->load(optimizer);
      torch::NoGradGuard no_gradients;
      auto parameters = network_.parameters();
      for (std::size_t i = 0; i < parameters.size(); ++i) {
        Tensor now;
        archive.read("now" + std::to_string(i), now);
        archive.read("best" + std::to_string(i), best_[i]);
        parameters[i].copy_(now);
      }
      const auto* numbers = outcome.data_ptr<double>();
      outcome_ = {static_cast<int>(numbers[0]), static_cast<int>(numbers[1]), static_cast<int>(numbers[0]), numbers[2],
                  numbers[3]};
    } catch (const std::exception& error) {
      fs::remove(job_.checkpoint(), code);
      return make_error(ErrorCode::corrupt_data,
                        job_.checkpoint().string() + " was damaged and is removed: start again");
    }
    return {};
  }

  const Job& job_;
  IrNetwork network_;
  Tiles tiles_;
  const std::atomic<bool>& stop_;
  const std::function<void(const Progress&)>& report_;
  Indices training_, validation_;
  std::shared_ptr<Heads> heads_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  std::vector<Tensor> best_;
  Progress now_;
  Outcome outcome_;
};

}  // namespace

Result<Outcome> fine_tune(const Job& job, const fs::path& out, int threads, const std::atomic<bool>& stop,
                          const std::function<void(const Progress&)>& progress) {
  at::set_num_threads(threads);
  std::vector<std::string> layers = job.cell_taps;
  layers.insert(layers.end(), job.picture_taps.begin(), job.picture_taps.end());
  LINEGUARD_ASSIGN(IrNetwork network, IrNetwork::load(job.backbone(), layers, job.frozen_to));
  LINEGUARD_ASSIGN(Tiles tiles, Tiles::open(job));
  try {
    return FineTuning(job, std::move(network), std::move(tiles), stop, progress).run(out);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::too_large, "not enough memory: lower fine_tuning.batch or input_px");
  } catch (const std::exception& error) {
    const std::string what = error.what();
    const bool memory = what.find("allocate memory") != std::string::npos;
    return make_error(
        memory ? ErrorCode::too_large : ErrorCode::internal,
        memory ? "not enough memory: lower fine_tuning.batch or input_px" : what.substr(0, what.find('\n')));
  }
}

}  // namespace lineguard::finetune
