#include "engine/run/directory.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/host.h"
#include "engine/run/config_reader.h"
#include "engine/run/differences.h"
#include "engine/run/imports.h"
#include "engine/version.h"
#include "results/run_meta.h"
#include "results/scoring.h"
#include "results/store_lock.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

/// Writes a file so that it is there as a whole or as it was before. It is a new one: a link that stands where it is
/// made is replaced, and what it leads to left alone.
void write(const fs::path& file, const std::string& text) {
  auto part = file;
  part += ".part";
  std::error_code error;
  fs::remove(part, error);
  auto* out = std::fopen(part.c_str(), "wbx");
  bool written = out != nullptr && std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (out != nullptr && std::fclose(out) != 0) written = false;
  if (written) fs::rename(part, file, error);
  if (!written || error)
    throw ConfigError("can't write " + file.string() + ": is the disk full or the folder read-only?");
}

/// Throws ConfigError if the log would be written to another place, or waited for.
void check_log(const fs::path& log) {
  std::error_code none;
  const auto type = fs::symlink_status(log, none).type();
  if (type == fs::file_type::symlink)
    throw ConfigError(log.string() + " is a link; a run writes no file outside its folder: remove the link");
  if (type != fs::file_type::regular && type != fs::file_type::not_found)
    throw ConfigError(log.string() + " is not a file");
}

/// Throws ConfigError if it can't be made.
void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw ConfigError("can't make the folder " + folder.string() + ": " + error.message());
}

/// Throws ConfigError if the folder can't be made or written. Leaves none behind.
void check_writable(const fs::path& folder) {
  std::error_code none;
  if (fs::exists(folder, none)) {
    if (access(folder.c_str(), W_OK | X_OK) != 0)
      throw ConfigError("can't write in " + folder.string() + ": " + std::strerror(errno));
    return;
  }
  std::vector<fs::path> missing;
  for (auto path = fs::absolute(folder); !fs::exists(path, none) && path.has_relative_path(); path = path.parent_path())
    missing.push_back(path);
  make_folder(folder);
  for (const auto& path : missing) fs::remove(path, none);
}

bool is_store(const fs::path& folder) {
  std::error_code none;
  return fs::exists(folder / "search.db", none);
}

/// Whether a folder holds nothing, or only what a run leaves that was killed before it had a store. Throws ConfigError
/// if it can't be read.
bool holds_nothing(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error) throw ConfigError("can't read " + folder.string() + ": " + error.message());
  for (; entry != fs::directory_iterator(); entry.increment(error))
    if (entry->path().filename() != "search.lock") return false;
  return true;
}

/// Throws ConfigError unless `folder` is missing, empty or the folder of a run.
void check_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error) || is_store(folder)) return;
  if (error) throw ConfigError("can't read " + folder.string() + ": " + error.message());
  if (!fs::is_directory(folder, error)) throw ConfigError(folder.string() + " is a file; --out needs a folder");
  if (!holds_nothing(folder))
    throw ConfigError(folder.string() + " holds files that are no search of madsearch; choose another --out");
}

/// Numbers that the search, without its confirmation, has handed out.
std::int64_t searched(const Store& store) {
  std::int64_t out = 0;
  for (const auto& evaluation : store.scores())
    if (!is_fresh(evaluation.rung) && evaluation.retry == 0) out = std::max(out, evaluation.number + 1);
  return out;
}

std::int64_t final_pretrainings(const Store& store) {
  const auto all = store.pretrainings();
  return std::count_if(all.begin(), all.end(),
                       [](const PretrainingRecord& record) { return is_final(record.outcome); });
}

/// Why the run that `store` holds can't go on with settings that `changed`; "" if it can.
std::string refusal(const Store& store, const RunMeta& before, const RunConfig& config, const Differences& changed,
                    bool accept) {
  const auto what = " holds another search; what differs:" + changed.text() + "\n";
  if (changed.any(Decides::kResults)) return what + "choose another --out for the new search";
  const auto pretrained = final_pretrainings(store);
  if (changed.any(Decides::kPretraining) && pretrained > 0)
    return what + std::to_string(pretrained) + (pretrained == 1 ? " pretraining is" : " pretrainings are") +
           " stored, with which new ones would not compare; choose another --out for the new search";
  if (config.search.evaluations < before.evaluations.value_or(0))
    if (const auto done = searched(store); config.search.evaluations < done)
      return what + std::to_string(done) + " evaluations of the search are stored; it can't become shorter than that";
  if (!changed.lines.empty() && !accept) return what + "--accept goes on with the new values";
  return "";
}

/// Throws ConfigError if the run that `store` holds is not one that `config` can go on with.
Differences checked(const fs::path& folder, const Store& store, const RunMeta& before, const RunConfig& config,
                    bool accept) {
  if (before.identity.empty()) return {};
  auto changed = differences(before.identity, config.identity());
  if (!changed.lines.empty() && !store.holds_results()) return changed;  // begun anew
  if (const auto why = refusal(store, before, config, changed, accept); !why.empty())
    throw ConfigError(folder.string() + why);
  if (scoring_of(before) != kScoring)
    throw ConfigError(folder.string() + " was made by madsearch " + before.version + ", whose scores are of version " +
                      std::to_string(scoring_of(before)) + ", this is " + kVersion + " with version " +
                      std::to_string(kScoring) + "; its scores can't be mixed with new ones");
  return changed;
}

/// "12 on host"
std::string this_process() { return std::to_string(getpid()) + " on " + host_name(); }

/// Notes a control of a former configuration, "NAME = TEXT": its pretraining stays one.
void note_control(RunMeta& meta, const std::string& control, const RunConfig& config) {
  Design design;
  design.genome = parse_expanded(control.substr(control.find(" = ") + 3));
  const auto known = hash(repeated(design, config.limits.stages));
  auto& all = meta.former_controls;
  if (std::find(all.begin(), all.end(), known) == all.end()) all.push_back(known);
}

/// What the folder said so far, `out`, as the search of `config` goes on with it.
RunMeta described(RunMeta out, const RunConfig& config, const Differences& changed) {
  if (out.name.empty()) out.name = config.name;  // it stays, whatever the file is called that is given later
  if (!changed.lines.empty()) out.reopen();
  for (const auto& line : changed.lines)
    if (line.key.starts_with("pretrain.controls.") && !line.before.empty()) note_control(out, line.before, config);
  if (out.evaluations && *out.evaluations < config.search.evaluations) {  // a search that was ended early goes on
    out.closed_at.reset();
    out.closed_by.clear();
  }
  if (!out.closed_at && out.closed_by == kTimeUp) out.closed_by.clear();  // earlier releases left it
  describe(out, config);
  out.scoring = kScoring;
  out.version = kVersion;
  out.revision = kRevision;
  out.writer = this_process();
  return out;
}

/// Checkpoints of pretrainings that are not gone on with make place.
void put_checkpoints_aside(const fs::path& folder) {
  std::error_code none;
  fs::remove_all(folder / "checkpoints.former", none);
  fs::rename(folder / "checkpoints", folder / "checkpoints.former", none);
}

/// Where the numbers begin that mean something else from now on: a longer search or another confirmation has others
/// after its search. Their trainings stay, and are not done again where they are asked for.
std::optional<std::int64_t> end_of_the_search(const RunMeta& before, const RunConfig& config,
                                              const Differences& changed) {
  const bool other = std::any_of(changed.lines.begin(), changed.lines.end(),
                                 [](const auto& line) { return line.key.starts_with("search."); });
  if (!other || !before.evaluations) return {};
  const auto asked = std::min(*before.evaluations, config.search.evaluations);
  return before.closed_at ? std::min(asked, *before.closed_at) : asked;
}

std::vector<std::string> notes_on(const RunMeta& before, const RunConfig& config, const Differences& changed,
                                  bool anew) {
  std::vector<std::string> out;
  if (anew) out.push_back("the folder held no results; it is begun anew with what was changed:" + changed.text());
  if (anew || before.identity.empty())
    for (auto& note : import_notes(config.inputs)) out.push_back(std::move(note));
  if (anew) return out;
  if (!before.identity.empty() && !changed.unsaid.empty())
    out.push_back(
        "an earlier release of madsearch made this run and did not note these settings; they hold from now "
        "on: " +
        joined(changed.unsaid));
  if (!changed.lines.empty()) out.push_back("goes on with what was changed:" + changed.text());
  if (changed.any(Decides::kPretraining))
    out.push_back("checkpoints of the former pretrainings are in checkpoints.former");
  return out;
}

/// The configuration of a run of an earlier release, whose store doesn't hold it. One that is finished needs no data.
RunConfig former_run(const RunMeta& meta, const fs::path& folder, const fs::path& configs, StateLength unsaid) {
  std::error_code none;
  const fs::path original = meta.config_path;  // relative paths in it are meant beside it
  const bool is_there = fs::exists(original, none);
  if (!meta.finished) return read_former_run(is_there ? original : folder / "config.yaml", configs, unsaid, false);
  try {
    return read_former_run(folder / "config.yaml", configs, unsaid, true);
  } catch (const ConfigError&) {  // what it names lies beside the original perhaps
    if (!is_there) throw;
    return read_former_run(original, configs, unsaid, true);
  }
}

}  // namespace

void describe(RunMeta& out, const RunConfig& config) {
  out.evaluations = config.search.evaluations;
  out.added = config.added;
  out.identity = config.identity();
  out.protocol = to_text(config.limits.shape.protocol);
  out.battery = config.battery.name;
  out.battery_hash = config.battery.hash();
  out.objectives.clear();
  out.objective_limits.clear();
  for (const auto& objective : config.objectives) {
    out.objectives.push_back(objective.name);
    out.objective_limits.push_back(limit_of(config.limits, objective.name).value_or(0));
  }
  out.width = config.limits.shape.width;
  out.length = config.limits.shape.length;
  out.state_length = config.limits.state_length;
  out.stages = config.limits.stages;
}

Store open_run(const fs::path& folder, const RunConfig& config, bool accept, std::vector<std::string>* notes) {
  check_folder(folder);
  make_folder(folder);
  check_log(folder / "run.log");
  Store store(folder / "search.db", Store::Mode::kWrite);  // first of all: a folder without it is not ours
  auto before = read_meta(store);
  const auto changed = checked(folder, store, before, config, accept);
  const bool anew = !changed.lines.empty() && !store.holds_results();
  if (notes) *notes = notes_on(before, config, changed, anew);
  store.transaction([&] {  // a run that has an identity has all of its inputs
    if (anew) store.clear();
    if (anew) before = {};
    if (const auto end = end_of_the_search(before, config, changed)) store.forget_evaluations_from(*end);
    store.put_inputs(before.identity.empty() ? config.inputs : with_first_imports(config.inputs, store.inputs()));
    write_meta(store, described(before, config, changed));
  });
  if (changed.any(Decides::kPretraining)) put_checkpoints_aside(folder);
  make_folder(folder / "checkpoints");
  if (config.pretrain.keep_weights) make_folder(folder / "weights");
  write(folder / "config.yaml", config.inputs.at("config"));
  write(folder / "resolved.txt", config.resolved());
  return store;
}

void check_run(const fs::path& folder, const RunConfig& config, bool accept) {
  check_folder(folder);
  check_writable(folder);
  if (!is_store(folder)) return;
  try {
    const Store store(folder / "search.db", Store::Mode::kRead);
    checked(folder, store, read_meta(store), config, accept);
  } catch (const EmptyStore&) {  // it will be begun anew
  }
}

fs::path weights_file(const fs::path& folder, const std::string& hash) {
  return folder / "weights" / (hash + ".safetensors");
}

Store store_in(const fs::path& folder) {
  const auto begins = "; `madsearch run CONFIG --out " + folder.string() + "` begins it anew";
  std::error_code none;
  if (!is_store(folder))
    throw ConfigError(folder.string() + " is no run: it has no search.db" +
                      (fs::is_directory(folder, none) && holds_nothing(folder) ? begins : ""));
  try {
    Store out(folder / "search.db", Store::Mode::kRead);
    if (out.meta("identity").empty()) throw EmptyStore("");
    return out;
  } catch (const EmptyStore&) {
    throw EmptyStore(folder.string() + " holds no results yet" + begins);
  }
}

std::string to_text(RunStanding standing) {
  switch (standing) {
    case RunStanding::kFinished:
      return "finished";
    case RunStanding::kUnderWay:
      return "under way";
    case RunStanding::kInterrupted:
      return "interrupted";
    case RunStanding::kGone:
      return "gone";
    case RunStanding::kStopped:
      break;
  }
  return "stopped";
}

StandingRun standing_run(const fs::path& folder) {
  const bool written = is_written(folder / "search.db");  // before this process opens it
  auto store = store_in(folder);
  const auto meta = read_meta(store);
  const auto standing = meta.finished               ? RunStanding::kFinished
                        : written                   ? RunStanding::kUnderWay
                        : meta.session.empty()      ? RunStanding::kStopped
                        : meta.session == kUnderWay ? RunStanding::kGone
                                                    : RunStanding::kInterrupted;
  return {std::move(store), standing};
}

RunConfig stored_run(const Store& store, const fs::path& folder, const fs::path& configs) {
  const auto meta = read_meta(store);
  const auto inputs = store.inputs();
  if (inputs.empty() && !meta.writer.empty())  // of this release, whose stores hold them
    throw ConfigError((folder / "search.db").string() +
                      " lacks what its run was made from: its table of inputs is empty");
  const auto unsaid = meta.state_length == 0 ? StateLength::kBattery : StateLength::kServed;
  auto out = !inputs.empty() ? read_run(inputs, meta.name, unsaid) : former_run(meta, folder, configs, unsaid);
  out.search.evaluations = meta.evaluations.value_or(out.search.evaluations);
  out.added = meta.added;
  return out;
}

RunConfig with_added(RunConfig config, const fs::path& folder) {
  if (!is_store(folder)) return config;
  try {
    config.added = read_meta(Store(folder / "search.db", Store::Mode::kRead)).added;
    config.search.evaluations += config.added;
  } catch (const EmptyStore&) {  // nothing was added
  }
  return config;
}

}  // namespace madsearch
