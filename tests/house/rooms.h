#pragma once

namespace madsearch {

/// Who may include whom. A line is a room and, after ">", every room that its files may include; they all stand further
/// down, so an include points down and never round in a circle. A room is a folder, or a file named by how its path
/// begins; "primitives/*" is every other folder of primitives, the families, and none of them knows another.
/// docs/architecture.md shows the same lines, and says what the rooms are for.
inline constexpr const char* kRooms = R"(
tools/madsearch         > engine/run engine/study engine/stub engine/export engine/dispatch engine/training engine/text
                          engine/version search/toy search/architecture search/loop results mad_tasks primitives configs
tools/madsearch-node    > engine/dispatch engine/version configs
tools/madsearch-worker  > engine/worker engine/dispatch engine/version configs
engine/run              > engine/dispatch engine/training engine/text engine/version
                          search/architecture search/loop results mad_tasks primitives configs
engine/study            > engine/dispatch engine/training engine/version
                          search/architecture results mad_tasks primitives configs
engine/stub             > engine/dispatch engine/training engine/version search/architecture results mad_tasks configs
engine/worker           > engine/dispatch engine/export engine/training engine/text
                          search/architecture results mad_tasks primitives/layers primitives primitives/kernels configs
engine/export           > search/architecture primitives configs
engine/dispatch         > engine/training engine/version search/architecture results mad_tasks primitives configs
engine/training         > mad_tasks configs
engine/text             > configs
engine/version          >
search/toy              > search/loop results configs
search/architecture     > search/loop primitives configs
search/loop             > results configs
results                 > configs
mad_tasks               > configs
primitives/table.cpp    > primitives/* primitives configs
primitives/mixers.cpp   > primitives/* primitives configs
primitives/*            > primitives/layers primitives/ops primitives configs
primitives/layers       > primitives/ops primitives configs
primitives              > configs
primitives/ops          > primitives/kernels
primitives/kernels      >
configs                 >
)";

/// Which files may include a library, and which headers are that library's: the name, how its headers begin, and after
/// ">" the files ("*" is any run of characters). A file counts also if it reaches the library through our own headers.
inline constexpr const char* kDoors = R"(
LibTorch     ATen/ c10/ torch/  > primitives/mixer.h primitives/mixer.cpp primitives/mixers.cpp primitives/*/*.h
                                  primitives/*/*.cpp engine/worker/* tools/madsearch-worker/*
CUDA         cuda               > primitives/kernels/* primitives/ops/*.cpp engine/worker/*.cpp
SQLite       SQLiteCpp/ sqlite3 > results/store*.cpp results/store_database.h results/store_rows.h
yaml-cpp     yaml-cpp/          > configs/reader.cpp
CLI11        CLI/               > tools/*
spdlog       spdlog/            > engine/run/*.cpp
JSON         nlohmann/          > engine/*.cpp search/toy/*.cpp tools/*.cpp
cpp-httplib  httplib            > tools/madsearch/page_server.cpp
prometheus   prometheus/        > engine/run/metrics.cpp
TBB          tbb/ oneapi/       > *.cpp
Boost.Graph  boost/graph/       > search/architecture/graph.cpp
Boost.Math   boost/math/        > results/*.cpp
)";

/// A header that is a part of another NAME.h and NAME.cpp, and after ">" that name: for what only lists their fields,
/// or shows their insides to files that share them.
inline constexpr const char* kParts = R"(
engine/dispatch/message_fields.h    > engine/dispatch/messages
engine/dispatch/coordinator_impl.h  > engine/dispatch/coordinator
)";

}  // namespace madsearch
