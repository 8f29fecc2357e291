#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "configs/errors.h"
#include "engine/run/config.h"
#include "table.h"

namespace madsearch {
namespace {

struct Flags {
  std::vector<std::string> designs;
  std::string data;
  double flops = 3e11, max_epochs = 4, bytes_per_token = 0;
  std::int64_t parameters = 50'000, base_width = 0, repeat = 1, length = 256, batch = 8, seed = 1, vocabulary = 0,
               separator = 0;
  std::vector<double> rates = {1e-3, 3e-3, 9e-3};
  WorkerFlags workers;
  Format format = Format::kText;
};

PretrainRequest request(const Flags& flags, const Design& design, std::size_t index) {
  PretrainRequest r;
  r.id = std::to_string(index);
  r.design = text(design.genome);
  r.data = flags.data;
  r.vocabulary = flags.vocabulary;
  r.separator = flags.separator;
  r.bytes_per_token = flags.bytes_per_token;
  r.flops = flags.flops;
  r.parameters = flags.parameters;
  r.base_width = flags.base_width;
  r.repeat = flags.repeat;
  r.length = flags.length;
  r.batch = flags.batch;
  r.learning_rates = flags.rates;
  r.seed = static_cast<std::uint64_t>(flags.seed);
  r.max_epochs = flags.max_epochs;
  return r;
}

}  // namespace

void add_pretrain(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("pretrain", "Train designs on real text at equal training FLOPs");
  command->add_option("DESIGN", flags->designs, "names, YAML files or texts")->required();
  command->add_option("--data", flags->data, "a folder of texts (*.txt), or of token shards (*.bin)")->required();
  command->add_option("--flops", flags->flops, "training FLOPs of each design's final run")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--parameters", flags->parameters, "of each design, without embeddings; the width follows")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--base-width", flags->base_width,
                   "the width that the design's heads were chosen at: head size stays")
      ->capture_default_str();
  command->add_option("--repeat", flags->repeat, "times the stripe is repeated")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--length", flags->length, "tokens of context")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--batch", flags->batch)->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--learning-rates", flags->rates, "tried at a tenth of the budget each")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--max-epochs", flags->max_epochs, "passes over the text that are allowed")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--vocabulary", flags->vocabulary, "of token shards without a header");
  command->add_option("--separator", flags->separator, "token between documents, in token shards");
  command->add_option("--bytes-per-token", flags->bytes_per_token, "of token shards, for bits per byte");
  command->add_option("--seed", flags->seed)->capture_default_str();
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    std::error_code none;
    if (!std::filesystem::is_directory(flags->data, none)) throw ConfigError("no such folder: " + flags->data);
    flags->data = std::filesystem::absolute(flags->data).string();
    std::vector<Request> requests;
    std::vector<Design> designs;
    for (const auto& name : flags->designs) {
      designs.push_back(find_design(name, configs_folder()));
      requests.push_back(request(*flags, designs.back(), requests.size()));
    }
    Table table({"bits/byte", "recall", "parameters", "width", "tokens", "epochs", "rate", "tuning", "state", "core s",
                 "outcome<", "design<"});
    auto json = nlohmann::ordered_json::array();
    code = 0;
    for (const auto& reply : answers(flags->workers.options(), std::move(requests), "pretraining")) {
      const auto& r = reply_as<PretrainReply>(reply).record;
      if (r.outcome != Outcome::kOk) code = 1;
      table.add({shown("%.4f", r.bits_per_byte), shown("%.4f", r.bits_per_byte_recall), grouped(r.parameters),
                 std::to_string(r.width), grouped(r.tokens), shown("%.2f", r.epochs), shown("%g", r.learning_rate),
                 r.flops > 0 ? shown("%.0f %%", 100 * r.tuning_flops / r.flops) : "", grouped(r.state),
                 shown("%.0f", r.core_seconds),
                 r.outcome == Outcome::kOk ? "ok" : to_text(r.outcome) + ": " + r.message, r.text});
      json.push_back({{"text", r.text},
                      {"outcome", to_text(r.outcome)},
                      {"bits_per_byte", r.bits_per_byte},
                      {"bits_per_byte_recall", r.bits_per_byte_recall},
                      {"parameters", r.parameters},
                      {"width", r.width},
                      {"length", r.length},
                      {"tokens", r.tokens},
                      {"epochs", r.epochs},
                      {"learning_rate", r.learning_rate},
                      {"flops", r.flops},
                      {"tuning_flops", r.tuning_flops},
                      {"state", r.state},
                      {"core_seconds", r.core_seconds},
                      {"message", r.message}});
    }
    std::cout << (flags->format == Format::kJson  ? json.dump(2) + "\n"
                  : flags->format == Format::kCsv ? table.csv()
                                                  : table.text(""));
  });
}

}  // namespace madsearch
