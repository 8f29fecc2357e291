#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "mad_tasks/battery.h"
#include "search/architecture/designs.h"

namespace madsearch {

/// Reads what a run's configuration names: files, batteries, designs and entries of fixed lists. All errors are
/// ConfigErrors that show the place of the name in the file.
class ConfigNames {
 public:
  /// `file`: the configuration; `configs`: the folder of the shipped batteries and designs.
  ConfigNames(std::filesystem::path file, std::filesystem::path configs);

  /// A path of the configuration: beside the file if it exists there, else in the working directory.
  std::filesystem::path resolved(const std::filesystem::path& path) const;

  /// The battery under `key`: a shipped one's name or a YAML file.
  Battery battery(Reader& in, const std::string& key, const std::string& otherwise) const;

  /// The designs under `key`: names of shipped ones, YAML files, texts, or folders of former runs, for which their
  /// fronts stand.
  std::vector<Design> designs(Reader& in, const std::string& key, const std::vector<std::string>& otherwise) const;

 private:
  std::filesystem::path file_, configs_;
};

/// The names under `key`, each of which must be one of `allowed`. `what` says what they name: "primitive".
std::vector<std::string> names_among(Reader& in, const std::string& key, const std::vector<std::string>& otherwise,
                                     const std::vector<std::string>& allowed, const std::string& what);

}  // namespace madsearch
