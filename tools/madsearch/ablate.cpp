#include <CLI/CLI.hpp>
#include <algorithm>

#include "answers.h"
#include "command.h"
#include "configs/text.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/study/equal_size.h"
#include "given_design.h"
#include "named.h"
#include "numbers.h"
#include "report.h"
#include "results/scoring.h"
#include "search/architecture/ablations.h"
#include "search/architecture/cost.h"
#include "trial_view.h"
#include "trials.h"

namespace madsearch {
namespace {

struct Flags {
  GivenFlags given;
  TrialFlags trials{.log = kQuestions};
  Format format = Format::kText;
};

/// A part of the design, and the design without it.
struct Part {
  Ablation ablation;
  EqualSize::Variant variant;
  std::optional<std::size_t> trained;  // its place among those that are trained; the design is 0
};

/// What is trained, and what can't be.
struct Plan {
  Given given;
  Shape shape;
  std::vector<StudyDesign> trained;
  std::vector<Part> parts;
};

Plan plan_of(const GivenFlags& flags) {
  Plan out{.given = given(flags)};
  out.shape = shape_of(out.given.battery);
  const auto& design = out.given.design;
  solved(design.name, design.genome, out.shape);  // says so if it is not valid
  const EqualSize sizes(design.genome, out.shape, out.given.parameters);
  out.trained.push_back({.name = design.name, .genome = sizes.design()});
  for (auto& ablation : ablations(design.genome, out.shape)) {
    auto variant = sizes.variant(ablation.genome);
    std::optional<std::size_t> place;
    if (variant.refusal.empty()) {
      place = out.trained.size();
      out.trained.push_back({.name = ablation.part + " " + ablation.change, .genome = variant.genome});
    }
    out.parts.push_back({std::move(ablation), std::move(variant), place});
  }
  return out;
}

/// "2, 4 mamba removed": several places where it makes no difference which.
std::string name_of(const Record& part) {
  std::vector<std::string> places;
  for (const auto& place : part.at("places").list()) places.push_back(place.text());
  return joined(places) + " " + part.at("part").text() + " " + part.at("change").text();
}

std::int64_t state_of(const Plan& plan, const Genome& sized) {
  return cost(sized, {plan.shape.width, plan.given.state_length, plan.shape.protocol}).state;
}

Record facts(const Plan& plan, const TrialScores& scores, const Part& part) {
  const auto& [ablation, variant, trained] = part;
  const auto problem = trained ? scores.problem(*trained) : variant.refusal;
  Record out{{"part", ablation.part},
             {"change", ablation.change},
             {"places", ablation.places},
             {"text", ablation.genome.stages.empty() ? "" : text(ablation.genome)},
             {"problem", problem.empty() ? Value() : Value(problem)}};
  if (!trained) return out;
  const auto spent = cost(variant.genome, plan.shape);
  const auto state = state_of(plan, variant.genome);
  out.set("seeds", scores.seeds(*trained));
  out.set("score", mean_score(scores, *trained));
  set_difference(out, "worth", scores.difference(0, *trained), scores.common(0, *trained));
  out.set("state", state);
  out.set("part_state", state_of(plan, plan.trained.front().genome) - state);
  out.set("parameters", spent.parameters);
  out.set("active_parameters", spent.active());
  out.set("tasks", task_differences(plan.given.battery, scores, "worth", 0, *trained));
  return out;
}

/// The parts: those that were measured, the most valuable first, then the others.
struct Parts {
  std::vector<Record> measured, others;
};

Parts parts_of(const Plan& plan, const TrialScores& scores) {
  Parts out;
  for (const auto& part : plan.parts) {
    auto record = facts(plan, scores, part);
    const bool measured = part.trained && scores.common(0, *part.trained) > 0;
    (measured ? out.measured : out.others).push_back(std::move(record));
  }
  std::stable_sort(out.measured.begin(), out.measured.end(),
                   [](const Record& a, const Record& b) { return a.at("worth").number() > b.at("worth").number(); });
  return out;
}

Record record_of(const Plan& plan, const TrialScores& scores, const Flags& flags, const Parts& parts) {
  const auto& battery = plan.given.battery;
  const auto& sized = plan.trained.front().genome;
  const auto spent = cost(sized, plan.shape);
  auto all = parts.measured;
  all.insert(all.end(), parts.others.begin(), parts.others.end());
  return {{"question", "ablate"},
          {"id", hash(plan.given.design.genome)},
          {"design", plan.given.design.name},
          {"text", text(plan.given.design.genome)},
          {"battery", battery.name},
          {"battery_hash", battery.hash()},
          {"protocol", to_text(battery.protocol)},
          {"partial", battery.partial()},
          {"scoring", kScoring},
          {"seed_sets", flags.trials.seeds},
          {"score", mean_score(scores, 0)},
          {"seeds", scores.seeds(0)},
          {"state", state_of(plan, sized)},
          {"state_length", plan.given.state_length},
          {"parameters", spent.parameters},
          {"active_parameters", spent.active()},
          {"parts", all}};
}

Table part_table(const std::vector<Record>& parts) {
  return Table({{"worth", "worth", number("%+.3f")},
                {"95 % interval<", range("%+.3f", "worth_low", "worth_high")},
                {"score", "score", number("%.3f")},
                {"its state", "part_state", in_groups()},
                {"active", "active_parameters", in_groups()},
                {"parameters", "parameters", in_groups()},
                {"part<", name_of}},
               parts);
}

std::string title_of(const Record& found, const Battery& battery, std::int64_t seeds) {
  const auto& score = found.at("score");
  return "what the parts of this design are worth: " + found.at("text").text() + "\n" + setting_text(battery, seeds) +
         ": " + (score.unknown() ? "not completed" : shown("%.3f", score.number())) + "; state " +
         grouped(found.at("state").count()) + " at " + found.at("state_length").plain() + " tokens, " +
         grouped(found.at("parameters").count()) + " parameters\n";
}

std::string notes(std::size_t measured) {
  return "worth: the design's score less that of the design without the part, on the same seed sets; its state: what "
         "it "
         "adds;\ninstead: the cheapest of its kind stands there; channel mixers are sized again for equal active "
         "parameters\n" +
         counted(static_cast<std::int64_t>(measured), "interval") +
         ": of parts that are worth nothing, one in 20 has an interval without 0 by chance\n";
}

std::string left_out(const std::vector<Record>& others) {
  std::string out;
  for (const auto& part : others) out += "  " + name_of(part) + ": " + part.at("problem").text() + "\n";
  return out.empty() ? out : "not measured\n" + out;
}

Report report(const Plan& plan, const TrialScores& scores, const Flags& flags) {
  const auto& battery = plan.given.battery;
  const auto parts = parts_of(plan, scores);
  const auto found = record_of(plan, scores, flags, parts);
  const auto table = part_table(parts.measured);
  auto out = title_of(found, battery, flags.trials.seeds);
  if (!parts.measured.empty())
    out += table.text() + notes(parts.measured.size()) + "\nworth by task\n" +
           task_table(battery, "worth", {"part<", name_of}, parts.measured).text();
  return {found, out + left_out(parts.others), table.csv()};
}

/// What else distinguishes one such question about a design from another.
std::string question_text(const Record& found) {
  return found.at("battery_hash").text() + " " + found.at("state_length").plain() + " " +
         found.at("active_parameters").plain();
}

int ablate(const Flags& flags) {
  const auto plan = plan_of(flags.given);
  StudyLog log(flags.trials.log);
  std::vector<const StudyDesign*> trained;
  for (const auto& design : plan.trained) trained.push_back(&design);
  train_missing(flags.trials, plan.given.battery, trained, flags.trials.seeds, log);
  const TrialScores scores(plan.given.battery, plan.trained, 0, flags.trials.seeds, log);
  const auto found = report(plan, scores, flags);
  print(found, flags.format);
  if (scores.seeds(0) == 0) return 1;
  keep_answer(flags.trials.log, found.record.record(), question_text(found.record.record()));
  return 0;
}

}  // namespace

void add_ablate(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("ablate", "What each part of a design is worth: train it without");
  add_given(*command, flags->given);
  add_trials(*command, flags->trials);
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = ablate(*flags); });
}

}  // namespace madsearch
