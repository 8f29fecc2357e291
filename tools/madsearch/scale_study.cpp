#include "scale_study.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/pretraining_design.h"
#include "logged_pretrainings.h"
#include "search/architecture/designs.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr double kFlopsOfAToken = 6;    // of training, a parameter: what sizes are placed by; the plan counts exactly
constexpr double kFarFromTarget = 1.5;  // sizes that the design can't be made near to are left out

/// One model of a design, to be trained once a seed set.
struct Model {
  std::size_t design = 0;
  double flops = 0;
  std::int64_t parameters = 0;  // those that it gets
  double asked = 0;             // of an over-trained one
  std::vector<std::string> keys;
};

class Study {
 public:
  explicit Study(const ScaleFlags& flags) : flags_(flags), log_(flags.log) {
    out_.setup = read_setup(setup_file(flags.setup, configs_folder()), flags.stored);
    std::set<std::string> seen;
    for (const auto& name : flags.designs) {
      designs_.push_back(find_design(name, configs_folder()));
      const auto& genome = designs_.back().genome;
      out_.designs.push_back({hash(genome), text(genome), {}, {}});
      if (!seen.insert(out_.designs.back().hash).second) throw ConfigError(in_quotes(name) + " is asked for twice");
    }
  }

  ScaleStudy made() {
    const auto sizes = all_sizes();
    train(sizes);
    for (std::size_t i = 0; i < designs_.size(); ++i)
      out_.designs[i].scaling = scaling(points_of(i, sizes), Seed{}.derive("scaling"));
    const auto longer = all_over_trained();
    train(longer);
    for (const auto& model : longer) add_over_trained(model);
    return std::move(out_);
  }

 private:
  /// The model whose parameters come nearest to `parameters`; nothing, and why on stderr, if none comes near.
  std::optional<Model> model(std::size_t design, double flops, double parameters) {
    Model out{design, flops, 0, 0, {}};
    for (std::int64_t s = 0; s < flags_.seeds; ++s) {
      auto request = setup_request(out_.setup, designs_[design].genome, s);
      request.flops = flops;
      request.parameters = std::max<std::int64_t>(1, std::llround(parameters));
      try {
        out.parameters = pretraining_design(request).parameters;
        const auto ratio = static_cast<double>(out.parameters) / parameters;
        if (ratio > kFarFromTarget || ratio < 1 / kFarFromTarget)
          throw std::invalid_argument("the nearest size has " + std::to_string(out.parameters));
      } catch (const std::invalid_argument& error) {
        std::cerr << "left out: " << out_.designs[design].text << " of " << request.parameters
                  << " parameters: " << error.what() << "\n";
        return {};
      }
      request.id = pretraining_key(request, out_.setup.options.content);
      out.keys.push_back(request.id);
      asked_.push_back({std::move(request), s});
    }
    return out;
  }

  /// Every design at every budget, from its largest to its smallest model, no size twice.
  std::vector<Model> all_sizes() {
    std::vector<Model> out;
    for (std::size_t i = 0; i < designs_.size(); ++i)
      for (const double flops : flags_.budgets) {
        std::set<std::int64_t> sizes;
        for (std::int64_t k = 0; k < flags_.sizes; ++k) {
          const auto share = static_cast<double>(k) / static_cast<double>(flags_.sizes - 1);
          const auto ratio = flags_.ratios[0] * std::pow(flags_.ratios[1] / flags_.ratios[0], share);
          if (auto one = model(i, flops, std::sqrt(flops / kFlopsOfAToken / ratio));
              one && sizes.insert(one->parameters).second)
            out.push_back(std::move(*one));
        }
      }
    return out;
  }

  std::vector<Model> all_over_trained() {
    std::vector<Model> out;
    for (std::size_t i = 0; i < designs_.size(); ++i)
      for (const auto& budget : out_.designs[i].scaling.budgets) {
        if (!budget.why.empty()) continue;
        for (const double times : flags_.over)
          if (auto one = model(i, budget.flops, rounded(budget.parameters.value / std::sqrt(times)))) {
            one->asked = times;
            out.push_back(std::move(*one));
          }
      }
    return out;
  }

  /// To two digits, so that another seed set, which moves the optimum a little, asks for the same model.
  static double rounded(double value) {
    const auto unit = std::pow(10, std::floor(std::log10(value)) - 1);
    return std::round(value / unit) * unit;
  }

  void train(const std::vector<Model>& models) {
    std::set<std::string> wanted;
    for (const auto& model : models) wanted.insert(model.keys.begin(), model.keys.end());
    std::erase_if(asked_, [&](const auto& one) { return !wanted.contains(one.request.id); });
    const auto missing = missing_in(log_, asked_);
    asked_.clear();
    if (!missing.empty() && !flags_.stored) pretrain_logged(missing, out_.setup.name, flags_.workers.options(), log_);
    for (const auto& one : missing) {
      const auto* record = log_.find(one.request.id);
      if (!record || record->outcome != Outcome::kOk) ++out_.missing;
    }
  }

  std::vector<ScalingPoint> trained(const Model& model) const {
    std::vector<ScalingPoint> out;
    for (const auto& key : model.keys) {
      const auto* record = log_.find(key);
      if (!record || !record->bits_per_byte) continue;
      out.push_back({model.flops, static_cast<double>(record->parameters), static_cast<double>(record->tokens),
                     static_cast<double>(record->state), *record->bits_per_byte});
    }
    return out;
  }

  std::vector<ScalingPoint> points_of(std::size_t design, const std::vector<Model>& models) const {
    std::vector<ScalingPoint> out;
    for (const auto& model : models) {
      if (model.design != design) continue;
      const auto points = trained(model);
      out.insert(out.end(), points.begin(), points.end());
    }
    return out;
  }

  void add_over_trained(const Model& model) {
    const auto points = trained(model);
    if (points.empty()) return;
    auto& design = out_.designs[model.design];
    const auto& budgets = design.scaling.budgets;
    const auto& best = *std::find_if(budgets.begin(), budgets.end(), [&](auto& it) { return it.flops == model.flops; });
    OverTrained out{model.flops, model.asked, 0, 0, points[0].parameters, points[0].tokens, 0};
    out.times = out.tokens / out.parameters / (best.tokens.value / best.parameters.value);
    for (const auto& point : points) out.bits += point.bits / static_cast<double>(points.size());
    out.behind = out.bits - best.bits.value;
    design.over.push_back(out);
  }

  const ScaleFlags& flags_;
  PretrainingLog log_;
  std::vector<Design> designs_;
  std::vector<LoggedPretraining> asked_;
  ScaleStudy out_;
};

}  // namespace

ScaleStudy scale_study(const ScaleFlags& flags) { return Study(flags).made(); }

}  // namespace madsearch
