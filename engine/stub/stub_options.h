#pragma once
#include <string>

namespace madsearch {

/// How a stub worker behaves. N in "every N": the N-th, 2N-th ... request of the process; 0 never.
struct StubOptions {
  int milliseconds = 20;  // a request takes
  int start = 0;          // milliseconds until its hello
  int looks = 1;          // of each replica's curve in the answer to a training
  int slot = 0;           // on another slot than this it does nothing of what follows; 0: on every slot
  int mute = 0;           // not 0: says no hello
  int fail = 0;           // every N: outcome failed
  int memory = 0;         // every N: outcome out_of_memory
  int room = 0;           // not 0: says that it may take so many MiB, and refuses what has a larger width (base width)
  int error = 0;          // every N: an error instead of an answer, as of a GPU in a bad state
  int crash = 0;          // every N: kills itself
  int stop = 0;           // every N: stops itself, as SIGSTOP does
  int hang = 0;           // every N: answers nothing any more, pings neither
  int garbage = 0;        // every N: a line that is no message
  int escape = 0;         // every N: outcome failed, with a message of a megabyte that clears the screen
  int nan = 0;            // every N: accuracies that are no number
  int huge = 0;           // every N: accuracies of 1e308
  int duplicate = 0;      // every N: answers twice
  int flood = 0;          // every N: answers a hundred times before what it was not asked
  int slots = 0;       // not 0: a pool of so many, to which of the others only these apply: milliseconds, what spoils
                       // an answer, crash, poison, duplicate, and:
  int changes = 0;     // not 0: every so many milliseconds it has another number of slots: 0, 4, 1, 8, 0 ...
  int lost = 0;        // every N: lost instead of answered
  int late = 0;        // every N: lost, and answered all the same
  int stale = 0;       // every N: answered as another attempt first
  int refuse = 0;      // not 0: every plan of a pretraining is refused; plans are not among the N
  int unread = 0;      // not 0: every pretraining fails, as where its text can't be read; plans don't
  std::string poison;  // crashes on every design, and primitive, whose text has this in it
  std::string stuck;   // computes such a design for ever, answering pings
};

/// Reads "milliseconds=20,crash=17"; "" is the default. Throws ConfigError for an unknown name or what is no number.
StubOptions stub_options(const std::string& text);

}  // namespace madsearch
