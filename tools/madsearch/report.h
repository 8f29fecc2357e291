#pragma once
#include <string>
#include <string_view>

#include "record.h"

namespace CLI {
class App;
}

namespace madsearch {

/// The forms in which results go to stdout.
enum class Format { kText, kJson, kCsv };
void add_format(CLI::App& command, Format& format);  // --format text|json|csv

/// What a command found, in each of its forms.
struct Report {
  Value record;      // all of it, for programs
  std::string text;  // tables and what they mean, for people
  std::string csv;   // a table
};
void print(const Report& report, Format format);

/// Writes sentences and a newline to stderr, broken between words where that is a terminal. Lines of a file that are
/// shown with a mark below stay as they are.
void say(const std::string& text);

/// `text` without what would take over a terminal (printable, configs/text.h), its lines kept.
std::string printable_lines(std::string_view text);

}  // namespace madsearch
