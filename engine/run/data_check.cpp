#include "engine/run/data_check.h"

#include <string>

#include "configs/shell.h"
#include "engine/run/data_content.h"

namespace madsearch {
namespace {

/// Why the text is not what it was when the run was begun; "" if it is.
std::string trouble_with(const PretrainOptions& pretrain) {
  try {
    const auto now = data_content(pretrain.data);
    if (now.hash() == pretrain.content) return "";
    const auto changed = changed_files(pretrain.files, now.files);
    return "the data in " + pretrain.data + " is not what it was when the run was begun (" + changed +
           "), so pretrainings on it would not compare with others";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

void check(const Session& session, const PretrainOptions& options) {
  if (const auto trouble = trouble_with(options); !trouble.empty())
    throw OtherData(trouble + "; what is finished is saved, and `madsearch resume " +
                    shell_word(session.options.folder.string()) +
                    " --config FILE` goes on with the data where FILE says that it is now");
}

}  // namespace

void check_pretraining_data(const Session& session) {
  if (session.config.pretrain.members > 0) check(session, session.config.pretrain);
}

void check_text_data(const Session& session) {
  if (!session.config.text.empty()) check(session, session.config.text.file.options);
}

}  // namespace madsearch
