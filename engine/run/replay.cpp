#include "engine/run/replay.h"

#include <deque>
#include <set>

#include "engine/run/check_fields.h"
#include "engine/run/summary.h"
#include "search/architecture/genome.h"
#include "search/architecture/parser.h"
#include "search/loop/evolution.h"

namespace madsearch {
namespace {

constexpr std::int64_t kAll = 1 << 20;  // slots: what was started may all be under way

struct EndOfRecord {};

/// Answers with what is stored, and remembers where something else was asked for.
class Replay : public Evaluator {
 public:
  Replay(const StoredSearch& stored, const RunConfig& config, const Architectures& space)
      : stored_(stored), config_(config), space_(space) {}

  void start(const Evaluation& evaluation) override {
    const auto known = stored_.evaluations.find(evaluation.number);
    if (known == stored_.evaluations.end()) return missing(evaluation.number);
    asked_.insert(evaluation.number);
    const auto& record = known->second;
    const auto what = "evaluation " + std::to_string(evaluation.number);
    auto right = record;
    right.hash = hash(parse_expanded(evaluation.text));
    right.rung = evaluation.rung;
    right.seed_set = evaluation.seed_set;
    right.retry = evaluation.retry;
    for (const auto& wrong : wrong_fields(record, right)) problems.push_back(what + ": " + wrong);
    if (const auto candidate = stored_.candidates.find(right.hash); candidate != stored_.candidates.end()) {
      check_birth(candidate->second, evaluation);
      if (record.finished && problems.empty())
        ready_.push_back(measurement_of(record, candidate->second, config_.objectives));
    }
  }

  Measurement wait() override {
    if (ready_.empty() || !problems.empty()) throw EndOfRecord{};
    const auto out = ready_.front();
    ready_.pop_front();
    return out;
  }

  void check_that_all_was_asked() {
    for (const auto& [number, record] : stored_.evaluations)
      if (!asked_.contains(number))
        problems.push_back("evaluation " + std::to_string(number) + ": the search asks for no such one");
    for (const auto& [hash, record] : stored_.candidates)
      if (!born_.contains(hash)) problems.push_back("candidate " + hash + ": the search never met it");
  }

  std::vector<std::string> problems;

 private:
  /// A run that was interrupted lacks its last evaluations, no other.
  void missing(std::int64_t number) {
    if (!stored_.evaluations.empty() && number < stored_.evaluations.rbegin()->first)
      problems.push_back("evaluation " + std::to_string(number) + " is missing");
  }

  void check_birth(const CandidateRecord& candidate, const Evaluation& evaluation) {
    if (!born_.insert(candidate.hash).second) return;
    for (const auto& wrong : wrong_fields(candidate, candidate_record(space_, evaluation)))
      problems.push_back("candidate " + candidate.hash + ": " + wrong);
  }

  const StoredSearch& stored_;
  const RunConfig& config_;
  const Architectures& space_;
  std::deque<Measurement> ready_;
  std::set<std::int64_t> asked_;
  std::set<std::string> born_;
};

std::vector<std::string> problems_of_the_end(const Evolution& evolution, const RunMeta& meta) {
  std::vector<std::string> out;
  if (meta.finished && !evolution.finished()) out.push_back("finished is yes, but the search is not at its end");
  if (meta.finished && meta.signature.empty()) out.push_back("signature is missing, though the run is finished");
  const auto known = std::set<std::string>{"", kTimeUp, kExhausted};
  if (!known.contains(meta.closed_by)) out.push_back("closed_by is " + printable(meta.closed_by, 100));
  if (meta.closed_by == kTimeUp && !meta.closed_at) out.push_back("closed_by is time, but closed_at is missing");
  if (meta.closed_at && meta.closed_by.empty()) out.push_back("closed_by is missing, though closed_at is there");
  if (evolution.finished() && evolution.exhausted() != (meta.closed_by == kExhausted))
    out.push_back(evolution.exhausted() ? "closed_by is not exhausted, though no further design is found"
                                        : "closed_by is exhausted, though further designs are found");
  if (!evolution.finished() || meta.signature.empty()) return out;  // noted once the search is at its end
  if (meta.signature != evolution.signature())
    out.push_back("signature is " + meta.signature + ", but must be " + evolution.signature());
  for (const auto& [name, counts] : evolution.operators()) {
    const auto known = meta.operators.find(name);
    const auto stored = known == meta.operators.end() ? RunMeta::OperatorCount{} : known->second;
    if (stored.tried != counts.first || stored.succeeded != counts.second)
      out.push_back("operator." + name + " is " + std::to_string(stored.tried) + " " +
                    std::to_string(stored.succeeded) + ", but must be " + std::to_string(counts.first) + " " +
                    std::to_string(counts.second));
  }
  return out;
}

}  // namespace

std::vector<std::string> problems_of_decisions(const StoredSearch& stored, const SearchOptions& options,
                                               const RunMeta& meta, const RunConfig& config) {
  const Architectures space(config.limits);
  Evolution evolution(space, options, Seed{config.seed}.derive("search"), seed_designs(config));
  Replay replay(stored, config, space);
  try {
    run_evolution(evolution, replay, kAll);
  } catch (const EndOfRecord&) {  // of a run that was interrupted
  }
  if (!replay.problems.empty()) return {replay.problems.front()};  // what follows from a wrong decision is wrong, too
  replay.check_that_all_was_asked();
  for (const auto& problem : problems_of_the_end(evolution, meta)) replay.problems.push_back(problem);
  return replay.problems;
}

}  // namespace madsearch
