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

std::string refusal(const std::string& path, const TokenFacts& facts = {}) {
  try {
    read_corpus(path, facts);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Corpus, SaysInOneSentenceWhatIsWrongWithAFolder) {
  const TemporaryFolder folder;
  const auto& path = folder.path;
  EXPECT_EQ(refusal(path + "/none"), "there is no data at " + path + "/none");
  EXPECT_EQ(refusal(path), path + " holds no text (*.txt) and no token shards (*.bin)");
  put(path + "/README.md", "what this is");
  EXPECT_EQ(refusal(path),
            path + " holds no text (*.txt) and no token shards (*.bin); other files are not read: README.md");
  put(path + "/a.txt", "hello");
  EXPECT_EQ(refusal(path + "/a.txt"), path + "/a.txt is not a folder of texts or token shards");
  EXPECT_EQ(refusal(path), path + " holds 1 documents; four are needed to hold some out");
  put(path + "/b.txt", std::string("a\0b", 3));
  EXPECT_EQ(refusal(path), path + "/b.txt is no text: it holds bytes of value 0");
  put(path + "/a.bin", "hello");
  EXPECT_EQ(refusal(path), path + " holds token shards (*.bin) and texts (*.txt); give a folder of one kind");
  std::filesystem::remove(path + "/a.txt");
  std::filesystem::remove(path + "/b.txt");
  EXPECT_EQ(refusal(path), path +
                               " holds token shards, which do not tell how many bytes a token stands for: give "
                               "bytes_per_token (tokenised text / tokens)");
}

TEST(Corpus, NamesFilesInValidUtf8) {
  const TemporaryFolder folder;
  put(folder.path + "/caf\xe9.bin", "hello");
  EXPECT_EQ(refusal(folder.path, {.bytes_per_token = 4}),
            folder.path + "/caf\\xe9.bin has no header of llm.c; if it is a file of nanoGPT, give the vocabulary");
}

TEST(Corpus, TrainsOnNothingButTexts) {
  const TemporaryFolder folder;
  for (const auto* name : {"a.txt", "b.txt", "c.txt", "d.txt", ".hidden.txt"})
    put(folder.path + "/" + name, "some text");
  const auto alone = read_corpus(folder.path);
  for (const auto* name : {"README.md", "LICENSE", "prepare.py", "data.json"}) put(folder.path + "/" + name, "no text");
  const auto beside = read_corpus(folder.path);
  EXPECT_EQ(beside.fingerprint, alone.fingerprint);
  EXPECT_EQ(beside.train, alone.train);
  EXPECT_EQ(alone.train.size(), 2u * 10);
}

/// Where the separator of a document stands.
enum class Place { kBefore, kBehind };

/// 40 documents of 201 tokens, the separator included.
template <class Id>
std::vector<Id> documents(Id separator, Place place) {
  std::vector<Id> out;
  for (int document = 0; document < 40; ++document) {
    if (place == Place::kBefore) out.push_back(separator);
    for (int i = 0; i < 200; ++i) out.push_back(static_cast<Id>(1 + (7 * document + 3 * i) % 50));
    if (place == Place::kBehind) out.push_back(separator);
  }
  return out;
}

/// Six shards of them; `magic` 0 for files without a header.
template <class Id>
void put_shards(const std::string& folder, std::int32_t magic, std::int32_t version, Id separator,
                Place place = Place::kBefore) {
  const auto ids = documents(separator, place);
  const auto count = static_cast<std::int32_t>(ids.size());
  const std::string raw(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(Id));
  for (int i = 0; i < 6; ++i)
    put(folder + "/train_" + std::to_string(i) + ".bin",
        magic != 0 ? shard_bytes<Id>(magic, version, count, ids) : raw);
}

constexpr std::int32_t kGpt2 = 20240520;
constexpr std::int32_t kLlama3 = 20240801;

/// 216 of the 240 documents are for training.
void expect_all_documents(const std::string& folder, const TokenFacts& facts, std::int32_t separator) {
  const auto corpus = read_corpus(folder, facts);
  EXPECT_EQ(corpus.separator, separator);
  EXPECT_EQ(corpus.train.size(), 43'416u);
  EXPECT_EQ(corpus.train.front(), separator);
  EXPECT_EQ(corpus.held_out[0].size(), 12u);
  EXPECT_EQ(corpus.held_out[0][0].tokens.size(), 200u);
}

TEST(Corpus, FindsTheDocumentsOfEveryFormat) {
  const TemporaryFolder folder;
  const auto& path = folder.path;
  put(path + "/README.md", "how the tokens were made");
  put_shards<std::uint16_t>(path, kGpt2, 1, 50256);
  expect_all_documents(path, {.bytes_per_token = 4}, 50256);
  expect_all_documents(path, {.vocabulary = 50304, .bytes_per_token = 4}, 50256);  // padded
  put_shards<std::uint32_t>(path, kGpt2, 1, 50256);
  expect_all_documents(path, {.bytes_per_token = 4}, 50256);
  put_shards<std::uint8_t>(path, kGpt2, 1, 255);
  expect_all_documents(path, {.bytes_per_token = 1}, 255);
  put_shards<std::uint32_t>(path, kLlama3, 7, 128000);
  expect_all_documents(path, {.bytes_per_token = 4}, 128000);
  expect_all_documents(path, {.vocabulary = 128512, .bytes_per_token = 4}, 128000);
  put_shards<std::uint16_t>(path, 0, 0, 50256, Place::kBehind);  // nanoGPT
  expect_all_documents(path, {.vocabulary = 50257, .bytes_per_token = 4}, 50256);
  expect_all_documents(path, {.vocabulary = 50304, .bytes_per_token = 4}, 50256);
  put_shards<std::uint16_t>(path, 0, 0, 0);  // GPT-NeoX
  expect_all_documents(path, {.vocabulary = 50432, .separator = Separator::token(0), .bytes_per_token = 4}, 0);
  put_shards<std::uint32_t>(path, 0, 0, 151'643);
  expect_all_documents(path, {.vocabulary = 151'936, .separator = Separator::token(151'643), .bytes_per_token = 4},
                       151'643);
}

TEST(Corpus, RefusesASeparatorThatNeverOccurs) {
  const TemporaryFolder folder;
  const auto& path = folder.path;
  put_shards<std::uint16_t>(path, kGpt2, 1, 0);
  EXPECT_EQ(refusal(path, {.bytes_per_token = 4}),
            "token 50256, the separator, never occurs in " + path +
                "; train_0.bin begins with token 0 and ends with token 21: give as separator the token that stands "
                "between documents, or none");
  EXPECT_EQ(refusal(path, {.separator = Separator::token(60'000), .bytes_per_token = 4}),
            "separator 60000 is beyond the vocabulary of 50257");
  EXPECT_EQ(refusal(path, {.vocabulary = 65'536, .bytes_per_token = 4}),
            path +
                "/train_0.bin does not tell which token stands between documents at a vocabulary of 65536: give "
                "separator, the id of that token or none");
}

TEST(Corpus, CutsTextWithoutSeparatorsIntoBlocks) {
  const TemporaryFolder folder;
  std::vector<std::uint16_t> letters;  // of nanoGPT's character data: 65 of them, the last one among them
  for (int i = 0; i < 50'000; ++i) letters.push_back(static_cast<std::uint16_t>(i % 65));
  put(folder.path + "/train.bin", std::string(reinterpret_cast<const char*>(letters.data()), 100'000));
  EXPECT_EQ(refusal(folder.path, {.vocabulary = 65, .bytes_per_token = 1}),
            folder.path +
                "/train.bin does not tell which token stands between documents at a vocabulary of 65: give separator, "
                "the id of that token or none");
  const auto corpus =
      read_corpus(folder.path, {.vocabulary = 65, .separator = Separator::none(), .bytes_per_token = 1});
  EXPECT_FALSE(corpus.separator);
  auto tokens = corpus.train.size();
  auto last = std::count(corpus.train.begin(), corpus.train.end(), 64);
  for (const auto& half : corpus.held_out)
    for (const auto& document : half) {
      tokens += document.tokens.size();
      last += std::count(document.tokens.begin(), document.tokens.end(), 64);
    }
  EXPECT_EQ(tokens, letters.size());
  EXPECT_EQ(last, std::count(letters.begin(), letters.end(), 64));
  EXPECT_EQ(corpus.held_out[0].size() + corpus.held_out[1].size(), 2u);  // of 13 blocks
}

TEST(Corpus, RefusesShardsOfSeveralVocabularies) {
  const TemporaryFolder folder;
  put_shards<std::uint16_t>(folder.path, kGpt2, 1, 50256);
  const auto llama = documents<std::uint32_t>(128000, Place::kBefore);
  put(folder.path + "/train_9.bin",
      shard_bytes<std::uint32_t>(kLlama3, 7, static_cast<std::int32_t>(llama.size()), llama));
  EXPECT_EQ(refusal(folder.path, {.bytes_per_token = 4}),
            folder.path + "/train_9.bin is of another vocabulary than the shards before it");
}

/// A text that nobody else has.
std::string drawn(std::uint64_t seed) {
  Rng rng(Seed{seed});
  std::string out;
  for (int i = 0; i < 500; ++i) out += static_cast<char>('a' + below(rng, 26));
  return out;
}

TEST(Corpus, LeavesOutHeldOutDocumentsThatStandInTheTrainingText) {
  const TemporaryFolder folder;
  for (int i = 0; i < 40; ++i)
    put(folder.path + "/" + std::to_string(i) + ".txt", drawn(static_cast<std::uint64_t>(i)));
  const auto before = read_corpus(folder.path);
  EXPECT_EQ(before.duplicates, 0u);
  EXPECT_EQ(note_on(before), "");
  const auto held = before.held_out[1][0].name;
  for (int i = 0; i < 40; ++i)  // of the training documents one becomes nearly that one
    if (const auto name = std::to_string(i) + ".txt"; name != held && name != before.held_out[1][1].name &&
                                                      name != before.held_out[0][0].name &&
                                                      name != before.held_out[0][1].name) {
      put(folder.path + "/" + name, drawn(static_cast<std::uint64_t>(std::stoi(held))) + " and more");
      break;
    }
  const auto after = read_corpus(folder.path);
  EXPECT_EQ(after.duplicates, 1u);
  EXPECT_EQ(after.held_out[1].size(), 1u);
  EXPECT_NE(after.held_out[1][0].name, held);
  EXPECT_EQ(note_on(after), "1 held-out document stands in the training text too and was left out");
}

TEST(Corpus, KeepsWhatRepeatsItselfAndSaysSo) {
  const TemporaryFolder folder;
  for (const auto* name : {"a.txt", "b.txt", "c.txt", "d.txt"}) put(folder.path + "/" + name, "some text");
  const auto corpus = read_corpus(folder.path);
  EXPECT_EQ(corpus.held_out[1].size(), 1u);
  EXPECT_EQ(note_on(corpus), "every held-out document of a half stands in the training text too");
}

TEST(Corpus, KnowsTheBytesOfTokensWhereTheyAreListed) {
  const TemporaryFolder folder;
  std::vector<std::uint16_t> ids;
  Rng rng(Seed{1});
  for (int i = 0; i < 4000; ++i) ids.push_back(static_cast<std::uint16_t>(i % 100 ? 1 + below(rng, 3) : 0));
  put(folder.path + "/a.bin", shard_bytes<std::uint16_t>(kGpt2, 1, 4000, ids));
  const TokenFacts facts{.vocabulary = 4, .separator = Separator::token(0)};
  put(folder.path + "/token-bytes", "0\n2\n2\n2\n");
  const auto corpus = read_corpus(folder.path, facts);
  EXPECT_EQ(corpus.bytes_per_token, 2);
  EXPECT_EQ(corpus.held_out_bytes_per_token[1], 2);
  put(folder.path + "/token-bytes", "0\n1\n2\n3\n");
  const auto listed = read_corpus(folder.path, facts);
  double bytes = 0;
  double tokens = 0;
  for (const auto& document : listed.held_out[1])
    for (const auto token : document.tokens) {
      bytes += token;
      ++tokens;
    }
  EXPECT_DOUBLE_EQ(listed.held_out_bytes_per_token[1], bytes / tokens);
  EXPECT_EQ(
      refusal(folder.path, {.vocabulary = 4, .separator = Separator::token(0), .bytes_per_token = 2}),
      folder.path + " holds token-bytes, which says how many bytes each token stands for: leave out bytes_per_token");
}

}  // namespace
}  // namespace madsearch
