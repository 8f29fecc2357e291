#include "report.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "configs/text.h"
#include "engine/run/terminal.h"
#include "layout.h"

namespace madsearch {

void add_format(CLI::App& command, Format& format) {
  static const std::map<std::string, Format> formats = {
      {"text", Format::kText}, {"json", Format::kJson}, {"csv", Format::kCsv}};
  command.add_option("--format", format, "text, json or csv")
      ->transform(CLI::CheckedTransformer(formats))
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
