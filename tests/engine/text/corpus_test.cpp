#include "engine/text/corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "configs/errors.h"
#include "tests/engine/text/shard_files.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

TEST(Corpus, HoldsOutDocumentsByTheHashOfTheirNames) {
  const auto corpus = read_corpus(in_source("tests/data/speeches"));
  EXPECT_EQ(corpus.vocabulary, 257);
  EXPECT_EQ(corpus.train[0], 256);
  const auto documents = std::count(corpus.train.begin(), corpus.train.end(), 256);
  EXPECT_EQ(documents, 25);
  EXPECT_EQ(corpus.held_out[0].size() + corpus.held_out[1].size(), 3u);
  EXPECT_EQ(read_corpus(in_source("tests/data/speeches")).fingerprint, corpus.fingerprint);
}

std::string refusal(const std::string& path) {
  try {
    read_corpus(path);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Corpus, SaysInOneSentenceWhatIsWrongWithAFolder) {
  const TemporaryFolder folder;
  const auto& path = folder.path;
  EXPECT_EQ(refusal(path + "/none"), "there is no data at " + path + "/none");
  EXPECT_EQ(refusal(path), path + " holds no text and no token shards");
  put(path + "/a.txt", "hello");
  EXPECT_EQ(refusal(path + "/a.txt"), path + "/a.txt is not a folder of texts or token shards");
  EXPECT_EQ(refusal(path), path + " holds 1 documents; four are needed to hold some out");
  put(path + "/a.bin", "hello");
  EXPECT_EQ(refusal(path), path + " holds token shards (*.bin) and other files; give a folder of one kind");
  std::filesystem::remove(path + "/a.txt");
  EXPECT_EQ(refusal(path), path +
                               " holds token shards, which do not tell how many bytes a token stands for: give "
                               "bytes_per_token (tokenised text / tokens)");
}

TEST(Corpus, SplitsShardsAtSeparators) {
  const TemporaryFolder folder;
  std::vector<std::uint8_t> ids;
  for (int document = 0; document < 8; ++document) {
    ids.push_back(255);
    for (int i = 0; i < 20; ++i) ids.push_back(static_cast<std::uint8_t>(document));
  }
  put(folder.path + "/a.bin", shard_bytes<std::uint8_t>(20240520, 1, static_cast<std::int32_t>(ids.size()), ids));
  const auto corpus = read_corpus(folder.path, 0, 0, 4.2);
  EXPECT_EQ(corpus.separator, 255);
  EXPECT_EQ(corpus.train.size(), 6u * 21);
  EXPECT_EQ(corpus.held_out[0][0].tokens.size(), 20u);
}

TEST(Corpus, FindsRepeatedNGrams) {
  const std::int32_t x[] = {1, 2, 3, 9, 1, 2, 3, 1, 2};
  const std::vector<bool> expected{false, false, false, false,
                                   true,  true,  false, true};  // the pairs 1 2, 2 3 and again 1 2
  EXPECT_EQ(repeats(x, 8, 2), expected);
  const std::vector<bool> triples{false, false, false, false, false, true, false, false};
  EXPECT_EQ(repeats(x, 8, 3), triples);
}

}  // namespace
}  // namespace madsearch
