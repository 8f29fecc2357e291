#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "bench.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "search/architecture/parser.h"
#include "tools/madsearch/command.h"
#include "tools/madsearch/named.h"
#include "tools/madsearch/numbers.h"
#include "tools/madsearch/ranges.h"
#include "tools/madsearch/report.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

struct Flags {
  std::vector<std::string> designs, primitives;  // both empty: every primitive
  std::vector<std::int64_t> lengths = {64, 256, 1024, 256, 2048}, batches = {32, 32, 32, 4, 4};
  std::int64_t width = 64;
  std::int64_t replicas = 1;
  std::int64_t threads = 1;
  std::int64_t steps = 5;
  WorkerFlags workers;
  Format format = Format::kText;
};

/// A primitive beside the other kind of block, four blocks in all.
std::string stripe_of(const Primitive& primitive) {
  return primitive.kind == Kind::kSequence ? "[" + primitive.name + " swiglu]x2"
                                           : "[attention " + primitive.name + "]x2";
}

/// Texts of the designs that are timed, each once.
std::vector<std::string> designs_of(const Flags& flags) {
  std::vector<std::string> out;
  for (const auto& name : flags.designs) out.push_back(expanded_text(find_design(name, configs_folder()).genome));
  const bool all = flags.designs.empty() && flags.primitives.empty();
  for (const auto& name : all ? primitive_names() : flags.primitives) {
    auto design = expanded_text(parse(stripe_of(primitive_named(name))));
    if (std::find(out.begin(), out.end(), design) == out.end()) out.push_back(std::move(design));
  }
  return out;
}

/// A request for each length, with its batch.
std::vector<Request> requests_of(const Flags& flags, const std::vector<std::string>& designs) {
  auto batches = flags.batches;
  if (batches.size() == 1) batches.resize(flags.lengths.size(), batches[0]);
  if (batches.size() != flags.lengths.size()) throw ConfigError("--batch takes one number, or one for each --length");
  std::vector<Request> out;
  for (std::size_t i = 0; i < flags.lengths.size(); ++i)
    out.push_back(BenchRequest{.id = std::to_string(i),
                               .designs = designs,
                               .width = flags.width,
                               .length = flags.lengths[i],
                               .batch = batches[i],
                               .replicas = flags.replicas,
                               .steps = flags.steps});
  return out;
}

struct Timings {
  double peak_gflops = 0;
  std::vector<BenchRow> rows;  // by design, as they were asked for
};

Timings time(const Flags& flags) {
  const auto designs = designs_of(flags);
  auto workers = flags.workers.one_slot();
  if (flags.threads > 1) workers.pools.front().command += " --threads " + std::to_string(flags.threads);
  Timings out;
  for (const auto& reply : answers(workers, requests_of(flags, designs), "timing")) {
    const auto& timed = reply_as<BenchReply>(reply);
    out.peak_gflops = std::max(out.peak_gflops, timed.peak_gflops);
    out.rows.insert(out.rows.end(), timed.rows.begin(), timed.rows.end());
  }
  const auto place = [&](const BenchRow& row) { return std::find(designs.begin(), designs.end(), row.design); };
  std::stable_sort(out.rows.begin(), out.rows.end(),
                   [&](const auto& one, const auto& other) { return place(one) < place(other); });
  return out;
}

/// Time at the longest length over time at the shortest with the same batch; nothing where there is one length only.
std::optional<double> growth(const std::vector<BenchRow>& rows, const BenchRow& row) {
  const BenchRow* shortest = &row;
  for (const auto& other : rows)
    if (other.design == row.design && other.batch == row.batch && other.length < shortest->length) shortest = &other;
  return shortest == &row ? std::nullopt : std::optional(row.milliseconds / shortest->milliseconds);
}

Record facts(const BenchRow& row, std::optional<double> growth) {
  return {{"design", short_text(row.design)},
          {"width", row.width},
          {"length", row.length},
          {"batch", row.batch},
          {"milliseconds", row.milliseconds},
          {"gflops", row.gflops},
          {"share_of_peak", row.share_of_peak},
          {"ratio_to_attention", row.ratio_to_attention},
          {"growth", growth},
          {"peak_memory_mib", row.peak_memory_mib},
          {"predicted_mib", row.predicted_mib}};
}

Report report(const Timings& timings, const Flags& flags) {
  std::vector<Record> rows;
  for (const auto& row : timings.rows) rows.push_back(facts(row, growth(timings.rows, row)));
  const Table table({{"design<", "design"},
                     {"length", "length"},
                     {"batch", "batch"},
                     {"ms/step", "milliseconds", number("%.2f")},
                     {"GFLOP/s", "gflops", number("%.1f")},
                     {"of peak", "share_of_peak", percent()},
                     {"of attention", "ratio_to_attention", number("%.2f")},
                     {"growth", "growth", number("%.1f")},
                     {"peak MiB", "peak_memory_mib", number("%.0f")},
                     {"predicted", "predicted_mib", number("%.0f")}},
                    rows);
  return {Record{{"peak_gflops", timings.peak_gflops}, {"rows", rows}},
          "training steps (forward, loss, backward, AdamW) at width " + std::to_string(flags.width) + ", " +
              counted(flags.replicas, "replica") + ", one device slot; matrix product peak " +
              shown("%.1f", timings.peak_gflops) +
              " GFLOP/s\nof peak: 6 N a token + 12 L² D a full attention layer; of attention: of transformer++ of as "
              "many blocks; growth: from the shortest length of the same batch\n" +
              table.text(),
          table.csv()};
}

}  // namespace

void add_bench_step(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = bench.add_subcommand("step", "Training steps of designs, beside transformer++ of the same shape");
  command->add_option("DESIGN", flags->designs, "names, files (YAML, config.json) or texts (default: every primitive)");
  command->add_option("--primitives", flags->primitives, "each as [X swiglu]x2, a channel mixer as [attention X]x2")
      ->delimiter(',');
  command->add_option("--width", flags->width, "channels of the model")
      ->check(integers(4, 65536))
      ->capture_default_str();
  command->add_option("--length", flags->lengths, "tokens of a sequence, one number or more")
      ->delimiter(',')
      ->check(integers(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--batch", flags->batches, "sequences of a step, one number or one for each length")
      ->delimiter(',')
      ->check(integers(1, kMostBatch))
      ->capture_default_str();
  command->add_option("--replicas", flags->replicas, "copies with weights of their own, trained at once")
      ->check(integers(1, 64))
      ->capture_default_str();
  command->add_option("--threads", flags->threads, "threads of the worker on a CPU")
      ->check(integers(1, 256))
      ->capture_default_str();
  command->add_option("--steps", flags->steps, "steps that are timed; their median is shown")
      ->check(integers(1, kMostSteps))
      ->capture_default_str();
  add_one_worker(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    print(report(time(*flags), *flags), flags->format);
    code = 0;
  });
}

}  // namespace madsearch
