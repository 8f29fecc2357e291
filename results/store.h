#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "results/empty_store.h"
#include "results/records.h"

namespace madsearch {

class StoreDatabase;

/// A run's SQLite file, `DIR/search.db`: one writer (the coordinator), WAL, synchronous FULL, busy timeout; readers
/// open it read-only while the search runs, and see it as it was when they opened it. Writing what is there already
/// changes nothing (records are keyed). Not thread-safe: one Store a thread.
class Store {
 public:
  enum class Mode { kRead, kWrite };
  /// kWrite makes the file if missing. Throws ConfigError in one sentence if it is missing (kRead), not a madsearch
  /// store, of a newer schema, or locked by another coordinator; EmptyStore (kRead) if it holds nothing. A writer that
  /// brings the store of an older schema up to date leaves a copy of it beside, search.db.schema2.
  Store(const std::filesystem::path& file, Mode mode);
  ~Store();
  Store(Store&&) noexcept;

  /// Throws std::runtime_error if the file of a writer was moved, removed or replaced since it was opened.
  void check_in_place() const;

  void put_meta(const std::string& key, const std::string& value);
  std::string meta(const std::string& key) const;   // "" if missing
  std::map<std::string, std::string> meta() const;  // all of it, by key; its fields are listed in results/run_meta.h

  /// The curves of the training `id`, as JSON (engine/dispatch/curves.h); replaces those of the same id.
  void put_curves(const std::string& id, const std::string& json);
  std::string curves(const std::string& id) const;  // "" if none were recorded

  /// What the run was made from (Inputs, engine/run/config_names.h): replaces all of it.
  void put_inputs(const std::map<std::string, std::string>& inputs);
  std::map<std::string, std::string> inputs() const;

  /// Of all trainings the id and the number of the evaluation that it is of.
  std::vector<std::pair<std::string, std::int64_t>> training_places() const;
  std::vector<std::string> stray_curves() const;         // ids of curves whose training is not there
  std::map<std::string, std::int64_t> attempts() const;  // how many were begun, by what has no answer yet
  bool holds_results() const;                            // a training or a pretraining
  void clear();                                          // removes all that it holds

  /// Copies the store, also while another process writes it, to a file of its own that must not exist yet, and checks
  /// the copy. Throws ConfigError if the file is there or can't be written, std::runtime_error if the copy is damaged.
  void backup(const std::filesystem::path& file) const;
  /// What SQLite finds wrong with the file, and tables, indices and triggers that are not as madsearch makes them; a
  /// sentence each.
  std::vector<std::string> damage() const;

  // Writing throws std::runtime_error, one sentence with the name of the file, if the disk is full or the store was
  // opened to be read.
  void put(const CandidateRecord& record);                          // the first of a hash stays
  void put(const EvaluationRecord& record);                         // replaces the one of the same number
  void put(const TrainingRecord& record, std::int64_t evaluation);  // replaces the one of the same id
  void put(const PretrainingRecord& record);                        // replaces the one of the same hash and role
  /// And the candidates that were born from there on. Their trainings stay.
  void forget_evaluations_from(std::int64_t number);
  /// Counts an attempt at training `id` before it is launched; returns how many there have been, this one included. One
  /// that is neither answered (put) nor begun again when the next writer opens the file died with the coordinator and
  /// isn't counted. Once the training is put, its attempts are no longer kept.
  int begin_attempt(const std::string& id);
  /// None of them is to count: it never came out whose fault it was that they failed.
  void forget_attempts(const std::string& id);

  // Reading throws std::runtime_error, one sentence with file, table and row, for a row that says what can't be.
  std::vector<CandidateRecord> candidates() const;    // by birth
  std::vector<EvaluationRecord> evaluations() const;  // by number
  std::optional<CandidateRecord> candidate(const std::string& hash) const;
  std::vector<EvaluationRecord> evaluations(const std::string& hash) const;  // of one candidate, by number
  /// All candidates by birth, but without texts and parents: quick where there are many.
  std::vector<CandidateRecord> sizes() const;
  /// All evaluations in no order, of each what names it, whether it is finished, outcome, score, violation, core
  /// seconds, and the bits a byte that a search sees.
  std::vector<EvaluationRecord> scores() const;
  std::vector<TrainingRecord> trainings(std::int64_t evaluation) const;
  /// Of all evaluations, by their numbers.
  std::vector<PlacedTraining> trainings() const;
  /// What computed them, each once, sorted, without its place in a machine: "cpu",
  /// "cuda NVIDIA H100 80GB HBM3".
  std::vector<std::string> kinds_of_device() const;
  /// The same, but of each only task, setting, outcome, message, and where and when it was: quick where there are many.
  std::vector<PlacedTraining> training_times() const;
  /// How many trainings there are of each task and outcome.
  std::map<std::pair<std::string, Outcome>, std::int64_t> training_counts() const;
  std::optional<TrainingRecord> training(const std::string& id) const;
  std::vector<PretrainingRecord> pretrainings() const;

  /// What is written while it lives shares one commit: the last thing that is done with it, at the latest when it goes.
  class Batch {
   public:
    explicit Batch(Store& store);
    ~Batch();  // as commit(), but lets what cannot be written go
    Batch(const Batch&) = delete;
    void commit();  // once. Throws as put

   private:
    Store* store_;
  };

  /// Runs `body` in one transaction.
  template <class Body>
  void transaction(Body&& body) {
    begin();
    try {
      body();
    } catch (...) {
      rollback();
      throw;
    }
    commit();
  }

 private:
  void begin();
  void commit();
  void rollback();
  std::unique_ptr<StoreDatabase> database_;
};

}  // namespace madsearch
