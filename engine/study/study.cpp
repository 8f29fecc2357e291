#include "engine/study/study.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "configs/errors.h"
#include "engine/dispatch/battery_trainings.h"
#include "primitives/table.h"
#include "search/architecture/architectures.h"
#include "search/architecture/designs.h"
#include "search/architecture/graph.h"

namespace madsearch {
namespace {

constexpr double kEqual = 0.1;  // of parameters, relative: a hand design farther off is left out

std::string family_of(const Genome& genome) {
  std::set<std::string> families;
  for (const auto* block : blocks(genome))
    if (const auto* primitive = find_primitive(block->primitive); primitive->kind == Kind::kSequence)
      families.insert(primitive->family);
  return families.size() == 1 ? *families.begin() : "hybrid";
}

bool equal_parameters(const Genome& genome, const std::vector<Shape>& shapes, std::int64_t stages) {
  return std::all_of(shapes.begin(), shapes.end(), [&](Shape shape) {
    const auto sized = solve_sizes(genome, shape).genome;
    if (!invalid(sized, shape).empty()) return false;
    const auto target = static_cast<double>(transformer_parameters(stages, shape));
    return std::abs(static_cast<double>(cost(sized, shape).active()) - target) <= kEqual * target;
  });
}

/// Every other of a shuffled list is judged.
void halve(std::vector<StudyDesign>& designs, Rng rng) {
  shuffle(rng, designs);
  for (std::size_t i = 0; i < designs.size(); ++i) designs[i].judged = i % 2 == 1;
}

}  // namespace

Study read_study(const std::filesystem::path& file, const std::filesystem::path& configs) {
  auto in = Reader::file(file);
  const auto seed = static_cast<std::uint64_t>(in.integer("seed", 1, 0, 1'000'000'000));
  const auto stages = in.integer("stages", 4, 1, 64), random = in.integer("random", 24, 0, 10'000),
             window = in.integer("max_window", 8, 0, 1 << 20);
  const auto length = in.integer("length", 64, 8, 1 << 20);
  const auto widths = in.reals("widths", {32, 64}, 4, 65'536);
  if (widths.empty()) throw in.error("widths", "a width at least is needed");
  in.finish();

  ArchitectureLimits limits;
  for (const auto& primitive : primitives()) limits.primitives.push_back(primitive.name);
  limits.stages = stages;
  limits.max_window = window;
  std::vector<Shape> shapes;
  for (const auto width : widths) shapes.push_back({static_cast<std::int64_t>(width), length});
  limits.shape = shapes.front();
  for (std::size_t i = 1; i < shapes.size(); ++i) limits.widths.push_back(shapes[i].width);
  const Architectures space(limits);

  std::vector<StudyDesign> hand, drawn;
  std::set<std::string> known;
  for (const auto& design : shipped_designs(configs)) {
    if (stages % madsearch::stages(design.genome) != 0) continue;
    auto genome = repeated(design, stages);
    if (!equal_parameters(genome, shapes, stages) || !known.insert(text(genome)).second) continue;
    hand.push_back({design.name, genome, family_of(genome)});
  }
  const Seed root{seed};
  Rng rng(root.derive("designs"));
  while (static_cast<std::int64_t>(drawn.size()) < random) {
    const auto stripe = space.random(rng);
    const auto genome = parse(stripe);
    if (!equal_parameters(genome, shapes, stages) || !known.insert(stripe).second) continue;
    drawn.push_back({"random", genome, family_of(genome)});
  }
  halve(hand, Rng(root.derive("hand")));
  halve(drawn, Rng(root.derive("random")));
  Study out;
  for (std::size_t i = 0; i < std::max(hand.size(), drawn.size()); ++i) {
    if (i < hand.size()) out.designs.push_back(std::move(hand[i]));
    if (i < drawn.size()) out.designs.push_back(std::move(drawn[i]));
  }
  return out;
}

std::vector<std::vector<TrainRequest>> study_requests(const Battery& battery, const StudyDesign& design,
                                                      std::int64_t seed_set) {
  const auto shape = shape_of(battery);
  const auto sized = solve_sizes(design.genome, shape).genome;
  if (const auto sentence = invalid(sized, shape); !sentence.empty())
    throw ConfigError("battery " + battery.name + " at width " + std::to_string(battery.width) + " does not take \"" +
                      text(design.genome) + "\": " + sentence);
  std::vector<std::vector<TrainRequest>> out;
  for (const auto& task : battery.tasks) {
    auto& row = out.emplace_back();
    for (const auto& setting : task.settings) {
      auto& request = row.emplace_back(train_request(
          battery, setting, text(sized), Seed{}.derive("study").derive(static_cast<std::uint64_t>(seed_set))));
      request.id = study_key(request);
    }
  }
  return out;
}

RateWindows rate_windows(const Battery& battery, const std::vector<const StudyDesign*>& designs, std::int64_t seeds,
                         const StudyLog& log, std::int64_t first) {
  RateWindows out;
  for (const auto* design : designs)
    for (std::int64_t s = first; s < first + seeds; ++s)
      for (const auto& row : study_requests(battery, *design, s))
        for (const auto& request : row) {
          const auto* reply = log.find(request.id);
          if (!reply || reply->record.outcome != Outcome::kOk) continue;
          ++out.trainings;
          out.beyond += reply->record.trainings > static_cast<std::int64_t>(request.grid.size());
          out.better += std::none_of(request.grid.begin(), request.grid.end(), [&](const auto& point) {
            return point.learning_rate == reply->record.learning_rate;
          });
        }
  return out;
}

StudyScore study_score(const Battery& battery, const StudyDesign& design, std::int64_t seeds, const StudyLog& log,
                       std::int64_t first) {
  StudyScore out;
  out.tasks.resize(battery.tasks.size());
  for (const auto& task : battery.tasks) out.settings.emplace_back(task.settings.size());
  for (std::int64_t s = first; s < first + seeds; ++s) {
    std::vector<std::vector<double>> accuracies, seconds;
    bool ok = true;
    for (const auto& row : study_requests(battery, design, s)) {
      accuracies.emplace_back(), seconds.emplace_back();
      for (const auto& request : row) {
        const auto* reply = log.find(request.id);
        ok = ok && reply && reply->record.outcome == Outcome::kOk;
        if (!ok) break;
        accuracies.back().push_back(scored_accuracy(battery, reply->record));
        seconds.back().push_back(reply->record.core_seconds);
      }
    }
    if (!ok) continue;
    const auto score = battery_score(battery, accuracies);
    out.scores.push_back(score.score);
    out.core_seconds.push_back(0);
    for (std::size_t i = 0; i < score.tasks.size(); ++i) {
      out.tasks[i].push_back(score.tasks[i].score);
      for (std::size_t j = 0; j < seconds[i].size(); ++j) {
        out.settings[i][j].scores.push_back(score.tasks[i].settings[j]);
        out.settings[i][j].core_seconds.push_back(seconds[i][j]);
        out.core_seconds.back() += seconds[i][j];
      }
    }
  }
  return out;
}

}  // namespace madsearch
