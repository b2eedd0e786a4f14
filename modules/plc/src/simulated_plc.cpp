#include "simulated_plc.h"

#include <utility>

#include <lineguard/plc/registers.h>

namespace lineguard::plc {
namespace {

class SimulatedPlc final : public Plc {
 public:
  SimulatedPlc(PlcProgramConfig config, Clock& clock) : clock_(clock), program_(std::move(config)) {}

  Result<PlcInputs> read_inputs() override {
    const PlcInputs now = scan();
    auto inputs = decode_inputs(encode_inputs(now));  // a register's view of it, as over the wire
    if (inputs) inputs->held = outputs_;
    return inputs;
  }

  Result<void> write_outputs(const PlcOutputs& outputs) override {
    scan();  // with the outputs before these
    LINEGUARD_ASSIGN(outputs_, decode_station(encode_station(outputs)));
    scan();
    return {};
  }

  std::string name() const override { return "simulated plc"; }

 private:
  PlcInputs scan() {
    PlcInputs inputs = program_.step(clock_.now(), outputs_);
    program_.take_records();  // nobody reads them: they must not grow
    if (!started_ && outputs_.ready && program_.station_alive()) {
      started_ = true;
      program_.start_line();
    }
    return inputs;
  }

  Clock& clock_;
  PlcProgram program_;
  PlcOutputs outputs_;
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<Plc>> open_simulated_plc(const PlcConfig& config, Clock& clock) {
  LINEGUARD_TRY(validate(config.simulated));
  return std::unique_ptr<Plc>(std::make_unique<SimulatedPlc>(config.simulated, clock));
}

}  // namespace lineguard::plc
