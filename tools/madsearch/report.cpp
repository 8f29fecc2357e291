#include "report.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

namespace madsearch {

void add_format(CLI::App& command, Format& format) {
  static const std::map<std::string, Format> formats = {
      {"text", Format::kText}, {"json", Format::kJson}, {"csv", Format::kCsv}};
  command.add_option("--format", format, "text, json or csv")
      ->transform(CLI::CheckedTransformer(formats))
      ->default_str("text")
      ->option_text("text|json|csv [text]");
}

void print(const Report& report, Format format) {
  switch (format) {
    case Format::kText:
      std::cout << report.text;
      break;
    case Format::kJson:
      std::cout << report.record.json() << "\n";
      break;
    case Format::kCsv:
      std::cout << report.csv;
      break;
  }
}

}  // namespace madsearch
