#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "search/architecture/genome.h"

namespace madsearch {

/// A comparison of designs in a paper under one protocol: same data and tokens, about equal parameters.
struct PublishedGroup {
  enum class Unit { kPerplexity, kLoss, kError };  // of the values, all of them the lower the better
  std::string name;                                // "gdn-1.3B"
  std::string paper;                               // "arXiv:2412.06464"
  bool judging = false;  // its paper is of the half that batteries are judged on; the other is for choosing
  char trust = 'A';      // the best, to 'D'
  Unit unit = Unit::kPerplexity;
  std::string scale;            // "1.3B, 100B tokens"; "" if it does not say
  std::optional<double> clear;  // values are apart by more than this, in their unit; nothing where no noise is stated

  /// Whether values are apart: by more than `clear`, else by more than 2 % of perplexity.
  bool apart(double better, double worse) const;
  /// Trust A and B, which decide; C and D stand beside.
  bool headline() const { return trust <= 'B'; }
};

/// A design in a group.
struct PublishedDesign {
  std::size_t group = 0;  // its place in the list
  std::string name;       // in the paper
  std::string hash;       // of its genome; "" if no genome says what it is
  double value = 0;
};

/// A contrast on which several labs or scales agree, or which papers dispute.
struct PublishedVerdict {
  bool agreed = false;        // else disputed
  std::string claim;          // "a hybrid over its parents"
  std::string better, worse;  // hashes; of a disputed contrast as the first of its papers have it
  std::vector<std::string> papers;
};

/// Pretraining results of the literature (docs/reference/published/README.md says what the fields mean).
struct Published {
  std::vector<PublishedGroup> groups;
  std::vector<PublishedDesign> designs;
  std::vector<PublishedVerdict> verdicts;
  std::map<std::string, Genome> genomes;  // by hash, of designs and verdicts; canonical
};

/// The folder that belongs to this program: docs/reference/published beside its configs. Need not exist.
std::filesystem::path published_folder();

/// Reads groups.jsonl, designs.jsonl and verdicts.jsonl of `folder`. A genome is a short text; knobs that it does not
/// write are what they were before they were added. Throws ConfigError with file and line for what is not as the README
/// says: a field that is missing, unknown or of another kind, a group or verdict that stands twice, a design of an
/// unknown group, a genome that does not parse, a paper in both halves, a group of errors without `clear`.
Published read_published(const std::filesystem::path& folder);

/// A genome of these files, whose windows are written for sequences of 32 tokens, with windows of the same share of any
/// length; one of 32 or more is none.
Genome with_shares_of_context(Genome genome);

}  // namespace madsearch
