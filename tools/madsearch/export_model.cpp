#include "export_model.h"

#include <fstream>
#include <map>
#include <stdexcept>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/export/pytorch.h"
#include "engine/export/weights.h"
#include "report.h"
#include "search/architecture/designs.h"
#include "search/architecture/scale.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kBytes = 256;   // the vocabulary of texts
constexpr std::int64_t kLength = 256;  // as pretraining has it
constexpr const char* kWeights = "model.safetensors";

/// Files of a folder that comes to be with all of them or not at all.
void write_folder(const fs::path& folder, const std::map<std::string, std::string>& texts, const fs::path& weights) {
  std::error_code none;
  if (fs::exists(folder, none) && !fs::is_empty(folder, none))
    throw ConfigError(folder.string() + " is there already; name a folder to make");
  const auto aside = fs::path(folder.lexically_normal().string() + ".new");
  try {
    fs::remove_all(aside);
    fs::create_directories(aside);
    for (const auto& [name, text] : texts) {
      std::ofstream file(aside / name);
      file << text << std::flush;
      if (!file) throw ConfigError("can't write " + (aside / name).string());
    }
    if (!weights.empty()) fs::copy_file(weights, aside / kWeights);
    fs::remove(folder);
    fs::rename(aside, folder);
  } catch (const fs::filesystem_error& error) {
    throw ConfigError("can't write " + folder.string() + ": " + error.code().message());
  }
}

ExportedModel scaled(const Design& design, const ExportOptions& options) {
  const auto genome = options.stages > 0 ? repeated(design, options.stages) : design.genome;
  const auto length = options.length > 0 ? options.length : kLength;
  const auto width = options.width > 0 ? options.width : options.design_width;
  try {
    const auto at = at_width(genome, options.base_width, width, length);
    if (!at.note.empty()) say("at width " + std::to_string(width) + ": " + at.note);
    return {.genome = at.genome,
            .width = width,
            .vocabulary = options.vocabulary > 0 ? options.vocabulary : kBytes,
            .length = length};
  } catch (const std::invalid_argument& error) {
    throw ConfigError("design " + in_quotes(design.name) + " at width " + std::to_string(width) + ": " + error.what());
  }
}

}  // namespace

void export_safetensors(const Design& design, const ExportOptions& options) {
  if (options.weights.empty()) throw ConfigError("no weights of " + design.name + options.without_weights);
  if (options.resized()) throw ConfigError("weights have the size that they were trained at: leave out other sizes");
  write_folder(options.out, {{"config.json", config_json(model_of_weights(options.weights))}}, options.weights);
}

void export_pytorch(const Design& design, const ExportOptions& options) {
  const bool trained = !options.weights.empty() && !options.resized();
  if (!options.weights.empty() && !trained) say("without weights: they have another size");
  const auto model = trained ? model_of_weights(options.weights) : scaled(design, options);
  write_folder(options.out, pytorch_files(model), trained ? options.weights : fs::path());
}

}  // namespace madsearch
