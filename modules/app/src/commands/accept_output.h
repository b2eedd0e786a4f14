// Where the answer of `lineguard accept` goes: the terminal, JSON, a page, and signed into the package.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include <lineguard/acceptance/report.h>
#include <lineguard/core/result.h>
#include <lineguard/dataset/dataset.h>

namespace lineguard::app {

struct AcceptOutputs {
  std::string json, report, key, by;

  void add_options(CLI::App& command);
  // Before the work. Errors: as prepare_output_files(); those of reading the key; invalid_argument for a key without a
  // name.
  Result<void> prepare() const;
  Result<void> refuse_to_overwrite(const dataset::Dataset& data) const;
  // Fills in when, with what and by whom. With a key the JSON is signed and, where it is accepted, kept in the package.
  Result<void> write(const std::string& package, acceptance::AcceptanceReport made) const;
};

}  // namespace lineguard::app
