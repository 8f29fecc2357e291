#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "command.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/pretraining_plans.h"
#include "engine/text/separator.h"
#include "numbers.h"
#include "ranges.h"
#include "report.h"
#include "search/architecture/parser.h"
#include "stored.h"
#include "table.h"

namespace madsearch {
namespace {

struct Flags {
  std::vector<std::string> designs;
  PretrainOptions pretrain{.flops = 3e11, .parameters = 50'000, .learning_rates = {1e-3, 3e-3, 9e-3}};
  std::int64_t base_width = 0;
  std::int64_t seed = 1;
  std::string weights;  // a folder for them
  WorkerFlags workers;
  Format format = Format::kText;
};

std::string is_separator(const std::string& text) {
  return Separator::parse(text) ? "" : "must be the id of a token, or none, not " + in_quotes(text);
}

/// "--qk-norm" of "qk_norm".
std::string option_of(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return "--" + key;
}

std::string meaning_of(const std::string& key) {
  static const std::map<std::string, std::string> meanings = {
      {"schedule", "of the learning rate: a cosine, or constant with a decay over the last fifth"},
      {"embeddings", "of input and output: two matrices, or one"},
      {"conv", "short convolutions of sequence mixers"},
      {"qk_norm", "normalised queries and keys"},
  };
  return meanings.at(key);
}

std::filesystem::path weights_of(const std::string& folder, const std::string& hash) {
  return std::filesystem::path(folder) / (hash + ".safetensors");
}

void make_folder(const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw ConfigError("can't make the folder " + folder + ": " + failed.message());
}

PretrainRequest request_of(const Flags& flags, const Design& design, std::size_t index) {
  auto out = pretrain_request(flags.pretrain, flags.base_width, static_cast<std::uint64_t>(flags.seed));
  out.id = std::to_string(index);
  out.design = expanded_text(design.genome);
  out.data = std::filesystem::absolute(flags.pretrain.data).string();
  if (!flags.weights.empty())
    out.weights = std::filesystem::absolute(weights_of(flags.weights, hash(design.genome))).string();
  return out;
}

std::vector<PretrainingRecord> pretrain(const Flags& flags) {
  std::error_code none;
  if (!std::filesystem::is_directory(flags.pretrain.data, none))
    throw ConfigError("no such folder: " + flags.pretrain.data);
  if (!flags.weights.empty()) make_folder(flags.weights);
  std::vector<Request> requests;
  for (const auto& name : flags.designs)
    requests.push_back(request_of(flags, find_design(name, configs_folder()), requests.size()));
  std::vector<PretrainingRecord> out;
  for (const auto& reply : answers(flags.workers.options(), std::move(requests), "pretraining"))
    out.push_back(reply_as<PretrainReply>(reply).record);
  return out;
}

Record facts(const PretrainingRecord& pretraining) {
  Record out;
  add_fields(out, pretraining);
  out.set("text", short_text(pretraining.text));
  return out;
}

Value tuning(const Record& pretraining) {
  const auto flops = pretraining.at("flops").number();
  return flops > 0 ? Value(pretraining.at("tuning_flops").number() / flops) : Value();
}

std::string outcome_text(const Record& pretraining) {
  const auto& outcome = pretraining.at("outcome").text();
  return outcome == to_text(Outcome::kOk) ? outcome : outcome + ": " + pretraining.at("message").text();
}

Report report(const std::vector<PretrainingRecord>& pretrainings) {
  std::vector<Record> rows;
  for (const auto& pretraining : pretrainings) rows.push_back(facts(pretraining));
  const Table table({{"bits/byte", "bits_per_byte", number("%.4f")},
                     {"recall", "bits_per_byte_recall", number("%.4f")},
                     {"of targets", "recall_share", percent("%.1f %%")},
                     {"parameters", "parameters", in_groups()},
                     {"width", "width"},
                     {"tokens", "tokens", in_groups()},
                     {"epochs", "epochs", number("%.2f")},
                     {"rate", "learning_rate", number("%g")},
                     {"tuning", tuning, percent()},
                     {"state", "state", in_groups()},
                     {"core s", "core_seconds", number("%.0f")},
                     {"outcome<", outcome_text},
                     {"design<", "text"}},
                    rows);
  return {rows, table.text("") + "one run of each: no interval\n", table.csv()};
}

int pretrain_command(const Flags& flags) {
  const auto pretrainings = pretrain(flags);
  print(report(pretrainings), flags.format);
  for (const auto& pretraining : pretrainings)
    if (!flags.weights.empty() && pretraining.outcome == Outcome::kOk)
      say("weights of " + short_text(pretraining.text) + ": " + weights_of(flags.weights, pretraining.hash).string());
  const bool any_ok = std::any_of(pretrainings.begin(), pretrainings.end(),
                                  [](const auto& pretraining) { return pretraining.outcome == Outcome::kOk; });
  return any_ok ? 0 : 1;
}

}  // namespace

void add_pretrain(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("pretrain", "Train designs on real text at equal training FLOPs");
  command->add_option("DESIGN", flags->designs, "names, files (YAML, config.json) or texts")->required();
  command->add_option("--data", flags->pretrain.data, "a folder of texts (*.txt), or of token shards (*.bin)")
      ->required();
  command->add_option("--flops", flags->pretrain.flops, "training FLOPs of each design's final run")
      ->check(numbers(1, 1e30))
      ->capture_default_str();
  command
      ->add_option("--parameters", flags->pretrain.parameters, "of each design, without embeddings; the width follows")
      ->check(integers(1, 1'000'000'000'000))
      ->capture_default_str();
  command
      ->add_option("--base-width", flags->base_width,
                   "the width that the heads were chosen at; a wider model gets more heads of the same size")
      ->check(integers(0, 65'536))
      ->capture_default_str();
  command->add_option("--repeat", flags->pretrain.repeat, "times the stripe is repeated")
      ->check(integers(1, 64))
      ->capture_default_str();
  command->add_option("--length", flags->pretrain.length, "tokens of context")
      ->check(integers(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--batch", flags->pretrain.batch, "sequences of a step")
      ->check(integers(1, kMostBatch))
      ->capture_default_str();
  command->add_option("--learning-rates", flags->pretrain.learning_rates, "tried at --tuning of the budget each")
      ->delimiter(',')
      ->check(numbers(1e-9, 10))
      ->capture_default_str();
  command->add_option("--tuning", flags->pretrain.setup.tuning, "share of the budget with which a rate is tried")
      ->check(numbers(0.001, 1))
      ->capture_default_str();
  for (const auto& [key, value, words] : setup_words())
    command->add_option(option_of(key), flags->pretrain.setup.*value, meaning_of(key))
        ->check(CLI::IsMember(words))
        ->capture_default_str();
  command->add_option("--max-epochs", flags->pretrain.max_epochs, "passes over the text that are allowed")
      ->check(numbers(1e-6, 1e6))
      ->capture_default_str();
  command->add_option("--vocabulary", flags->pretrain.vocabulary, "of token shards without a header")
      ->check(integers(1, 1 << 30));
  command->add_option("--separator", flags->pretrain.separator, "token between documents, in token shards")
      ->check(is_separator, "ID or none");
  command->add_option("--bytes-per-token", flags->pretrain.bytes_per_token, "of token shards, for bits per byte")
      ->check(numbers(0.01, 1000));
  command->add_option("--seed", flags->seed, "of weights and order")
      ->check(integers(INT64_MIN, kMostSeed))
      ->capture_default_str();
  command->add_option("--keep-weights", flags->weights, "a folder for what is trained, as safetensors files");
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = pretrain_command(*flags); });
}

}  // namespace madsearch
