#include "engine/export/weights.h"

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/export/safetensors.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr const char* kTied = "tied";

}  // namespace

std::map<std::string, std::string> to_metadata(const ExportedModel& model) {
  return {{"format", "pt"},  // as transformers wants it
          {"design", expanded_text(model.genome)},
          {"width", std::to_string(model.width)},
          {"vocabulary", std::to_string(model.vocabulary)},
          {"length", std::to_string(model.length)},
          {"norm", model.norm},
          {"embeddings", model.tied ? kTied : "untied"}};
}

ExportedModel model_of_weights(const std::filesystem::path& file) {
  const auto metadata = safetensors_metadata(file);
  const auto text = [&](const std::string& key) {
    const auto found = metadata.find(key);
    if (found == metadata.end())
      throw ConfigError(file.string() + " holds no weights of madsearch: its metadata lacks \"" + key + "\"");
    return found->second;
  };
  const auto number = [&](const std::string& key) {
    const auto out = integer_of(text(key));
    if (!out || *out < 1) throw ConfigError(file.string() + ": \"" + key + "\" is no size");
    return *out;
  };
  return {.genome = parse_expanded(text("design"), file.string()),
          .width = number("width"),
          .vocabulary = number("vocabulary"),
          .length = number("length"),
          .norm = text("norm"),
          .tied = text("embeddings") == kTied};
}

}  // namespace madsearch
