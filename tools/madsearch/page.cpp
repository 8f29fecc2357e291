#include "page.h"

#include <string_view>

namespace madsearch {

#ifdef MADSEARCH_PAGE_FILE

// The file as it is, taken in by the assembler: as a text of C++ it would take the compiler minutes.
asm(".section .rodata\n"
    ".global madsearch_page_begin\n"
    ".global madsearch_page_end\n"
    "madsearch_page_begin:\n"
    ".incbin \"" MADSEARCH_PAGE_FILE
    "\"\n"
    "madsearch_page_end:\n"
    ".previous\n");
extern "C" const char madsearch_page_begin[];
extern "C" const char madsearch_page_end[];

namespace {

constexpr std::string_view kPlace = "@MADSEARCH_DATA@";

/// JSON that can't end the element it stands in.
std::string in_html(const Value& data) {
  std::string out;
  for (const char letter : data.compact_json()) {
    if (letter == '<')
      out += "\\u003c";
    else
      out += letter;
  }
  return out;
}

}  // namespace

std::optional<std::string> page_with(const Value& data) {
  const std::string_view page(madsearch_page_begin,
                              static_cast<std::size_t>(madsearch_page_end - madsearch_page_begin));
  const auto place = page.find(kPlace);
  std::string out(page.substr(0, place));
  out += in_html(data);
  out += page.substr(place + kPlace.size());
  return out;
}

#else

std::optional<std::string> page_with(const Value&) { return {}; }

#endif

}  // namespace madsearch
