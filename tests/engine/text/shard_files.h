#pragma once
// Files of tokens for the tests of corpora and shards.
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace madsearch {

/// A file of llm.c: its header of 256 numbers, then the ids.
template <class Id>
std::string shard_bytes(std::int32_t magic, std::int32_t version, std::int32_t count, const std::vector<Id>& ids) {
  std::vector<std::int32_t> header(256);
  header[0] = magic;
  header[1] = version;
  header[2] = count;
  std::string out(reinterpret_cast<const char*>(header.data()), 1024);
  out.append(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(Id));
  return out;
}

/// Writes a file; returns its path.
inline std::string put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

}  // namespace madsearch
