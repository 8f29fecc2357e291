#pragma once
#include "engine/dispatch/messages.h"
#include "results/fields.h"

namespace madsearch {

template <class T>
constexpr bool is_variant = false;
template <class... Kinds>
constexpr bool is_variant<std::variant<Kinds...>> = true;

// The fields of every message, each listed once, as results/fields.h does it for records.

template <Is<Hello> R, class Visit>
void fields(R& r, Visit visit) {
  visit("messages", r.messages);
  visit("version", r.version);
  visit("revision", r.revision);
  visit("scoring", r.scoring);
  visit("built_for", r.built_for);
  visit("processor", r.processor);
  visit("device", r.device);
  visit("host", r.host);
  visit("slots", r.slots);
  visit("memory_bytes", r.memory_bytes);
  visit("free_bytes", r.free_bytes);
}

template <Is<Slots> R, class Visit>
void fields(R& r, Visit visit) {
  visit("slots", r.slots);
}

template <Is<Started> R, class Visit>
void fields(R& r, Visit visit) {
  visit("host", r.host);
  visit("device", r.device);
  visit("processor", r.processor);
}

template <Is<Lost> R, class Visit>
void fields(R& r, Visit visit) {
  visit("why", r.why);
}

template <Is<Cancel> R, class Visit>
void fields(R&, Visit) {}

template <Is<Ping> R, class Visit>
void fields(R&, Visit) {}

template <Is<Pong> R, class Visit>
void fields(R&, Visit) {}

template <Is<Memory> R, class Visit>
void fields(R& r, Visit visit) {
  visit("resident_bytes", r.resident_bytes);
  visit("peak_bytes", r.peak_bytes);
}

template <Is<Progress> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("step", r.step);
  visit("steps", r.steps);
  visit("loss", r.loss);
  visit("accuracy", r.accuracy);
}

template <Is<GridPoint> R, class Visit>
void fields(R& r, Visit visit) {
  visit("learning_rate", r.learning_rate);
  visit("weight_decay", r.weight_decay);
}

template <Is<BatterySetting> R, class Visit>
void fields(R& r, Visit visit) {
  visit("task", r.setting.task);
  visit("values", r.setting.values);
  visit("axis", r.setting.axis);
  visit("steps", r.steps);
  visit("batch", r.batch);
  visit("train_examples", r.train_examples);
  visit("evaluation_examples", r.evaluation_examples);
  visit("measure", r.measure);
}

template <Is<TrainRequest> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("design", r.design);
  visit("setting", r.setting);
  visit("grid", r.grid);
  visit("extend", r.extend);
  visit("seed", r.seed);
  visit("width", r.width);
  visit("protocol", r.protocol);
  visit("norm", r.norm);
  visit("evaluate_every", r.evaluate_every);
  visit("seconds_limit", r.seconds_limit);
  visit("early_stop", r.early_stop);
  visit("distil", r.distil);
}

template <Is<PretrainSetup> R, class Visit>
void fields(R& r, Visit visit) {
  visit("schedule", r.schedule);
  visit("embeddings", r.embeddings);
  visit("tuning", r.tuning);
  visit("conv", r.conv);
  visit("qk_norm", r.qk_norm);
}

template <Is<PretrainRequest> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("design", r.design);
  visit("data", r.data);
  visit("vocabulary", r.vocabulary);
  visit("separator", r.separator);
  visit("bytes_per_token", r.bytes_per_token);
  visit("flops", r.flops);
  visit("parameters", r.parameters);
  visit("base_width", r.base_width);
  visit("repeat", r.repeat);
  visit("length", r.length);
  visit("batch", r.batch);
  visit("learning_rates", r.learning_rates);
  visit("setup", r.setup);
  visit("seed", r.seed);
  visit("max_epochs", r.max_epochs);
  visit("checkpoint", r.checkpoint);
  visit("weights", r.weights);
  visit("plan_only", r.plan_only);
  visit("both_halves", r.both_halves);
}

template <Is<BenchRequest> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("designs", r.designs);
  visit("width", r.width);
  visit("length", r.length);
  visit("batch", r.batch);
  visit("replicas", r.replicas);
  visit("steps", r.steps);
}

template <Is<ExamineRequest> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("primitive", r.primitive);
  visit("width", r.width);
  visit("length", r.length);
  visit("batch", r.batch);
  visit("replicas", r.replicas);
  visit("repeats", r.repeats);
}

template <Is<DistilledScore> R, class Visit>
void fields(R& r, Visit visit) {
  visit("state_exact", r.state_exact);
  visit("state", r.state);
  visit("validation_b", r.validation_b);
  visit("test", r.test);
}

template <Is<Look> R, class Visit>
void fields(R& r, Visit visit) {
  visit("step", r.step);
  visit("accuracy", r.accuracy);
  visit("loss", r.loss);
}

template <Is<Curve> R, class Visit>
void fields(R& r, Visit visit) {
  visit("point", r.point);
  visit("looks", r.looks);
}

template <Is<TrainReply> R, class Visit>
void fields(R& r, Visit visit) {
  fields(r.record, visit);
  visit("distilled", r.distilled);
  visit("curves", r.curves);
  visit("refused", r.refused);
}

template <Is<PretrainReply> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  fields(r.record, visit);
  visit("selection_bits_per_byte", r.selection_bits_per_byte);
  visit("selection_bits_per_byte_recall", r.selection_bits_per_byte_recall);
  visit("memory_bytes", r.memory_bytes);
  visit("refused", r.refused);
}

template <Is<BenchRow> R, class Visit>
void fields(R& r, Visit visit) {
  visit("design", r.design);
  visit("width", r.width);
  visit("length", r.length);
  visit("batch", r.batch);
  visit("milliseconds", r.milliseconds);
  visit("gflops", r.gflops);
  visit("share_of_peak", r.share_of_peak);
  visit("ratio_to_attention", r.ratio_to_attention);
  visit("peak_memory_mib", r.peak_memory_mib);
  visit("predicted_mib", r.predicted_mib);
}

template <Is<BenchReply> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("peak_gflops", r.peak_gflops);
  visit("rows", r.rows);
}

template <Is<ExamineReply> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("output_error", r.output_error);
  visit("gradient_error", r.gradient_error);
  visit("gradient", r.gradient);
  visit("milliseconds", r.milliseconds);
  visit("autocast_output_error", r.autocast_output_error);
  visit("autocast_gradient_error", r.autocast_gradient_error);
  visit("autocast_gradient", r.autocast_gradient);
  visit("unrecorded", r.unrecorded);
  visit("recorded_error", r.recorded_error);
  visit("recorded_milliseconds", r.recorded_milliseconds);
  visit("unrepeated", r.unrepeated);
}

template <Is<ErrorReply> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("error", r.error);
}

}  // namespace madsearch
