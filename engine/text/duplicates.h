#pragma once
#include <vector>

#include "engine/text/document.h"

namespace madsearch {

/// Where `documents` stand in the training text: true of one that is equal to a document of `training` and of one that
/// half or more of whose shingles are in `training`, wherever: runs of as many tokens as stand for 64 bytes, eight at
/// least.
std::vector<bool> known_documents(const std::vector<Document>& documents, const std::vector<Document>& training,
                                  double bytes_per_token);

}  // namespace madsearch
