#pragma once
#include <optional>
#include <type_traits>

#include "results/records.h"

namespace madsearch {

// The fields of every record, each listed once: `fields(record, visit)` calls visit("name", member) for all of them.
// The store's columns, the messages between programs and the logs of studies are these lists. So a name or an order
// that changes here changes files that people have: add a field at the end, with a migration of the store.

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

template <class R, class T>
concept Is = std::is_same_v<std::remove_const_t<R>, T>;

template <Is<CandidateRecord> R, class Visit>
void fields(R& r, Visit visit) {
  visit("hash", r.hash);
  visit("text", r.text);
  visit("origin", r.origin);
  visit("parents", r.parents);
  visit("parameters", r.parameters);
  visit("active_parameters", r.active_parameters);
  visit("flops", r.flops);
  visit("state_exact", r.state_exact);
  visit("state_mad", r.state_mad);
  visit("served_state", r.served_state);
  visit("served_state_mad", r.served_state_mad);
  visit("born", r.born);
}

template <Is<TextBits> R, class Visit>
void fields(R& r, Visit visit) {
  visit("bits_per_byte", r.bits_per_byte);
  visit("bits_per_byte_recall", r.bits_per_byte_recall);
  visit("test_bits_per_byte", r.test_bits_per_byte);
  visit("test_bits_per_byte_recall", r.test_bits_per_byte_recall);
}

template <Is<EvaluationRecord> R, class Visit>
void fields(R& r, Visit visit) {
  visit("number", r.number);
  visit("hash", r.hash);
  visit("rung", r.rung);
  visit("seed_set", r.seed_set);
  visit("finished", r.finished);
  visit("outcome", r.outcome);
  visit("score", r.score);
  visit("test_score", r.test_score);
  visit("violation", r.violation);
  visit("core_seconds", r.core_seconds);
  visit("tasks_json", r.tasks_json);
  visit("retry", r.retry);
  fields(r.text, visit);
}

template <Is<Provenance> R, class Visit>
void fields(R& r, Visit visit) {
  visit("started", r.started);
  visit("seconds", r.seconds);
  visit("slot", r.slot);
  visit("device", r.device);
  visit("host", r.host);
  visit("revision", r.revision);
}

template <Is<TrainingRecord> R, class Visit>
void fields(R& r, Visit visit) {
  visit("id", r.id);
  visit("task", r.task);
  visit("setting", r.setting);
  visit("outcome", r.outcome);
  visit("validation_a", r.validation_a);
  visit("validation_b", r.validation_b);
  visit("test", r.test);
  visit("test_macro", r.test_macro);
  visit("test_loss", r.test_loss);
  visit("learning_rate", r.learning_rate);
  visit("weight_decay", r.weight_decay);
  visit("edge", r.edge);
  visit("trainings", r.trainings);
  visit("steps", r.steps);
  visit("core_seconds", r.core_seconds);
  visit("message", r.message);
  fields(r.provenance, visit);
  fields(r.text, visit);
}

template <Is<PretrainingRecord> R, class Visit>
void fields(R& r, Visit visit) {
  visit("hash", r.hash);
  visit("text", r.text);
  visit("role", r.role);
  visit("outcome", r.outcome);
  visit("bits_per_byte", r.bits_per_byte);
  visit("bits_per_byte_recall", r.bits_per_byte_recall);
  visit("recall_share", r.recall_share);
  visit("learning_rate", r.learning_rate);
  visit("flops", r.flops);
  visit("tuning_flops", r.tuning_flops);
  visit("epochs", r.epochs);
  visit("parameters", r.parameters);
  visit("tokens", r.tokens);
  visit("width", r.width);
  visit("length", r.length);
  visit("state", r.state);
  visit("core_seconds", r.core_seconds);
  visit("message", r.message);
  visit("data", r.data);
  visit("setup", r.setup);
  fields(r.provenance, visit);
}

}  // namespace madsearch
