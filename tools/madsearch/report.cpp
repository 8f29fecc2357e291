#include "report.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "configs/text.h"
#include "engine/run/terminal.h"
#include "layout.h"
#include "ranges.h"

namespace madsearch {

void add_format(CLI::App& command, Format& format) {
  command.add_option("--format", format, "text, json or csv")
      ->transform(one_of({"text", "json", "csv"}))
      ->default_str("text")
      ->option_text("text|json|csv [text]");
}

std::string printable_lines(std::string_view text) {
  std::string out;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    out += printable(text.substr(0, end), std::string_view::npos) + "\n";
    text.remove_prefix(end + 1);
  }
  return out + printable(text, std::string_view::npos);
}

namespace {

constexpr std::size_t kFurtherIn = 10;  // as a forecast's lines

/// Whether a line shows one of a file, or a mark below it: "  8 | seach: 3".
bool shows_a_place(const std::string& line) { return line.starts_with(' ') && line.find(" | ") != std::string::npos; }

}  // namespace

void say(const std::string& text) {
  const auto columns = columns_of_stderr();
  std::istringstream lines(printable_lines(text));
  std::string out;
  for (std::string line; std::getline(lines, line);)
    out += columns && !shows_a_place(line) ? broken_at(columns(), line, kFurtherIn) : line + "\n";
  std::fputs(out.c_str(), stderr);
}

void print(const Report& report, Format format) {
  switch (format) {
    case Format::kText:
      if (const auto columns = columns_of_stdout())
        std::cout << broken_at(*columns, printable_lines(report.text));
      else
        std::cout << printable_lines(report.text);
      break;
    case Format::kJson:
      std::cout << report.record.json() << "\n";
      break;
    case Format::kCsv:
      std::cout << printable_lines(report.csv);
      break;
  }
}

}  // namespace madsearch
