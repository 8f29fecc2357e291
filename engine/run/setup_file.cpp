#include "engine/run/setup_file.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "configs/folder.h"
#include "configs/reader.h"
#include "engine/run/config_names.h"
#include "engine/run/settings.h"

namespace madsearch {
namespace {

constexpr std::string_view kSection = "pretrain.";

/// Reads of all settings those that say how designs are pretrained.
class SetupReading {
 public:
  explicit SetupReading(Reader& in) : in_(in) {}

  void operator()(const std::string& key, Decides decides, std::int64_t& value, const Whole& how) {
    if (is_asked(key, decides)) value = in_.integer(last(key), how.otherwise, how.least, how.most);
  }
  void operator()(const std::string& key, Decides decides, double& value, const Real& how) {
    if (is_asked(key, decides)) value = in_.real(last(key), how.otherwise, how.least, how.most);
  }
  void operator()(const std::string& key, Decides decides, std::vector<double>& value, const Reals& how) {
    if (is_asked(key, decides)) value = in_.reals(last(key), how.otherwise, how.least, how.most);
  }
  void operator()(const std::string& key, Decides decides, std::string& value, const Text& how) {
    if (is_asked(key, decides)) value = in_.string(last(key), how.otherwise);
  }
  template <class T, class How>
  void operator()(const std::string&, Decides, T&, const How&) {}

 private:
  /// `repeat` follows from the blocks.
  static bool is_asked(const std::string& key, Decides decides) {
    return decides == Decides::kPretraining && key.starts_with(kSection) && key != "pretrain.repeat";
  }
  static std::string last(const std::string& key) { return key.substr(kSection.size()); }

  Reader& in_;
};

void read_data(Reader& in, const std::filesystem::path& file, bool may_be_gone, PretrainOptions& out) {
  ConfigNames names(file, configs_folder());
  const auto written = in.string("content", "");
  const auto of_log = in.string("content_of_log", written);
  std::error_code none;
  if (may_be_gone && !of_log.empty() && !std::filesystem::exists(names.resolved(in.required("data")), none)) {
    out.content = of_log;
    return;
  }
  in.required("data");
  const auto data = names.data(in, "data");
  out.data = data.path;
  out.files = data.content.files;
  out.content = data.content.hash();
  if (!written.empty() && written != out.content)
    throw in.error("content", "the data has content " + out.content + ": it is not what this setup was made for");
}

/// What a setup says; `read_data` sets where its data is.
template <class ReadData>
SetupFile read(Reader in, const std::string& name, const ReadData& read_data) {
  RunConfig config;
  SetupReading reading(in);
  settings(config, reading);
  SetupFile out;
  out.name = name;
  out.options = config.pretrain;
  out.options.members = 1;
  out.blocks = in.integer("blocks", 8, 1, 64);
  out.base_width = in.integer("base_width", 0, 0, 65'536);
  read_data(in, out.options);
  in.finish();
  check_pretraining(in, out.options);
  return out;
}

}  // namespace

std::filesystem::path setup_file(const std::string& name_or_path, const std::filesystem::path& configs) {
  return named_file("setup", "setups", name_or_path, configs);
}

SetupFile read_setup(const std::filesystem::path& file, bool data_may_be_gone) {
  return read(Reader::file(file), file.stem().string(),
              [&](Reader& in, PretrainOptions& options) { read_data(in, file, data_may_be_gone, options); });
}

SetupFile read_setup(Reader in, const std::string& name, const std::string& data, const std::string& files) {
  return read(std::move(in), name, [&](Reader& setup, PretrainOptions& options) {
    setup.strings("data", {});
    setup.string("content", "");
    setup.string("content_of_log", "");
    options.data = data;
    options.files = files;
    options.content = DataContent{files}.hash();
  });
}

PretrainRequest setup_request(const SetupFile& setup, const Genome& design, std::int64_t seed_set) {
  const auto seed = Seed{}.derive("setup").derive(static_cast<std::uint64_t>(seed_set));
  auto out = pretrain_request(setup.options, setup.base_width, seed.value);
  const auto stripe = static_cast<double>(block_count(design));
  out.repeat = std::max<std::int64_t>(1, std::lround(static_cast<double>(setup.blocks) / stripe));
  out.design = expanded_text(design);
  return out;
}

}  // namespace madsearch
