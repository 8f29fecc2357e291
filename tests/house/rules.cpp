#include "tests/house/rules.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <regex>
#include <sstream>

namespace madsearch {

namespace {

namespace fs = std::filesystem;

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool starts_with(const std::string& text, const std::string& begin) { return text.rfind(begin, 0) == 0; }

bool is_source(const std::string& path) {
  return ends_with(path, ".h") || ends_with(path, ".cpp") || ends_with(path, ".cu");
}

/// "a/b.cpp" -> "a/"
std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

/// "a/b.cpp" -> "a/b"
std::string stem_of(const std::string& path) { return path.substr(0, path.rfind('.')); }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

/// `pattern` with "*" for any run of characters.
bool matches(const std::string& pattern, const std::string& text) {
  std::string expression;
  for (const char c : pattern) {
    if (c == '*')
      expression += ".*";
    else if (std::string(".+()[]{}^$|?\\").find(c) != std::string::npos)
      expression += std::string("\\") + c;
    else
      expression += c;
  }
  return std::regex_match(text, std::regex(expression));
}

struct Include {
  std::string place;   // "a/b.cpp:12"
  std::string target;  // as written
  bool ours;           // in quotes
};

std::vector<Include> includes_of(const std::string& path, const std::string& text) {
  static const std::regex form(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
  std::vector<Include> out;
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch found;
    const bool directive = lines[i].find('#') != std::string::npos;  // a regular expression takes its time
    if (directive && std::regex_search(lines[i], found, form))
      out.push_back({path + ":" + std::to_string(i + 1), found[2], found[1] == "\""});
  }
  return out;
}

/// The file that an include in quotes means: below the root, or beside the file.
std::optional<std::string> resolved(const Files& files, const std::string& path, const Include& include) {
  if (files.count(include.target)) return include.target;
  const auto beside = folder_of(path) + include.target;
  if (files.count(beside)) return beside;
  return std::nullopt;
}

/// A table's rows: what stands before ">" and the words after it. A row goes on until the next line with a ">".
struct Row {
  std::vector<std::string> left;
  std::vector<std::string> right;
};

std::vector<Row> rows_of(const std::string& table) {
  std::vector<Row> out;
  for (const auto& line : lines_of(table)) {
    const auto arrow = line.find('>');
    if (arrow != std::string::npos) out.push_back({words_of(line.substr(0, arrow)), {}});
    if (out.empty()) continue;
    for (auto& word : words_of(arrow == std::string::npos ? line : line.substr(arrow + 1)))
      out.back().right.push_back(std::move(word));
  }
  return out;
}

bool lies_in(const std::string& path, const std::string& room) {
  if (ends_with(room, "/*")) {
    const auto base = room.substr(0, room.size() - 1);
    return starts_with(path, base) && path.find('/', base.size()) != std::string::npos;
  }
  return starts_with(path, room + "/") || starts_with(path, room + ".") || path == room;
}

/// The row's number of the room that says most about where `path` lies.
std::optional<std::size_t> room_of(const std::string& path, const std::vector<Row>& rooms) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    const auto& name = rooms[i].left.front();
    if (lies_in(path, name) && (!best || name.size() > rooms[*best].left.front().size())) best = i;
  }
  return best;
}

bool in_tests(const std::string& path) { return starts_with(path, "tests/"); }

/// Which libraries' headers a file includes, itself or through our own headers, and through which of them.
class Reach {
 public:
  explicit Reach(const Files& files) : files_(files) {
    for (const auto& [path, text] : files)
      if (is_source(path)) includes_[path] = includes_of(path, text);
  }

  /// How `path` comes to a header that begins with one of `prefixes`: "<ATen/ATen.h>", or "primitives/mixer.h"; empty
  /// if it doesn't.
  std::string to(const std::string& path, const std::vector<std::string>& prefixes) {
    std::set<std::string> seen;
    return search(path, prefixes, seen);
  }

 private:
  std::string search(const std::string& path, const std::vector<std::string>& prefixes, std::set<std::string>& seen) {
    if (!seen.insert(path).second) return "";
    for (const auto& include : includes_[path]) {
      const auto known = std::any_of(prefixes.begin(), prefixes.end(),
                                     [&](const std::string& prefix) { return starts_with(include.target, prefix); });
      if (!include.ours && known) return "<" + include.target + ">";
    }
    for (const auto& include : includes_[path]) {
      const auto file = include.ours ? resolved(files_, path, include) : std::nullopt;
      if (file && !search(*file, prefixes, seen).empty()) return *file;
    }
    return "";
  }

  const Files& files_;
  std::map<std::string, std::vector<Include>> includes_;
};

/// A text's length in characters of UTF-8.
std::size_t characters(const std::string& text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace

Files read_repository(const std::string& root) {
  static const std::set<std::string> kinds = {".h", ".cpp", ".cu", ".in", ".cmake", ".txt", ".md", ".yaml", ".py", ""};
  Files out;
  for (const auto& path : paths_below(root)) {
    if (path.back() == '/' || path == "LICENSE") continue;
    if (starts_with(path, "tests/data/") || starts_with(path, "tests/fuzz/corpus/")) continue;
    if (!kinds.count(fs::path(path).extension().string())) continue;
    std::ifstream in(fs::path(root) / path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    out[path] = text.str();
  }
  return out;
}

std::set<std::string> paths_below(const std::string& root) {
  static const std::set<std::string> foreign = {"runs", "data"};  // at the root; .gitignore names them too
  std::set<std::string> out;
  const std::function<void(const fs::path&, const std::string&)> walk = [&](const fs::path& folder,
                                                                            const std::string& prefix) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const auto name = entry.path().filename().string();
      const bool at_root = prefix.empty();
      if (name.front() == '.' || name == "node_modules" ||
          (at_root && (foreign.count(name) || starts_with(name, "build"))))
        continue;
      if (entry.is_directory()) {
        out.insert(prefix + name + "/");
        walk(entry.path(), prefix + name + "/");
      } else {
        out.insert(prefix + name);
      }
    }
  };
  walk(root, "");
  return out;
}

Complaints arrows(const Files& files, const std::string& rooms) {
  const auto rows = rows_of(rooms);
  Complaints out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const auto& target : rows[i].right) {
      const auto below = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(i) + 1, rows.end(),
                                      [&](const Row& row) { return row.left.front() == target; });
      if (below == rows.end())
        out.push_back("tests/house/rooms.h: " + rows[i].left.front() + " may include " + target +
                      ", which is no room further down: move the row, or drop the arrow if it would close a circle");
    }
  for (const auto& [path, text] : files) {
    if (!is_source(path) || in_tests(path)) continue;
    const auto room = room_of(path, rows);
    if (!room) {
      out.push_back(path + " lies in no room: move it, or give its folder a row in tests/house/rooms.h");
      continue;
    }
    for (const auto& include : includes_of(path, text)) {
      if (!include.ours) continue;
      const auto file = resolved(files, path, include);
      if (!file) {
        out.push_back(include.place + ": there is no " + include.target +
                      "; write the path from the repository's root");
        continue;
      }
      const auto other = room_of(*file, rows);
      if (!other || *other == *room) {
        const bool families = other && ends_with(rows[*room].left.front(), "/*") && folder_of(path) != folder_of(*file);
        if (families)
          out.push_back(include.place + ": " + folder_of(path) + " may not include another family's " + *file +
                        "; move what both need into layers/ or beside the contract");
        continue;
      }
      const auto& allowed = rows[*room].right;
      const auto& name = rows[*other].left.front();
      if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
        out.push_back(include.place + ": " + rows[*room].left.front() + " may not include " + *file + " (" + name +
                      "); move the code down to where both may see it, or, with a good reason, add the arrow to " +
                      "tests/house/rooms.h");
    }
  }
  return out;
}

Complaints circles(const Files& files, const std::string& parts) {
  std::map<std::string, std::string> part_of;
  for (const auto& row : rows_of(parts)) part_of[row.left.front()] = row.right.front();
  const auto unit = [&](const std::string& path) {
    if (const auto part = part_of.find(path); part != part_of.end()) return part->second;
    return path.find("/kernels/") == std::string::npos ? stem_of(path) : path;
  };
  std::map<std::string, std::set<std::string>> follows;
  for (const auto& [path, text] : files) {
    if (!is_source(path)) continue;
    for (const auto& include : includes_of(path, text)) {
      const auto file = include.ours ? resolved(files, path, include) : std::nullopt;
      if (file && unit(*file) != unit(path)) follows[unit(path)].insert(unit(*file));
    }
  }
  Complaints out;
  std::map<std::string, int> state;  // 1: on the way, 2: done
  std::vector<std::string> way;
  const std::function<void(const std::string&)> walk = [&](const std::string& from) {
    state[from] = 1;
    way.push_back(from);
    for (const auto& to : follows[from]) {
      if (state[to] == 0) walk(to);
      if (state[to] != 1) continue;
      std::string circle;
      for (auto at = std::find(way.begin(), way.end(), to); at != way.end(); ++at) circle += *at + " -> ";
      out.push_back(circle + to + " include each other in a circle; move what they share into a file of its own");
    }
    way.pop_back();
    state[from] = 2;
  };
  std::vector<std::string> units;
  for (const auto& [from, to] : follows) units.push_back(from);
  for (const auto& from : units)
    if (state[from] == 0) walk(from);
  return out;
}

Complaints doors(const Files& files, const std::string& doors) {
  Complaints out;
  Reach reach(files);
  for (const auto& row : rows_of(doors)) {
    const std::vector<std::string> prefixes(row.left.begin() + 1, row.left.end());
    for (const auto& [path, text] : files) {
      if (!is_source(path) || in_tests(path)) continue;
      const bool allowed = std::any_of(row.right.begin(), row.right.end(),
                                       [&, &path = path](const std::string& door) { return matches(door, path); });
      if (allowed) continue;
      const auto through = reach.to(path, prefixes);
      if (!through.empty())
        out.push_back(
            path + " includes " + row.left.front() + " (" + through +
            "), which stays behind a door: use what the files behind it offer, or, with a good reason, name " +
            "the file in kDoors of tests/house/rooms.h");
    }
  }
  return out;
}

Complaints sheets_with_torch(const Files& files) {
  Complaints out;
  Reach reach(files);
  for (const auto& [path, text] : files) {
    if (!is_source(path) || !starts_with(path, "primitives/")) continue;
    const bool sheet = files.count(stem_of(path) + "_mixer.cpp") || ends_with(stem_of(path), "_sheet");
    if (!sheet) continue;
    const auto through = reach.to(path, {"ATen/", "c10/", "torch/"});
    if (!through.empty())
      out.push_back(path + " includes LibTorch (" + through + "): a data sheet is read without it; move that to " +
                    stem_of(path) + "_mixer.cpp");
  }
  return out;
}

Complaints missing_documents(const Files& files) {
  static const std::regex cited(R"((^|[^A-Za-z0-9_-])((design|style)\.md|spec/))");
  Complaints out;
  for (const auto& [path, text] : files) {
    if (starts_with(path, "tests/house/")) continue;
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::smatch found;
      if (std::regex_search(lines[i], found, cited))
        out.push_back(
            path + ":" + std::to_string(i + 1) + " cites " + found[2].str() +
            ", which no reader of the repository has: say the thing itself, or cite docs/architecture.md or " +
            "the paper");
    }
  }
  return out;
}

Complaints long_lines(const Files& files) {
  Complaints out;
  for (const auto& [path, text] : files) {
    if (ends_with(path, ".md") || (ends_with(path, ".txt") && !ends_with(path, "CMakeLists.txt"))) continue;
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto length = characters(lines[i]);
      if (length > 120)
        out.push_back(path + ":" + std::to_string(i + 1) + " has " + std::to_string(length) +
                      " characters; break the line, 120 are the most");
    }
  }
  return out;
}

Complaints lists_of_declarations(const Files& files) {
  // A type, then a name that begins with a small letter (or k and a capital one) and a value, a comma, and such a name.
  static const std::regex several(R"(^\s*((mutable|static|constexpr|inline|const) )*[A-Za-z_][\w:]*(<[\w:, ]+>)? )"
                                  R"((k[A-Z]|[a-z_])\w* = [^,;(){}"'<>\[\]]+, (k[A-Z]|[a-z_])\w* = [^;]*;.*$)");
  Complaints out;
  for (const auto& [path, text] : files) {
    if (!is_source(path) || starts_with(path, "primitives/kernels/")) continue;
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto& line = lines[i];
      if (line.find(" = ") == line.rfind(" = ") || line.find("for (") != std::string::npos) continue;
      if (std::regex_match(line, several))
        out.push_back(path + ":" + std::to_string(i + 1) + " declares several values; give each a line");
    }
  }
  return out;
}

Complaints types_of_one_name(const Files& files) {
  static const std::regex space(R"(^namespace ?([\w:]*) ?\{)");
  static const std::regex type(R"(^(?:struct|class|enum class|enum|union) (\w+)(?: final)?(?: : .*| *\{.*|)$)");
  std::map<std::string, std::string> first;  // file that defines a type
  Complaints out;
  for (const auto& [path, text] : files) {
    if (!is_source(path)) continue;
    std::string inside;
    bool anonymous = false;
    for (const auto& line : lines_of(text)) {
      std::smatch found;
      if (std::regex_search(line, found, space)) {
        anonymous = found[1].length() == 0;
        if (!anonymous) inside = found[1];
      } else if (line == "}  // namespace") {
        anonymous = false;
      } else if (!anonymous && std::regex_match(line, found, type)) {
        const auto name = inside + "::" + found[1].str();
        const auto [other, is_new] = first.emplace(name, path);
        if (!is_new && other->second != path)
          out.push_back(path + " defines " + name + ", and so does " + other->second + ": give one another name");
      }
    }
  }
  return out;
}

Complaints unlisted_sources(const Files& files) {
  std::set<std::string> listed;
  for (const auto& [path, text] : files) {
    if (fs::path(path).filename() != "CMakeLists.txt") continue;
    std::string words = text;
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c == '(' || c == ')'; }, ' ');
    for (const auto& word : words_of(words))
      listed.insert((fs::path(path).parent_path() / word).lexically_normal().string());
  }
  Complaints out;
  for (const auto& [path, text] : files) {
    if (!ends_with(path, ".cpp") && !ends_with(path, ".cu")) continue;
    if (listed.count(path)) continue;
    auto list = fs::path(path).parent_path();
    while (!list.empty() && !files.count((list / "CMakeLists.txt").string())) list = list.parent_path();
    out.push_back(path + " is in no CMakeLists.txt, so it is never compiled: add it to " +
                  (list / "CMakeLists.txt").string());
  }
  return out;
}

Complaints missing_paths(const Files& files, const std::set<std::string>& there) {
  static const std::regex named(
      "((^|[^A-Za-z0-9_./*-]))"
      "((cmake|configs|docs|engine|mad_tasks|primitives|results|search|tests|tools)/[A-Za-z0-9_./+*-]+)");
  static const std::set<std::string> kinds = {".h", ".cpp", ".cu", ".yaml", ".md", ".txt", ".cmake", ".jsonl", ".py"};
  Complaints out;
  for (const auto& [path, text] : files) {
    const bool document = ends_with(path, ".md") && path != "CHANGELOG.md";
    if (!document && (!is_source(path) || in_tests(path))) continue;
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (std::sregex_iterator at(lines[i].begin(), lines[i].end(), named), end; at != end; ++at) {
        std::string name = (*at)[3];
        while (name.back() == '.' || name.back() == '-') name.pop_back();
        const bool pattern = name.find('*') != std::string::npos || name.find("NAME") != std::string::npos ||
                             name.find("FAMILY") != std::string::npos;
        const bool file = kinds.count(fs::path(name).extension().string()) != 0;
        const bool script = starts_with(name, "tools/") && document;
        if (pattern || (!file && !script && name.back() != '/')) continue;
        if (there.count(name) || there.count(name + "/")) continue;
        out.push_back(path + ":" + std::to_string(i + 1) + " names " + name + ", which isn't there: correct the path");
      }
    }
  }
  return out;
}

}  // namespace madsearch
