#include <CLI/CLI.hpp>
#include <iostream>

#include "command.h"
#include "configs/shell.h"
#include "engine/run/directory.h"
#include "report.h"

namespace madsearch {

void add_backup(CLI::App& app, int& code) {
  struct Flags {
    std::string folder, file;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand(
      "backup",
      "Copy a run's store, also while it searches, to one file, and check the copy.\nPlain copies (cp, rsync) of a "
      "store "
      "that is written are not safe.\nTo go on from a backup: mkdir NEW; cp FILE NEW/search.db; madsearch resume NEW");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  command->add_option("FILE", flags->file, "the new file")->required();
  command->callback([flags, &code] {
    const auto store = store_in(flags->folder);
    store.backup(flags->file);
    std::cout << flags->file << " is a whole copy of " << flags->folder << "/search.db\n";
    if (store.inputs().empty())
      say("an earlier release made this run, and its store lacks what the configuration names; `madsearch resume " +
          shell_word(flags->folder) + "` puts it in");
    code = 0;
  });
}

}  // namespace madsearch
