#include "engine/stub/stub_answers.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/dispatch/answers.h"
#include "engine/stub/made_up_records.h"

namespace madsearch {
namespace {

template <class Record>
void fail(Record& record, Outcome outcome, const std::string& message) {
  Record failed;
  if constexpr (requires { record.id; }) failed.id = record.id;
  if constexpr (requires { record.task; }) failed.task = record.task;
  if constexpr (requires { record.text; }) failed.text = record.text;
  if constexpr (requires { record.hash; }) failed.hash = record.hash;
  failed.outcome = outcome;
  failed.message = message;
  failed.core_seconds = record.core_seconds;
  record = failed;
}

constexpr double kSelectionHalf = 0.01;  // bits a byte above the other half's
constexpr auto kNoRoom = "not tried: the stub was asked to refuse";

}  // namespace

/// What every training's record has, whether real or not.
template <class Record>
void StubAnswers::finish(Record& record) const {
  record.core_seconds = options_.milliseconds / 1000.0;
  if (due(options_.fail)) fail(record, Outcome::kFailed, "the stub was asked to fail");
  if (due(options_.memory)) fail(record, Outcome::kOutOfMemory, "CUDA out of memory, the stub was asked to say");
  if (due(options_.escape))
    fail(record, Outcome::kFailed, "\x1b[2J\n[info] all is well\xff" + std::string(1 << 20, '!'));
}

Reply StubAnswers::reply_or_error(const Request& request) const {
  if (due(options_.error)) return ErrorReply{id_of(request), "CUDA error: an illegal memory access was encountered"};
  try {
    return reply(request);
  } catch (const std::exception& error) {
    return ErrorReply{id_of(request), error.what()};
  }
}

Reply StubAnswers::reply(const Request& request) const {
  return std::visit([this](const auto& kind) -> Reply { return reply(kind); }, request);
}

TrainReply StubAnswers::reply(const TrainRequest& request) const {
  TrainReply out;
  out.record = made_up(request);
  if (options_.looks > 0) out.curves = made_up_curves(request, options_.looks);
  finish(out.record);
  out.refused = lacks_room(request.width);
  if (out.refused) fail(out.record, Outcome::kOutOfMemory, kNoRoom);
  if (due(options_.nan)) out.record.validation_b = out.record.test_macro = std::nan("");
  if (due(options_.huge)) out.record.validation_b = out.record.test_macro = 1e308;
  return out;
}

PretrainReply StubAnswers::refused(const PretrainRequest& request) const {
  PretrainReply out{.id = request.id, .record = made_up(request), .refused = true};
  fail(out.record, Outcome::kOutOfMemory, kNoRoom);
  return out;
}

PretrainReply StubAnswers::reply(const PretrainRequest& request) const {
  if (lacks_room(request.base_width)) return refused(request);
  PretrainReply out{.id = request.id, .record = made_up(request)};
  finish(out.record);
  if (options_.unread != 0) fail(out.record, Outcome::kFailed, "the stub can't read its text");
  if (request.both_halves && out.record.outcome == Outcome::kOk) {
    out.selection_bits_per_byte = out.record.bits_per_byte.value() + kSelectionHalf;
    out.selection_bits_per_byte_recall = out.record.bits_per_byte_recall.value() + kSelectionHalf;
  }
  return out;
}

PretrainReply StubAnswers::plan(const PretrainRequest& request) const {
  if (lacks_room(request.base_width)) return refused(request);
  PretrainReply out{.id = request.id, .record = made_up(request)};
  out.memory_bytes = 100 << 20;
  if (options_.refuse == 0) return out;
  out.record.outcome = Outcome::kFailed;
  out.record.message = "the stub was asked to refuse";
  return out;
}

BenchReply StubAnswers::reply(const BenchRequest& request) const {
  BenchReply out{request.id, 1, {}};
  for (const auto& design : request.designs)  // a forecast of it means as little as its scores
    out.rows.push_back({.design = design,
                        .width = request.width,
                        .length = request.length,
                        .batch = request.batch,
                        .milliseconds = options_.milliseconds * 1.0,
                        .gflops = 1,
                        .share_of_peak = 1,
                        .ratio_to_attention = 1,
                        .predicted_mib = 100});
  return out;
}

ExamineReply StubAnswers::reply(const ExamineRequest&) const {
  throw std::invalid_argument(
      "a stub worker answers train, pretrain, bench and ping; it computes nothing that could be examined");
}

bool is_about(const Request& request, const std::string& part) {
  return !part.empty() && subject_of(request).find(part) != std::string::npos;
}

}  // namespace madsearch
