#include "search/architecture/neighbours.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <numeric>

#include "answers.h"
#include "command.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/run/config_reader.h"
#include "engine/run/forecast.h"
#include "given_design.h"
#include "named.h"
#include "numbers.h"
#include "ranges.h"
#include "report.h"
#include "results/scoring.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "trial_view.h"
#include "trials.h"

namespace madsearch {
namespace {

constexpr std::size_t kCounted = 20'000;  // variants, before it is only said that there are more

struct Flags {
  GivenFlags given;
  std::int64_t edits = 1;
  std::string space;
  std::string new_blocks = "plain";
  std::int64_t most = 2000;
  std::int64_t confirm = 0;
  std::int64_t top = 10;
  bool dry_run = false;
  TrialFlags trials{.log = kQuestions};
  Format format = Format::kText;
};

/// What is trained: the design, then its variants.
struct Plan {
  Given given;
  Shape shape;
  ArchitectureLimits limits;
  Neighbours found;
  std::vector<StudyDesign> trained;
};

/// Where windows end that are no full attention on the battery.
std::int64_t widest_window(const Battery& battery) {
  return std::max<std::int64_t>(1, std::min(battery.shortest_recall() / 4, battery.shortest() - 1));
}

/// All primitives, as a search has them whose configuration says no more than battery and stages.
ArchitectureLimits whole_space(const Given& given) {
  return {.primitives = primitive_names(),
          .stages = block_count(given.design.genome),
          .shape = shape_of(given.battery),
          .max_window = widest_window(given.battery),
          .state_length = given.state_length};
}

/// The space of a configuration, or of the run that the design is of, where the battery trains.
ArchitectureLimits limits_of(const Flags& flags, const Given& given) {
  std::optional<RunConfig> config = given.run;
  if (!flags.space.empty()) config = read_run(flags.space, configs_folder());
  if (!config) return whole_space(given);
  auto out = config->limits;
  const auto name = flags.space.empty() ? "the run" : flags.space;
  const auto stages = block_count(given.design.genome);
  if (out.stages != stages)
    throw ConfigError(name + " searches designs of " + std::to_string(out.stages) + " blocks, this one has " +
                      std::to_string(stages));
  if (out.shape.width != given.battery.width)
    throw ConfigError(name + " searches at width " + std::to_string(out.shape.width) + ", battery " +
                      given.battery.name + " trains at width " + std::to_string(given.battery.width));
  out.shape = shape_of(given.battery);
  out.max_window = std::min(out.max_window, widest_window(given.battery));
  return out;
}

/// "more than 20000"
std::string count_text(const Neighbours& found) {
  return (found.more ? "more than " : "") + std::to_string(found.all.size());
}

void check_count(const Flags& flags, const Neighbours& found) {
  if (found.all.empty()) throw ConfigError("the space holds no variant of this design");
  if (!found.more && static_cast<std::int64_t>(found.all.size()) <= flags.most) return;
  throw ConfigError(count_text(found) + " variants are above --most " + std::to_string(flags.most) +
                    ": take fewer --edits, a narrower --space or a higher --most; --dry-run says what they cost");
}

Plan plan_of(const Flags& flags) {
  Plan out{.given = given(flags.given)};
  const auto& design = out.given.design;
  out.shape = shape_of(out.given.battery);
  solved(design.name, design.genome, out.shape);  // says so if it is not valid
  out.limits = limits_of(flags, out.given);
  const Architectures space(out.limits);
  const auto new_blocks = flags.new_blocks == "all" ? NewBlocks::kAll : NewBlocks::kPlain;
  out.found = neighbours(space, design.genome, static_cast<int>(flags.edits), new_blocks, kCounted);
  if (!flags.dry_run) check_count(flags, out.found);
  out.trained.push_back({.name = design.name, .genome = space.sized(design.genome).genome});
  for (const auto& one : out.found.all)
    out.trained.push_back({.name = joined(one.operators, "+"), .genome = space.sized(parse_expanded(one.text)).genome});
  return out;
}

// --dry-run

/// Trainings of seed sets 0 .. seeds - 1 that the log lacks.
std::int64_t missing(const Plan& plan, std::int64_t seeds, const StudyLog& log) {
  std::int64_t out = 0;
  for (const auto& design : plan.trained)
    for (std::int64_t set = 0; set < seeds; ++set)
      for (const auto& task : study_requests(plan.given.battery, design, set))
        for (const auto& request : task) out += log.find(request.id) == nullptr;
  return out;
}

std::int64_t settings_of(const Battery& battery) {
  std::int64_t out = 0;
  for (const auto& task : battery.tasks) out += static_cast<std::int64_t>(task.settings.size());
  return out;
}

/// How fast transformer++ is trained on the battery here; the design stands for a whole search.
Forecast measured(const Plan& plan, const Flags& flags) {
  RunConfig config;
  config.battery = plan.given.battery;
  config.limits = plan.limits;
  Coordinator workers(flags.trials.workers.options());
  return forecast(config, workers);
}

Report dry_run(const Plan& plan, const Flags& flags) {
  const auto trainings = missing(plan, flags.trials.seeds, StudyLog(flags.trials.log));
  const auto speed = measured(plan, flags);
  const auto share = static_cast<double>(trainings) / static_cast<double>(settings_of(plan.given.battery));
  const auto hours = share * speed.battery_seconds / static_cast<double>(speed.slots) / 3600;
  std::map<std::string, std::int64_t> counts;
  for (const auto& one : plan.found.all) ++counts[joined(one.operators, "+")];
  Record operators;
  std::vector<std::string> words;
  for (const auto& [name, count] : counts) {
    operators.set(name, count);
    words.push_back(name + " " + std::to_string(count));
  }
  const Record found{{"text", text(plan.given.design.genome)},
                     {"battery", plan.given.battery.name},
                     {"edits", flags.edits},
                     {"variants", plan.found.all.size()},
                     {"more", plan.found.more},
                     {"operators", operators},
                     {"seed_sets", flags.trials.seeds},
                     {"trainings", trainings},
                     {"slots", speed.slots},
                     {"hours", hours}};
  std::string csv = "operators,variants\n";
  for (const auto& [name, count] : counts) csv += name + "," + std::to_string(count) + "\n";
  return {found,
          count_text(plan.found) + " variants of " + text(plan.given.design.genome) + ": " + joined(words) + "\n" +
              std::to_string(trainings) + " trainings on " + counted(flags.trials.seeds, "seed set") + " of battery " +
              plan.given.battery.name + " that " + flags.trials.log + " lacks: about " + duration(3600 * hours) +
              " on " + counted(speed.slots, "slot") + " at the speed of transformer++, without early stops\n",
          csv};
}

// results

Record facts(const Plan& plan, const TrialScores& scores, std::size_t i) {
  const auto& battery = plan.given.battery;
  const auto& found = plan.found.all[i - 1];
  const auto spent = cost(plan.trained[i].genome, plan.shape);
  const auto problem = scores.problem(i);
  const auto genome = parse_expanded(found.text);
  Record out{{"id", hash(genome)},           {"text", text(genome)},
             {"operators", found.operators}, {"problem", problem.empty() ? Value() : Value(problem)},
             {"seeds", scores.seeds(i)},     {"score", mean_score(scores, i)}};
  set_difference(out, "difference", scores.difference(i, 0), scores.common(i, 0));
  out.set("state",
          cost(plan.trained[i].genome, {plan.shape.width, plan.given.state_length, plan.shape.protocol}).state);
  out.set("parameters", spent.parameters);
  out.set("active_parameters", spent.active());
  out.set("tasks", task_differences(battery, scores, "difference", i, 0));
  return out;
}

/// Of the variants that have a score those with the largest difference first, then the others as they were found.
std::vector<std::size_t> ranked(const TrialScores& scores, std::vector<std::size_t> variants) {
  const auto rank = [&](std::size_t i) { return scores.common(i, 0) > 0 ? scores.difference(i, 0).mean : -2; };
  std::stable_sort(variants.begin(), variants.end(), [&](auto a, auto b) { return rank(a) > rank(b); });
  return variants;
}

std::vector<Record> rows(const Plan& plan, const TrialScores& scores, const std::vector<std::size_t>& variants) {
  std::vector<Record> out;
  for (const auto i : variants) out.push_back(facts(plan, scores, i));
  return out;
}

std::string operators_of(const Record& row) {
  std::vector<std::string> names;
  for (const auto& name : row.at("operators").list()) names.push_back(name.text());
  return joined(names, "+");
}

Table table_of(const std::vector<Record>& variants) {
  return Table({{"difference", "difference", number("%+.3f")},
                {"95 % interval<", range("%+.3f", "difference_low", "difference_high")},
                {"score", "score", number("%.3f")},
                {"state", "state", in_groups()},
                {"by<", operators_of},
                {"design<", "text"}},
               variants);
}

/// The variants on one range of seed sets, the best first.
struct Round {
  std::int64_t first, seeds;
  Value score;  // of the design
  std::vector<std::size_t> order;
  std::vector<Record> variants;
};

Record record_of(const Plan& plan, const Flags& flags, const Round& all, const std::optional<Round>& confirmed) {
  const auto& battery = plan.given.battery;
  return {{"question", "neighbours"},
          {"id", hash(plan.given.design.genome)},
          {"design", plan.given.design.name},
          {"text", text(plan.given.design.genome)},
          {"battery", battery.name},
          {"battery_hash", battery.hash()},
          {"protocol", to_text(battery.protocol)},
          {"partial", battery.partial()},
          {"scoring", kScoring},
          {"edits", flags.edits},
          {"seed_sets", all.seeds},
          {"score", all.score},
          {"state_length", plan.given.state_length},
          {"variants", all.variants},
          {"confirmed", confirmed ? Value(Record{{"seed_sets", confirmed->seeds},
                                                 {"first_seed_set", confirmed->first},
                                                 {"score", confirmed->score},
                                                 {"variants", confirmed->variants}})
                                  : Value()}};
}

std::string score_text(const Value& score) { return score.unknown() ? "not completed" : shown("%.3f", score.number()); }

std::string text_of(const Plan& plan, const Flags& flags, const Round& all, const std::optional<Round>& confirmed) {
  const auto top = std::min(all.variants.size(), static_cast<std::size_t>(flags.top));
  const std::vector<Record> best(all.variants.begin(), all.variants.begin() + static_cast<std::ptrdiff_t>(top));
  const auto failed = std::count_if(all.variants.begin(), all.variants.end(),
                                    [](const Record& row) { return row.at("difference").unknown(); });
  auto out = "variants of this design: " + text(plan.given.design.genome) + "\n" +
             setting_text(plan.given.battery, all.seeds) + ": " + score_text(all.score) + "; state at " +
             std::to_string(plan.given.state_length) + " tokens\nthe best " + std::to_string(top) + " of " +
             std::to_string(all.variants.size()) + ", as they did beside it on the same seed sets\n" +
             table_of(best).text();
  if (failed > 0) out += counted(failed, "variant") + " without a score: --format json has the reasons\n";
  out += "the best of many is too good: chance chose it too";
  if (!confirmed) return out + "; --confirm 3 trains these and the design on 3 seed sets that chose nothing\n";
  return out + "\n\nthese again on " + counted(confirmed->seeds, "fresh seed set") + ", where the design has " +
         score_text(confirmed->score) + "\n" + table_of(confirmed->variants).text();
}

/// Trains some of what is planned, and the design, on seed sets first .. first + seeds - 1.
Round round_of(const Plan& plan, const TrialFlags& flags, std::vector<std::size_t> variants, std::int64_t first,
               std::int64_t seeds, StudyLog& log) {
  std::vector<const StudyDesign*> trained = {&plan.trained.front()};
  for (const auto i : variants) trained.push_back(&plan.trained[i]);
  train_missing(flags, plan.given.battery, trained, seeds, log, first);
  const TrialScores scores(plan.given.battery, plan.trained, first, seeds, log);
  variants = ranked(scores, std::move(variants));
  auto found = rows(plan, scores, variants);
  return {first, seeds, mean_score(scores, 0), std::move(variants), std::move(found)};
}

/// What else distinguishes one such question about a design from another: its variants, whatever space they are of.
std::string question_text(const Plan& plan, const Flags& flags) {
  auto out = plan.given.battery.hash() + " " + std::to_string(plan.given.state_length) + " " +
             std::to_string(flags.confirm) + " " + std::to_string(flags.top);
  for (const auto& one : plan.found.all) out += "\n" + one.text;
  return out;
}

int run(const Flags& flags) {
  const auto plan = plan_of(flags);
  if (flags.dry_run) {
    print(dry_run(plan, flags), flags.format);
    return 0;
  }
  StudyLog log(flags.trials.log);
  std::vector<std::size_t> variants(plan.found.all.size());
  std::iota(variants.begin(), variants.end(), 1);
  const auto seeds = flags.trials.seeds;
  const auto all = round_of(plan, flags.trials, std::move(variants), 0, seeds, log);
  std::optional<Round> confirmed;
  if (flags.confirm > 0) {
    auto best = all.order;
    best.resize(std::min(best.size(), static_cast<std::size_t>(flags.top)));
    confirmed = round_of(plan, flags.trials, std::move(best), seeds, flags.confirm, log);
  }
  const auto record = record_of(plan, flags, all, confirmed);
  print({record, text_of(plan, flags, all, confirmed), table_of(all.variants).csv()}, flags.format);
  if (all.score.unknown()) return 1;
  keep_answer(flags.trials.log, record, question_text(plan, flags));
  return 0;
}

}  // namespace

void add_neighbours(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("neighbours", "Train all designs that a search makes of one by one edit or two");
  add_given(*command, flags->given);
  command->add_option("--edits", flags->edits, "mutations, one after another")
      ->check(integers(1, 2))
      ->capture_default_str();
  command->add_option("--space", flags->space,
                      "a search's configuration, of whose space the variants are (default: the run's; of a design all "
                      "primitives)");
  command
      ->add_option("--new-blocks", flags->new_blocks,
                   "what an edit puts in: plain blocks, with their knobs' defaults and with and without a short "
                   "convolution, or all that a search may draw")
      ->check(CLI::IsMember({"plain", "all"}))
      ->capture_default_str();
  command->add_option("--most", flags->most, "refuse to train more variants")
      ->check(integers(1, static_cast<std::int64_t>(kCounted)))
      ->capture_default_str();
  command->add_option("--top", flags->top, "the best that are shown and confirmed")
      ->check(integers(1, static_cast<std::int64_t>(kCounted)))
      ->capture_default_str();
  command->add_option("--confirm", flags->confirm, "train the best and the design on so many fresh seed sets")
      ->check(integers(0, 100))
      ->capture_default_str();
  command->add_flag("--dry-run", flags->dry_run, "count them and say what they cost, after a measurement of seconds");
  add_trials(*command, flags->trials);
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = run(*flags); });
}

}  // namespace madsearch
