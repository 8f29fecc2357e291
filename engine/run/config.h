#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/dispatch/coordinator.h"
#include "engine/run/config_names.h"
#include "engine/run/pretrain_options.h"
#include "engine/run/text_options.h"
#include "mad_tasks/battery.h"
#include "results/objectives.h"
#include "search/architecture/architectures.h"
#include "search/architecture/designs.h"
#include "search/loop/options.h"

namespace madsearch {

/// All of a run's configuration, read and checked before anything is trained.
struct RunConfig {
  std::string name;  // of the file
  std::uint64_t seed = 1;
  Battery battery;
  std::optional<Battery> probe;
  ArchitectureLimits limits;
  std::vector<Design> seeds;  // repeated to the stages of the search
  SearchOptions search;
  TextOptions text;
  std::vector<Objective> objectives;
  double feasible_above = 0.1;  // accuracy above chance on some recall or copying task
  PretrainOptions pretrain;
  WorkerOptions workers;
  double hours = 0;                // of work, all sessions together; 0: no limit
  std::string until;               // "07:00"; "" for none
  std::int64_t metrics_port = 0;   // 0: off
  Inputs inputs;                   // what all of this was read from
  std::vector<std::string> notes;  // on what is read, though it is said in another way now
  std::int64_t added = 0;          // of search.evaluations those that `resume --evaluations` added

  /// Everything that decides what is evaluated, what that means and how far it goes, one "key: value" a line, from the
  /// list of settings.h (settings.cpp). Devices, slots, hours and port are not part of it.
  std::string identity() const;
  std::string resolved() const;  // the same of all settings, for people
  std::string hash() const;      // 16 hex digits of identity()
};

/// A sentence for each hand design that the search starts with and that has a window as long as the battery's shortest
/// sequence: it is trained as it stands, and is full attention there.
std::vector<std::string> covered_by_windows(const RunConfig& config);

/// The largest size of `objective` that the limits allow. Of state that is not limited what attention in every block
/// carries where it is counted, if that is declared. Nothing for other sizes without a limit.
std::optional<std::int64_t> limit_of(const ArchitectureLimits& limits, const std::string& objective);

}  // namespace madsearch
