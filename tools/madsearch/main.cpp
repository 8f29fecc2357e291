// madsearch: searches for language-model architectures. Has no LibTorch: everything that computes is a worker's.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "command.h"
#include "configs/errors.h"
#include "engine/run/terminal.h"
#include "engine/version.h"
#include "layout.h"
#include "report.h"

namespace {

/// A file that is opened while one of the three standard descriptors is closed takes its place, and what is printed, by
/// workers too, is written into it.
void open_standard_descriptors() {
  for (int i = STDIN_FILENO; i <= STDERR_FILENO; ++i)
    if (fcntl(i, F_GETFD) < 0) open("/dev/null", O_RDWR);  // takes the lowest that is free: i
}

}  // namespace

namespace {

constexpr int kHelpColumn = 34;  // where descriptions begin

/// Pages of help that fit into the terminal.
class Help : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    const auto page = CLI::Formatter::make_help(app, std::move(name), mode);
    const auto columns = madsearch::columns_of_stdout();
    return columns ? madsearch::broken_at(*columns, page, kHelpColumn) : page;
  }
};

}  // namespace

int main(int argc, char** argv) {
  using namespace madsearch;
  open_standard_descriptors();
  CLI::App app(
      "madsearch searches for language-model architectures by the MAD battery: launch a search, inspect its front, "
      "seed the next one.");
  app.set_version_flag("--version",
                       std::string("madsearch ") + kVersion + ", revision " + kRevision + " (" + kCompiler + ")");
  app.require_subcommand(1);
  app.formatter(std::make_shared<Help>());
  app.get_formatter()->column_width(kHelpColumn);
  int code = 1;
  add_run(app, code);
  add_front(app, code);
  add_show(app, code);
  add_why(app, code);
  add_compare(app, code);
  add_export(app, code);
  add_serve(app, code);
  add_report(app, code);
  add_check(app, code);
  add_backup(app, code);
  add_score(app, code);
  add_ablate(app, code);
  add_neighbours(app, code);
  add_effects(app, code);
  add_train(app, code);
  add_pretrain(app, code);
  add_scale(app, code);
  add_cost(app, code);
  add_list(app, code);
  add_bench(app, code);
  add_doctor(app, code);
  add_stub_worker(app, code);
  try {
    app.parse(argc, argv);
    std::cout << std::flush;
    if (!std::cout) {
      std::fprintf(stderr, "madsearch: can't write the results\n");
      return 1;
    }
  } catch (const CLI::ParseError& error) {
    const auto known = app.exit(error);  // 0 for --help and --version
    return known == 0 ? 0 : 2;
  } catch (const ConfigError& error) {
    say(error.what());
    return 2;
  } catch (const Interrupted&) {
    std::fprintf(stderr, "\ninterrupted\n");
    return 130;
  } catch (const std::exception& error) {
    say("madsearch: " + std::string(error.what()));
    return 1;
  }
  return code;
}
