#include "engine/run/run_log.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "configs/text.h"
#include "engine/version.h"

namespace madsearch {

RunLog::RunLog(const std::filesystem::path& folder)
    : logger_(spdlog::basic_logger_st("run " + printable(folder.string()), (folder / "run.log").string())) {
  logger_->flush_on(spdlog::level::info);
  logger_->set_error_handler([](const std::string&) {});  // a full disk, which the store tells in a sentence of ours
}

RunLog::~RunLog() { spdlog::drop(logger_->name()); }

void RunLog::info(const std::string& text) { logger_->info(printable(text)); }

void RunLog::warn(const std::string& text) { logger_->warn(printable(text)); }

void RunLog::begins(const RunConfig& config) {
  info(fmt::format("madsearch {} begins, search {}", kVersion, config.hash()));
  for (const auto& sentence : covered_by_windows(config)) warn(sentence);
}

void RunLog::say(const std::string& sentence) { info(sentence); }

void RunLog::training(const TrainingRecord& record) {
  if (record.outcome != Outcome::kOk)
    warn(fmt::format("{}: {} {}", record.id, to_text(record.outcome), record.message));
}

void RunLog::evaluation(const EvaluationRecord& record) {
  const auto score = record.score ? fmt::format(" score {:.4f}", *record.score) : "";
  const auto bits = record.text.bits_per_byte ? fmt::format(" {:.4f} bits per byte", *record.text.bits_per_byte) : "";
  info(fmt::format("evaluation {}: {} {} seed set {}: {}{}{}, {:.1f} core seconds", record.number, record.hash,
                   to_text(record.rung), record.seed_set, to_text(record.outcome), score, bits, record.core_seconds));
}

void RunLog::searched(std::int64_t evaluations, const std::string& signature) {
  info(fmt::format("search and confirmation are done: {} evaluations, signature {}", evaluations, signature));
}

void RunLog::pretrained(const PretrainingRecord& record) {
  const auto bits = record.bits_per_byte ? fmt::format(" {:.4f} bits per byte", *record.bits_per_byte) : "";
  info(fmt::format("pretrained {} ({}): {}{}, {:.0f} core seconds {}", record.hash, record.role,
                   to_text(record.outcome), bits, record.core_seconds, record.message));
}

void RunLog::attempt_kept(const std::string& id, const std::string& why) {
  warn(fmt::format("attempt at {} not forgotten: {}", id, why));
}

void RunLog::ends(bool interrupted) { logger_->info("ends: {}", interrupted ? "interrupted" : "the time is over"); }

void RunLog::slots_busy(double share) { logger_->info("slots were busy for {:.1f} % of the time", 100 * share); }

void RunLog::own_use(std::int64_t evaluations, std::int64_t trainings, const OwnUse& use) {
  logger_->info("{} evaluations, {} trainings: madsearch itself took {:.1f} s of processors, holds {:.0f} MiB",
                evaluations, trainings, use.cpu_seconds, use.resident_mib);
}

}  // namespace madsearch
