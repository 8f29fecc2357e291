#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "configs/errors.h"
#include "engine/text/corpus.h"
#include "engine/text/shards.h"
#include "engine/worker/checkpoint.h"
#include "support.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

template <class Id>
std::string shard_bytes(std::int32_t magic, std::int32_t version, std::int32_t count, const std::vector<Id>& ids) {
  std::vector<std::int32_t> header(256);
  header[0] = magic, header[1] = version, header[2] = count;
  std::string out(reinterpret_cast<const char*>(header.data()), 1024);
  out.append(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(Id));
  return out;
}

std::string put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string refusal(const std::string& path, std::int64_t vocabulary = 0) {
  try {
    read_shard(path, vocabulary);
  } catch (const ConfigError& error) {
    return std::string(error.what()).substr(path.size());
  }
  return "accepted";
}

TEST(Shards, AreReadInAllKnownFormats) {
  const testing::Folder folder;
  const std::vector<std::int32_t> ids{5, 0, 200, 7};
  const auto file = folder.path + "/a.bin";
  EXPECT_EQ(read_shard(put(file, shard_bytes<std::uint16_t>(20240520, 1, 4, {5, 0, 200, 7})), 0).tokens, ids);
  EXPECT_EQ(read_shard(file, 0).vocabulary, 50257);
  EXPECT_EQ(read_shard(put(file, shard_bytes<std::uint8_t>(20240520, 1, 4, {5, 0, 200, 7})), 0).tokens, ids);
  EXPECT_EQ(read_shard(file, 0).vocabulary, 256);
  EXPECT_EQ(read_shard(put(file, shard_bytes<std::uint32_t>(20240801, 7, 4, {5, 0, 200, 7})), 0).tokens, ids);
  const std::uint16_t raw[] = {5, 0, 200, 7};
  EXPECT_EQ(read_shard(put(file, std::string(reinterpret_cast<const char*>(raw), sizeof raw)), 300).tokens, ids);
}

TEST(Shards, ThatAreSomethingElseAreRefusedInOneSentence) {
  const testing::Folder folder;
  const auto file = folder.path + "/a.bin";
  EXPECT_EQ(refusal(put(file, shard_bytes<std::uint16_t>(20240522, 1, 2, {1, 2}))),
            " is an evaluation file of llm.c (magic 20240522), not training data");
  EXPECT_EQ(refusal(put(file, shard_bytes<std::uint16_t>(20240520, 2, 2, {1, 2}))),
            " has version 2 of its token format; version 1 is known");
  EXPECT_EQ(refusal(put(file, shard_bytes<std::uint16_t>(20240520, 1, 3, {1, 2}))),
            " announces 3 tokens but holds 4 bytes of them: it is cut off or of another format");
  EXPECT_EQ(refusal(put(file, shard_bytes<std::uint16_t>(20240520, 1, 2, {1, 60000}))),
            " holds token 60000, beyond its vocabulary of 50257");
  EXPECT_EQ(refusal(put(file, std::string("ab"))),
            " has no header of llm.c; if it is a file of nanoGPT, give the vocabulary");
  EXPECT_EQ(refusal(put(file, std::string("abc")), 30000), " is not a whole number of 2-byte tokens");
  EXPECT_EQ(refusal(put(file, std::string()), 30000), " is empty");
}

TEST(Corpus, HoldsOutDocumentsByTheHashOfTheirNames) {
  const auto corpus = read_corpus(in_source("tests/data/speeches"));
  EXPECT_EQ(corpus.vocabulary, 257);
  EXPECT_EQ(corpus.train[0], 256);
  const auto documents = std::count(corpus.train.begin(), corpus.train.end(), 256);
  EXPECT_EQ(documents, 25);
  EXPECT_EQ(corpus.held_out[0].size() + corpus.held_out[1].size(), 3u);
  EXPECT_EQ(read_corpus(in_source("tests/data/speeches")).fingerprint, corpus.fingerprint);
}

std::string corpus_refusal(const std::string& path) {
  try {
    read_corpus(path);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Corpus, SaysInOneSentenceWhatIsWrongWithAFolder) {
  const testing::Folder folder;
  const auto& path = folder.path;
  EXPECT_EQ(corpus_refusal(path + "/none"), "there is no data at " + path + "/none");
  EXPECT_EQ(corpus_refusal(path), path + " holds no text and no token shards");
  put(path + "/a.txt", "hello");
  EXPECT_EQ(corpus_refusal(path + "/a.txt"), path + "/a.txt is not a folder of texts or token shards");
  EXPECT_EQ(corpus_refusal(path), path + " holds 1 documents; four are needed to hold some out");
  put(path + "/a.bin", "hello");
  EXPECT_EQ(corpus_refusal(path), path + " holds token shards (*.bin) and other files; give a folder of one kind");
  std::filesystem::remove(path + "/a.txt");
  EXPECT_EQ(corpus_refusal(path), path +
                                      " holds token shards, which do not tell how many bytes a token stands for: give "
                                      "bytes_per_token (tokenised text / tokens)");
}

TEST(Corpus, SplitsShardsAtSeparators) {
  const testing::Folder folder;
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

Checkpoint checkpoint(double value) {
  Checkpoint out{42, 1e-3, 2, 3, {}};
  out.saved = {at::full({5}, value), at::full({5}, 2 * value), at::full({5}, 3 * value), 17};
  return out;
}

TEST(Checkpoint, ComesBackAsItWasWritten) {
  const testing::Folder folder;
  const auto file = folder.path + "/model.checkpoint";
  EXPECT_FALSE(read_checkpoint(file, 42));
  write_checkpoint(file, checkpoint(1));
  write_checkpoint(file, checkpoint(2));
  const auto back = read_checkpoint(file, 42);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->saved.steps, 17);
  EXPECT_DOUBLE_EQ(back->learning_rate, 1e-3);
  EXPECT_TRUE(at::equal(back->saved.second, at::full({5}, 6.0f)));
  EXPECT_FALSE(std::filesystem::exists(file + ".new"));
}

TEST(Checkpoint, OfAnotherRunOrCutOffIsRefused) {
  const testing::Folder folder;
  const auto file = folder.path + "/model.checkpoint";
  write_checkpoint(file, checkpoint(1));
  EXPECT_THROW(read_checkpoint(file, 43), ConfigError);
  std::filesystem::resize_file(file, 80);
  EXPECT_THROW(read_checkpoint(file, 42), ConfigError);
}

TEST(Checkpoint, ThatCannotBeWrittenSaysSo) {
  try {
    write_checkpoint("/dev/full/x", checkpoint(1));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()), "checkpoint /dev/full/x.new could not be written: Not a directory");
  }
}

}  // namespace
}  // namespace madsearch
