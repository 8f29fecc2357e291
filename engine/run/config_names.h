#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "mad_tasks/battery.h"
#include "search/architecture/designs.h"

namespace madsearch {

/// What a configuration was read from: its own text under "config", that of what it names under "battery quick",
/// "design mine.yaml", "front runs/night", and which folder of `data` was taken under "data". A run's store keeps it,
/// so that the run can be read again without anything outside its folder.
using Inputs = std::map<std::string, std::string>;

/// Looks up what a run's configuration names: files, batteries, designs and entries of fixed lists. All errors are
/// ConfigErrors that show the place of the name in the file.
class ConfigNames {
 public:
  /// Looks on the disk. `file`: the configuration; `configs`: the folder of the shipped batteries and designs.
  ConfigNames(std::filesystem::path file, std::filesystem::path configs);
  /// Looks into what was found before, and nowhere else.
  explicit ConfigNames(Inputs found);

  /// A path of the configuration: beside the file if it exists there, else in the working directory.
  std::filesystem::path resolved(const std::filesystem::path& path) const;

  /// The battery under `key`: a shipped one's name or a YAML file.
  Battery battery(Reader& in, const std::string& key, const std::string& otherwise);

  /// The designs under `key`: names of shipped ones, YAML files, texts, or folders of former runs, for which their
  /// fronts stand.
  std::vector<Design> designs(Reader& in, const std::string& key, const std::vector<std::string>& otherwise);

  /// A folder for pretraining.
  struct Data {
    std::string path;     // absolute
    std::string content;  // data_content of it (data_content.h) when it was looked up on the disk
  };
  /// The first of the folders under `key` that exists and holds something.
  Data data(Reader& in, const std::string& key);

  /// All that was found so far.
  const Inputs& found() const { return found_; }

 private:
  std::vector<Design> designs_of(const std::string& name);  // one, or those of a front

  std::filesystem::path file_, configs_;
  bool stored_ = false;  // what is not found already is nowhere
  Inputs found_;
};

/// The names under `key`, each of which must be one of `allowed`. `what` says what they name: "primitive".
std::vector<std::string> names_among(Reader& in, const std::string& key, const std::vector<std::string>& otherwise,
                                     const std::vector<std::string>& allowed, const std::string& what);

}  // namespace madsearch
