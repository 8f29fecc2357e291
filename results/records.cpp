#include "results/records.h"

#include <array>
#include <stdexcept>

namespace madsearch {
namespace {

constexpr std::array outcomes = {"ok", "diverged", "out_of_memory", "timed_out", "failed", "lost"};
constexpr std::array rungs = {"probe", "battery", "confirm", "pretrain", "counterfactual"};

template <class Enum, std::size_t N>
Enum from(const std::array<const char*, N>& names, const std::string& text, const char* what) {
  for (std::size_t i = 0; i < N; ++i)
    if (text == names[i]) return static_cast<Enum>(i);
  throw std::invalid_argument("no " + std::string(what) + " \"" + text + "\"");
}

}  // namespace

std::string to_text(Outcome outcome) { return outcomes.at(static_cast<std::size_t>(outcome)); }
Outcome outcome_from(const std::string& text) { return from<Outcome>(outcomes, text, "outcome"); }
bool is_final(Outcome outcome) { return outcome == Outcome::kOk || outcome == Outcome::kDiverged; }
std::string to_text(Rung rung) { return rungs.at(static_cast<std::size_t>(rung)); }
Rung rung_from(const std::string& text) { return from<Rung>(rungs, text, "rung"); }

}  // namespace madsearch
