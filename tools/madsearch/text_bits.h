#pragma once
#include <vector>

#include "record.h"
#include "results/front_report.h"
#include "table.h"

namespace madsearch {

// What a small pretraining beside the battery showed of designs, as records and columns.

/// Sets text_bits and text_bits_recall, each with _low and _high; nothing known where there is none.
void set_text_bits(Record& design, const FrontRow& row);

/// The columns of these; none unless the run's designs have some.
std::vector<Column> text_columns(const FrontReport& report);

}  // namespace madsearch
