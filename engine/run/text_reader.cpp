#include "engine/run/text_reader.h"

#include "configs/errors.h"
#include "configs/folder.h"
#include "configs/text.h"
#include "engine/run/setup_file.h"

namespace madsearch {
namespace {

const std::string kData = "text data";

SetupFile from_disk(const std::string& name, ConfigNames& names) {
  const auto file = setup_file(name.ends_with(".yaml") ? names.resolved(name).string() : name, names.configs());
  auto out = read_setup(file, false);
  names.note("setup " + name, Reader::file(file).source());
  names.note_data(kData, {out.options.data, {out.options.files}});
  return out;
}

SetupFile as_it_was(const std::string& name, const ConfigNames& names) {
  const auto setup = names.found().find("setup " + name);
  const auto data = names.found_data(kData);
  if (setup == names.found().end() || !data) throw ConfigError("the run's folder lacks the setup " + in_quotes(name));
  const auto stem = std::filesystem::path(name).stem().string();
  return read_setup(Reader::text(setup->second, stem + ".yaml"), stem, data->path, data->content.files);
}

SetupFile named_setup(Reader& in, ConfigNames& names) {
  const auto name = in.required("setup");
  try {
    return names.stored() ? as_it_was(name, names) : from_disk(name, names);
  } catch (const ConfigError& error) {
    if (std::string(error.what()).find(".yaml:") != std::string::npos) throw;  // the place in the setup's own file
    throw in.error("setup", error.what());
  }
}

}  // namespace

TextOptions read_text(Reader& in, ConfigNames& names) {
  TextOptions out;
  out.times = in.real("times", 1, 0.001, 1000);
  out.file = named_setup(in, names);
  out.setup = in.required("setup");
  if (const auto rates = out.file.options.learning_rates.size(); rates != 1)
    throw in.error("setup", "setup " + in_quotes(out.file.name) + " tries " + std::to_string(rates) +
                                " learning rates by the documents that the search chooses by; beside a battery it "
                                "takes a setup with one");
  return out;
}

}  // namespace madsearch
