#include "results/retries.h"

#include <map>
#include <stdexcept>
#include <utility>

#include "configs/text.h"

namespace madsearch {

std::string evaluation_key(const EvaluationRecord& evaluation) {
  auto out = evaluation.hash + "/" + to_text(evaluation.rung) + "/" + std::to_string(evaluation.seed_set);
  if (evaluation.retry > 0) out += "~" + std::to_string(evaluation.retry);
  return out;
}

std::string training_id(const EvaluationRecord& evaluation, const std::string& task, std::size_t index) {
  return evaluation_key(evaluation) + "/" + task + "/" + std::to_string(index);
}

std::optional<TrainingRecord> training_of(const Store& store, const EvaluationRecord& evaluation,
                                          const std::string& task, std::size_t index) {
  if (auto own = store.training(training_id(evaluation, task, index))) return own;
  for (auto earlier = evaluation; earlier.retry-- > 0;) {
    auto found = store.training(training_id(earlier, task, index));
    if (found && found->outcome == Outcome::kOk) return found;
  }
  return std::nullopt;
}

std::vector<EvaluationRecord> retries(const Store& store, const std::set<Outcome>& outcomes) {
  std::map<std::string, EvaluationRecord> last;  // the last try, by the key of the first
  for (const auto& evaluation : store.evaluations()) {
    auto first = evaluation;
    first.retry = 0;
    auto& held = last.try_emplace(evaluation_key(first), evaluation).first->second;
    if (evaluation.retry > held.retry) held = evaluation;
  }
  std::map<std::int64_t, EvaluationRecord> found;  // by number
  for (const auto& [key, evaluation] : last)
    if (evaluation.finished && outcomes.contains(evaluation.outcome))
      found[evaluation.number] = {.hash = evaluation.hash,
                                  .rung = evaluation.rung,
                                  .seed_set = evaluation.seed_set,
                                  .retry = evaluation.retry + 1};
  std::vector<EvaluationRecord> out;
  for (auto& [number, evaluation] : found) out.push_back(std::move(evaluation));
  return out;
}

EvaluationRecord evaluation_of_key(const std::string& key) {
  const auto rung = key.find('/');
  const auto set = rung == std::string::npos ? rung : key.find('/', rung + 1);
  if (set == std::string::npos) throw std::invalid_argument("\"" + key + "\" names no evaluation");
  const auto mark = std::min(key.find('~', set), key.size());
  const auto seed_set = integer_of(key.substr(set + 1, mark - set - 1));
  const auto retry = mark == key.size() ? std::optional<std::int64_t>(0) : integer_of(key.substr(mark + 1));
  if (!seed_set || !retry) throw std::invalid_argument("\"" + key + "\" names no evaluation");
  return {.hash = key.substr(0, rung),
          .rung = rung_from(key.substr(rung + 1, set - rung - 1)),
          .seed_set = *seed_set,
          .retry = *retry};
}

}  // namespace madsearch
