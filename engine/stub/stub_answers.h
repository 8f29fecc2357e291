#pragma once
#include "engine/dispatch/messages.h"
#include "engine/stub/stub_options.h"

namespace madsearch {

/// What a stub answers: made-up records, spoiled as its options say.
class StubAnswers {
 public:
  explicit StubAnswers(const StubOptions& options) : options_(options) {}

  /// The next request. `due`: is it an N-th one?
  void count() { ++count_; }
  bool due(int every) const { return every > 0 && count_ % every == 0; }
  Reply reply_or_error(const Request& request) const;
  PretrainReply plan(const PretrainRequest& request) const;

 private:
  Reply reply(const Request& request) const;
  TrainReply reply(const TrainRequest& request) const;
  PretrainReply reply(const PretrainRequest& request) const;
  BenchReply reply(const BenchRequest& request) const;
  ExamineReply reply(const ExamineRequest& request) const;
  bool lacks_room(std::int64_t width) const { return options_.room > 0 && width > options_.room; }
  PretrainReply refused(const PretrainRequest& request) const;  // for want of memory
  template <class Record>
  void finish(Record& record) const;

  StubOptions options_;
  int count_ = 0;
};

/// Is the request about a design, or primitive, whose text has this in it?
bool is_about(const Request& request, const std::string& part);

}  // namespace madsearch
