#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "engine/run/data_content.h"
#include "mad_tasks/battery.h"
#include "search/architecture/designs.h"
#include "search/architecture/templates/template.h"

namespace madsearch {

/// What a configuration was read from: its own text under "config", that of what it names under "battery quick",
/// "design mine.yaml", "front runs/night", which folder of `data` was taken under "data", its files under "data files",
/// of a text beside the battery under "setup tiny", "text data" and "text data files"; a line "NAME<tab>TEXT",
/// expanded, for each design under "expanded mine.yaml", "fillings 4 [? swiglu]x3" and "results runs/night front "; a
/// template of the space, expanded, under "template [? swiglu]x3"; what was imported of a former run, or why nothing,
/// as imports.h says. A run's store keeps it, so that the run can be read again without anything outside its folder,
/// and means the same under a release with more knobs.
using Inputs = std::map<std::string, std::string>;

/// Fills a template so many times, all different, or as often as it can; `all`: throws where there are fewer.
/// Throws ConfigError where there is none.
using FillTemplate = std::function<std::vector<Genome>(const std::string& text, std::size_t times, bool all)>;

/// Looks up what a run's configuration names: files, batteries, designs and entries of fixed lists. All errors are
/// ConfigErrors that show the place of the name in the file.
class ConfigNames {
 public:
  /// Looks on the disk. `file`: the configuration; `configs`: the folder of the shipped batteries and designs.
  ConfigNames(std::filesystem::path file, std::filesystem::path configs);
  /// The same for a folder of before runs kept what they were read from: shipped batteries are those of then, which
  /// have been called NAME-0.1 since. `data_may_be_gone`: of a run that trained on it before.
  static ConfigNames of_first_release(std::filesystem::path file, std::filesystem::path configs, bool data_may_be_gone);
  /// Looks into what was found before, and nowhere else.
  explicit ConfigNames(Inputs found);

  /// A path of the configuration: beside the file if it exists there, else in the working directory.
  std::filesystem::path resolved(const std::filesystem::path& path) const;

  /// The battery under `key`: a shipped one's name or a YAML file.
  Battery battery(Reader& in, const std::string& key, const std::string& otherwise);

  /// The designs under `key`: names of shipped ones, YAML files, models' config.json, texts, or folders of former
  /// runs, for which their fronts stand.
  std::vector<Design> designs(Reader& in, const std::string& key, const std::vector<std::string>& otherwise);

  /// The same for the designs that begin a search. There templates may stand, as texts or as mappings with the number
  /// of their fillings, and mappings that name designs of a former run with their results.
  std::vector<Design> seeds(Reader& in, const std::string& key, const std::vector<std::string>& otherwise,
                            const FillTemplate& fill);

  /// Former runs whose results are wanted: designs (by hash) in order, by the folder as it was written.
  struct FormerRun {
    std::filesystem::path folder;
    std::vector<std::string> hashes;
  };
  const std::map<std::string, FormerRun>& former_runs() const { return former_runs_; }
  /// Notes what is to be found again beside: what `found` is.
  void note(const std::string& input, const std::string& content) { found_[input] = content; }

  /// A template that candidates are to match, of so many blocks.
  Template space_template(const std::string& text, std::int64_t stages);

  /// A folder for pretraining.
  struct Data {
    std::string path;     // absolute
    DataContent content;  // when it was looked up on the disk; empty where it is gone
  };
  /// The first of the folders under `key` that exists and holds something. Of a run that goes on also one that is gone.
  Data data(Reader& in, const std::string& key);

  /// The folder that was noted under `input`, its files under "INPUT files".
  std::optional<Data> found_data(const std::string& input) const;
  void note_data(const std::string& input, const Data& data);

  bool stored() const { return stored_; }  // what is not found already is nowhere
  const std::filesystem::path& configs() const { return configs_; }

  /// All that was found so far.
  const Inputs& found() const { return found_; }

 private:
  std::vector<Design> designs_of(const std::string& name);  // one, or those of a front
  std::vector<Design> fillings_of(const std::string& text, std::size_t times, bool all, const FillTemplate& fill);
  std::vector<Design> seeds_of(ReaderEntry& entry, const FillTemplate& fill);
  std::vector<Design> designs_with_results(Reader& in);
  std::vector<Design> stored_by_an_earlier_release(const std::string& name) const;
  Battery shipped_battery(const std::string& name);
  Design named_design(const std::string& name, const std::filesystem::path& path);

  std::filesystem::path file_, configs_;
  bool stored_ = false;
  bool data_may_be_gone_ = false;
  bool first_release_ = false;
  Inputs found_;
  std::map<std::string, FormerRun> former_runs_;
};

/// The names under `key`, each of which must be one of `allowed`. `what` says what they name: "primitive".
std::vector<std::string> names_among(Reader& in, const std::string& key, const std::vector<std::string>& otherwise,
                                     const std::vector<std::string>& allowed, const std::string& what);

}  // namespace madsearch
