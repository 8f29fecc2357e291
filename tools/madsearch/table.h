#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace madsearch {

/// Rows of text under a header, for people (aligned) or as CSV (RFC 4180).
class Table {
 public:
  /// A name that ends with '<' is a column of words, aligned to the left; numbers stand to the right.
  explicit Table(std::vector<std::string> header);
  void add(std::vector<std::string> row);
  std::string text(const std::string& indent = "  ") const;  // with a newline at the end of each line
  std::string csv() const;

 private:
  std::vector<std::string> header_;
  std::vector<bool> left_;
  std::vector<std::vector<std::string>> rows_;
};

/// Like printf of one number.
std::string shown(const char* format, double value);
/// "12 345"
std::string grouped(std::int64_t value);

}  // namespace madsearch
