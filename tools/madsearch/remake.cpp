#include "remake.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "configs/folder.h"
#include "configs/shell.h"
#include "engine/run/directory.h"
#include "engine/run/pretraining_plans.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

/// The fewest digits that give this number again: 0.009.
std::string shortest(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

/// Options of a command line.
class Line {
 public:
  explicit Line(const std::string& begin) { out_ << begin; }
  void add(const std::string& option, const std::string& value) { out_ << " --" << option << " " << shell_word(value); }
  void add(const std::string& option, std::int64_t value) { out_ << " --" << option << " " << value; }
  void add(const std::string& option, double value) { out_ << " --" << option << " " << shortest(value); }
  void add(const std::string& option, const std::vector<double>& values) {
    out_ << " --" << option << " ";
    for (std::size_t i = 0; i < values.size(); ++i) out_ << (i ? "," : "") << shortest(values[i]);
  }
  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
};

/// What differs from the defaults.
void add_setup(Line& out, const PretrainSetup& setup) {
  for (const auto& [key, value, words] : setup_words()) {
    std::string option = key;
    std::replace(option.begin(), option.end(), '_', '-');
    if (setup.*value != words.front()) out.add(option, setup.*value);
  }
  if (setup.tuning != PretrainSetup().tuning) out.add("tuning", setup.tuning);
}

/// The rate that the candidate was pretrained at, else those to try.
std::vector<double> rates_of(const Store& store, const PretrainRequest& request, const std::string& hash) {
  for (const auto& record : store.pretrainings())
    if (record.hash == hash && record.learning_rate) return {*record.learning_rate};
  return request.learning_rates;
}

}  // namespace

std::string command_that_makes_weights(const Store& store, const std::filesystem::path& folder,
                                       const CandidateRecord& candidate) {
  const auto config = stored_run(store, folder, configs_folder());
  const auto request = pretrain_request(config, candidate.hash, candidate.text);
  Line out("madsearch pretrain " + shell_word(short_text(candidate.text)));
  out.add("data", request.data.empty() ? std::string("FOLDER OF TEXTS") : request.data);
  if (request.flops > 0) out.add("flops", request.flops);
  if (request.parameters > 0) out.add("parameters", request.parameters);
  out.add("base-width", request.base_width);
  out.add("repeat", request.repeat);
  out.add("length", request.length);
  out.add("batch", request.batch);
  out.add("learning-rates", rates_of(store, request, candidate.hash));
  add_setup(out, request.setup);
  out.add("max-epochs", request.max_epochs);
  if (request.vocabulary > 0) out.add("vocabulary", request.vocabulary);
  if (!request.separator.empty()) out.add("separator", request.separator);
  if (request.bytes_per_token > 0) out.add("bytes-per-token", request.bytes_per_token);
  out.add("seed", static_cast<std::int64_t>(request.seed));
  out.add("keep-weights", (folder / "weights").string());
  return out.text();
}

}  // namespace madsearch
