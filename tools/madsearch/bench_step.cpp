#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "command.h"
#include "configs/errors.h"
#include "engine/run/config.h"
#include "primitives/table.h"
#include "search/architecture/parser.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct StepFlags {
  std::vector<std::string> designs, primitives;  // both empty: every primitive
  std::vector<std::int64_t> lengths = {64, 256, 1024, 256, 2048}, batches = {32, 32, 32, 4, 4};
  std::int64_t width = 64, threads = 1, steps = 5;
  WorkerFlags workers;
  Format format = Format::kText;
};

/// A primitive beside the other kind of block, four blocks in all.
std::string stripe_of(const std::string& name) {
  const auto* primitive = find_primitive(name);
  std::vector<std::string> names;
  for (const auto& p : primitives()) names.push_back(p.name);
  if (!primitive) throw ConfigError("unknown primitive \"" + name + "\"" + did_you_mean(name, names));
  return primitive->kind == Kind::kSequence ? "[" + name + " swiglu]x2" : "[attention " + name + "]x2";
}

/// Time at the longest length over time at the shortest with the same batch; nothing where there is one length only.
std::optional<double> growth(const std::vector<BenchRow>& rows, const BenchRow& row) {
  const BenchRow* shortest = &row;
  for (const auto& other : rows)
    if (other.design == row.design && other.batch == row.batch && other.length < shortest->length) shortest = &other;
  return shortest == &row ? std::nullopt : std::optional(row.milliseconds / shortest->milliseconds);
}

void bench_step_command(StepFlags flags) {
  if (flags.batches.size() == 1) flags.batches.resize(flags.lengths.size(), flags.batches[0]);
  if (flags.batches.size() != flags.lengths.size())
    throw ConfigError("--batch takes one number, or one for each --length");
  std::vector<std::string> designs;
  for (const auto& name : flags.designs) designs.push_back(text(find_design(name, configs_folder()).genome));
  if (designs.empty() && flags.primitives.empty())
    for (const auto& primitive : primitives()) flags.primitives.push_back(primitive.name);
  for (const auto& name : flags.primitives)
    if (auto design = text(parse(stripe_of(name))); std::find(designs.begin(), designs.end(), design) == designs.end())
      designs.push_back(std::move(design));
  std::vector<Request> requests;
  for (std::size_t i = 0; i < flags.lengths.size(); ++i) {
    requests.push_back(BenchRequest{.id = std::to_string(i),
                                    .designs = designs,
                                    .width = flags.width,
                                    .length = flags.lengths[i],
                                    .batch = flags.batches[i],
                                    .steps = flags.steps});
  }
  auto workers = flags.workers.options();
  workers.devices.resize(1);
  workers.slots_per_device = 1;
  if (flags.threads > 1) workers.command += " --threads " + std::to_string(flags.threads);
  std::vector<BenchRow> rows;
  double peak = 0;
  for (const auto& reply : answers(workers, requests, "timing")) {
    const auto& benched = reply_as<BenchReply>(reply);
    peak = std::max(peak, benched.peak_gflops);
    rows.insert(rows.end(), benched.rows.begin(), benched.rows.end());
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    const auto place = [&](const BenchRow& row) { return std::find(designs.begin(), designs.end(), row.design); };
    return place(a) < place(b);
  });
  Json out = {{"peak_gflops", peak}, {"rows", Json::array()}};
  Table table({"design<", "length", "batch", "ms/step", "GFLOP/s", "of peak", "of attention", "growth", "peak MiB"});
  for (const auto& r : rows) {
    const auto grown = growth(rows, r);
    out["rows"].push_back({{"design", r.design},
                           {"width", r.width},
                           {"length", r.length},
                           {"batch", r.batch},
                           {"milliseconds", r.milliseconds},
                           {"gflops", r.gflops},
                           {"share_of_peak", r.share_of_peak},
                           {"ratio_to_attention", r.ratio_to_attention},
                           {"growth", grown ? Json(*grown) : Json(nullptr)},
                           {"peak_memory_mib", r.peak_memory_mib}});
    table.add({r.design, std::to_string(r.length), std::to_string(r.batch), shown("%.2f", r.milliseconds),
               shown("%.1f", r.gflops), shown("%.0f %%", 100 * r.share_of_peak), shown("%.2f", r.ratio_to_attention),
               grown ? shown("%.1f", *grown) : "", shown("%.0f", r.peak_memory_mib)});
  }
  if (flags.format == Format::kJson)
    std::cout << out.dump(2) << "\n";
  else if (flags.format == Format::kCsv)
    std::cout << table.csv();
  else
    std::cout << "training steps (forward, loss, backward, AdamW) at width " << flags.width
              << ", one device slot; matrix product peak " << shown("%.1f", peak)
              << " GFLOP/s\nof peak: 6 N a token + 12 L² D a full attention layer; of attention: of transformer++ of "
                 "as many blocks; growth: from the shortest length "
                 "of the same batch\n"
              << table.text();
}

}  // namespace

void add_bench_step(CLI::App& bench, int& code) {
  auto step = std::make_shared<StepFlags>();
  auto* steps = bench.add_subcommand("step", "Training steps of designs, beside transformer++ of the same shape");
  steps->add_option("DESIGN", step->designs, "names, YAML files or texts (default: every primitive)");
  steps->add_option("--primitives", step->primitives, "each as [X swiglu]x2, a channel mixer as [attention X]x2")
      ->delimiter(',');
  steps->add_option("--width", step->width)->check(CLI::Range(4, 65536))->capture_default_str();
  steps->add_option("--length", step->lengths, "one or more")
      ->delimiter(',')
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  steps->add_option("--batch", step->batches, "one, or one for each length")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  steps->add_option("--threads", step->threads, "of the worker on a CPU")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  steps->add_option("--steps", step->steps)->check(CLI::PositiveNumber)->capture_default_str();
  add_workers(*steps, step->workers);
  add_format(*steps, step->format);
  steps->callback([step, &code] { bench_step_command(*step), code = 0; });
}

}  // namespace madsearch
