#include "logged_pretrainings.h"

#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "configs/text.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

void say(const PretrainingRecord& record, std::int64_t seed_set) {
  const auto came_to = record.bits_per_byte ? shown("%.4f bits a byte, ", *record.bits_per_byte) +
                                                  shown("%.0f core s", record.core_seconds)
                                            : to_text(record.outcome);
  std::cerr << came_to << ", seed set " << seed_set << ", " << record.parameters
            << " parameters: " << short_text(record.text)
            << (record.bits_per_byte || record.message.empty() ? "" : ": " + printable(record.message)) << "\n";
}

/// Where a pretraining of this key leaves its checkpoints.
fs::path checkpoint_of(const PretrainingLog& log, const std::string& key) {
  return fs::absolute(log.folder()) / "checkpoints" / (key + ".pt");
}

bool is_result(Outcome outcome) { return outcome == Outcome::kOk || outcome == Outcome::kDiverged; }

}  // namespace

std::vector<LoggedPretraining> missing_in(const PretrainingLog& log, const std::vector<LoggedPretraining>& asked) {
  std::vector<LoggedPretraining> out;
  std::set<std::string> seen;
  for (const auto& one : asked)
    if (!log.find(one.request.id) && seen.insert(one.request.id).second) out.push_back(one);
  return out;
}

void pretrain_logged(const std::vector<LoggedPretraining>& asked, const std::string& name, const WorkerOptions& workers,
                     PretrainingLog& log) {
  std::map<std::string, std::int64_t> seed_sets;
  std::vector<Request> requests;
  for (const auto& one : asked) {
    seed_sets[one.request.id] = one.seed_set;
    auto request = one.request;
    const auto checkpoint = checkpoint_of(log, request.id);
    fs::create_directories(checkpoint.parent_path());
    request.checkpoint = checkpoint.string();
    requests.push_back(std::move(request));
  }
  answers(workers, std::move(requests), name + ": pretraining", [&](const Reply& reply) {
    const auto& pretrained = reply_as<PretrainReply>(reply);
    const auto seed_set = seed_sets.at(pretrained.id);
    say(pretrained.record, seed_set);
    if (!is_result(pretrained.record.outcome)) return;
    log.add(name, pretrained.id, seed_set, pretrained.record);
    fs::remove(checkpoint_of(log, pretrained.id));
  });
  std::error_code not_empty;
  fs::remove(fs::absolute(log.folder()) / "checkpoints", not_empty);
}

}  // namespace madsearch
