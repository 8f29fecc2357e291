#include "engine/run/text_objective.h"

#include "engine/run/setup_file.h"

namespace madsearch {

bool reads_text(const RunConfig& config, Rung rung) { return !config.text.empty() && may_read_text(rung); }

PretrainRequest text_request(const TextOptions& text, const Genome& design, Seed seed) {
  auto out = setup_request(text.file, design, 0);
  out.flops = text_flops(text);
  out.seed = seed.derive(kTextTask).value;
  out.both_halves = true;
  return out;
}

TrainingRecord text_training(const TextOptions& text, const PretrainReply& reply) {
  const auto& record = reply.record;
  TrainingRecord out{.id = reply.id, .task = kTextTask};
  out.outcome = record.outcome;
  out.message = record.message;
  out.core_seconds = record.core_seconds;
  out.provenance = record.provenance;
  if (record.outcome != Outcome::kOk) return out;
  out.learning_rate = record.learning_rate;
  out.trainings = 1;
  out.steps = record.tokens / (text.file.options.batch * text.file.options.length);
  out.text = {.bits_per_byte = reply.selection_bits_per_byte,
              .bits_per_byte_recall = reply.selection_bits_per_byte_recall,
              .test_bits_per_byte = record.bits_per_byte,
              .test_bits_per_byte_recall = record.bits_per_byte_recall};
  return out;
}

}  // namespace madsearch
