#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/objectives.h"
#include "results/store.h"

namespace madsearch {

inline constexpr const char* kTimeUp = "time";
inline constexpr const char* kExhausted = "exhausted";  // no new candidate was found

// What becomes of a session: one that was killed is under way for ever.
inline constexpr const char* kUnderWay = "under way";
inline constexpr const char* kInterrupted = "interrupted";
inline constexpr const char* kEnded = "ended";

/// What a run's store says of the run as a whole. A field is stored under a key of its own name ("closed_at"), an
/// operator under "operator.NAME". A field that the store lacks has the value given here.
struct RunMeta {
  std::string identity;                        // RunConfig::identity(); empty if the run was never opened
  std::optional<std::int64_t> scoring;         // kScoring of the scores (results/scoring.h); read it by scoring_of
  std::string version, revision;               // of the program that opened the run last, for people
  std::string writer;                          // "12 on host": the process that opened the run last, for people
  std::string name;                            // of the configuration
  std::string protocol;                        // "madsearch" or "mad-lab"
  std::string battery, battery_hash;           // of the rung battery
  std::vector<std::string> objectives;         // names
  std::vector<std::int64_t> objective_limits;  // the largest size of each in the hypervolume's box; 0: the default
  // of the battery: its width and its longest input
  std::int64_t width = 0;
  std::int64_t length = 0;

  std::int64_t state_length = 0;  // tokens after which the search counts state; 0: `length`, as earlier releases did
  std::int64_t stages = 0;        // blocks of a candidate
  std::string config_path;  // of runs of earlier releases, whose stores don't hold it: where the configuration was
  std::optional<std::int64_t> evaluations;   // that the search was asked for, with those added
  std::int64_t added = 0;                    // evaluations that `resume --evaluations` added, of all sessions
  std::optional<std::int64_t> closed_at;     // the search was closed early, after so many evaluations
  std::string closed_by;                     // why it ended early: kTimeUp, kExhausted, or empty
  bool finished = false;                     // search, confirmation and pretraining are done
  std::string session;                       // kUnderWay, or how the last one ended; empty in older stores
  std::string trouble;                       // why the last one could not go on; empty if nothing was wrong
  std::string pools;                         // who computed in the last one: a line a pool (engine/run/slot_news.h)
  double spent_seconds = 0;                  // of all sessions that have ended
  std::vector<std::string> retries;          // keys of evaluations that are tried again at the end (results/retries.h)
  std::vector<std::string> former_controls;  // hashes of designs that were controls of pretraining once
  std::string signature;                     // Evolution::signature() at the end of the search
  struct OperatorCount {
    std::int64_t tried = 0;
    std::int64_t succeeded = 0;
  };
  std::map<std::string, OperatorCount> operators;  // by name: children made, children that entered the population

  /// There is more to search than before: what was said of the end holds no longer.
  void reopen() {
    finished = false;
    signature.clear();
  }
};

/// What a line of the identity says, "key: value"; nothing if it has none.
std::optional<std::string> identity_value(const RunMeta& meta, const std::string& key);

/// Where the search counts state.
inline std::int64_t served_length(const RunMeta& meta) { return meta.state_length ? meta.state_length : meta.length; }

/// Reads all fields. Throws std::invalid_argument where a number is expected and the store holds something else.
RunMeta read_meta(const Store& store);

/// The fields as they are stored, by key.
std::map<std::string, std::string> to_texts(const RunMeta& meta);

/// Stores, in one transaction, the fields that differ from what the store holds.
void write_meta(Store& store, const RunMeta& meta);

/// The version of the run's scores. Stores from before kScoring was stored hold scores of version 1.
inline std::int64_t scoring_of(const RunMeta& meta) { return meta.scoring.value_or(1); }

/// The objectives of the run with their boxes. Throws std::invalid_argument for a name that no objective has.
std::vector<Objective> objectives_of(const RunMeta& meta);

}  // namespace madsearch
