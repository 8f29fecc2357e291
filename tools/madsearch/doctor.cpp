#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "command.h"
#include "configs/errors.h"
#include "engine/dispatch/devices.h"
#include "engine/version.h"
#include "primitives/table.h"
#include "results/statistics.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

// As tests/primitives holds every primitive to: float32 keeps 7 digits, and sums over tokens and channels lose some of
// them.
constexpr double kOutputTolerance = 1e-4, kGradientTolerance = 1e-3;

struct DoctorFlags {
  std::vector<std::string> primitives;  // empty: all
  std::int64_t width = 64, length = 64, batch = 4, replicas = 2, repeats = 5;
  WorkerFlags workers;
  Format format = Format::kText;
};

/// One primitive on one device.
struct Row {
  std::string device, primitive;
  std::optional<ExamineReply> found;
  std::string problem;  // a sentence; empty if all is well
};

/// A device and the worker on it.
struct Examined {
  std::string device, problem;  // why its worker doesn't start; else empty
  Hello hello;
  std::vector<Row> rows;
};

std::vector<std::string> wanted(const DoctorFlags& flags) {
  std::vector<std::string> names;
  for (const auto& primitive : primitives()) names.push_back(primitive.name);
  for (const auto& name : flags.primitives)
    if (!find_primitive(name)) throw ConfigError("unknown primitive \"" + name + "\"" + did_you_mean(name, names));
  return flags.primitives.empty() ? names : flags.primitives;
}

std::string problem_of(const ExamineReply& found) {
  if (!(found.output_error <= kOutputTolerance))
    return "its outputs differ from float64 by " + shown("%.1e", found.output_error) + ", at most " +
           shown("%g", kOutputTolerance) + " is rounding";
  if (!(found.gradient_error <= kGradientTolerance))
    return "the gradient of " + found.gradient + " differs from float64 by " + shown("%.1e", found.gradient_error) +
           ", at most " + shown("%g", kGradientTolerance) + " is rounding";
  if (!(found.recorded_error <= kGradientTolerance))
    return "replayed as a CUDA graph it differs from float64 by " + shown("%.1e", found.recorded_error) + ", at most " +
           shown("%g", kGradientTolerance) + " is rounding";
  return "";
}

/// A request for each primitive, so that a kernel that kills the worker costs its own row only.
Examined examine(const std::string& device, const std::vector<std::string>& names, const DoctorFlags& flags) {
  Examined out{.device = device};
  std::vector<Request> requests;
  for (std::size_t i = 0; i < names.size(); ++i) {
    requests.push_back(ExamineRequest{.id = std::to_string(i),
                                      .primitive = names[i],
                                      .width = flags.width,
                                      .length = flags.length,
                                      .batch = flags.batch,
                                      .replicas = flags.replicas,
                                      .repeats = flags.repeats});
  }
  WorkerOptions workers;
  workers.command = flags.workers.worker;
  workers.devices = {device};
  workers.attempts = 1;
  std::vector<Hello> greeted;
  try {
    const auto replies = answers(workers, requests, "examining primitives on " + device, {}, &greeted);
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto& row = out.rows.emplace_back(Row{.device = device, .primitive = names[i]});
      if (const auto* error = std::get_if<ErrorReply>(&replies[i])) {
        row.problem = "failed: " + error->error;
      } else {
        row.found = reply_as<ExamineReply>(replies[i]);
        row.problem = problem_of(*row.found);
      }
    }
  } catch (const ConfigError& error) {
    out.problem = error.what();
    std::replace(out.problem.begin(), out.problem.end(), '\n', ';');
  }
  if (!greeted.empty()) out.hello = greeted.front();
  return out;
}

/// What there is of GPUs, and what becomes of it.
std::string about_gpus(const std::vector<std::string>& gpus, const std::vector<std::string>& devices) {
  const auto used = std::count_if(devices.begin(), devices.end(), [](const auto& device) { return device != "cpu"; });
  if (gpus.empty()) return "no NVIDIA GPU: nvidia-smi shows none, so everything is computed on the CPU";
  std::string out = std::to_string(gpus.size()) + (gpus.size() == 1 ? " NVIDIA GPU" : " NVIDIA GPUs");
  if (used == 0)
    out += std::getenv("CUDA_VISIBLE_DEVICES")
               ? ", none of them allowed by CUDA_VISIBLE_DEVICES: everything is computed on the CPU"
               : ", not asked for by --devices";
  for (const auto& gpu : gpus) out += "\n  " + gpu;
  return out;
}

/// What of CUDA graphs: a paragraph if there is a GPU, else nothing.
std::string about_graphs(const std::vector<Examined>& all) {
  std::vector<double> ratios;
  std::string out;
  for (const auto& device : all)
    for (const auto& row : device.rows) {
      if (!row.found) continue;
      if (!row.found->unrecorded.empty())
        out += row.primitive + " on " + row.device +
               " cannot be recorded as a CUDA graph, its steps are launched one by one: " + row.found->unrecorded +
               "\n";
      if (row.found->recorded_milliseconds > 0)
        ratios.push_back(row.found->milliseconds / row.found->recorded_milliseconds);
    }
  if (ratios.empty()) return out;
  return out + "as CUDA graphs forward and backward take 1/" + shown("%.1f", quantile(ratios, 0.5)) +
         " of that (median of " + std::to_string(ratios.size()) +
         "); trainings use them with `worker: madsearch-worker --cuda-graphs`\n";
}

std::string gib(std::int64_t bytes) { return shown("%.1f GiB", static_cast<double>(bytes) / (1 << 30)); }

int doctor_command(const DoctorFlags& flags) {
  const auto names = wanted(flags);
  auto devices = resolve_devices(flags.workers.devices);
  std::erase(devices, "cpu");
  devices.insert(devices.begin(), "cpu");  // what a GPU is held against has to be right itself
  const auto gpus = nvidia_gpus();
  std::vector<Examined> all;
  for (const auto& device : devices) all.push_back(examine(device, names, flags));

  const std::string version = std::string("madsearch ") + kVersion + " (" + kCompiler + ")";
  std::vector<std::string> problems;
  const auto graphs = about_graphs(all);
  std::vector<std::string> header = {"primitive<", "device<", "output", "gradient", "of<", "ms", "finding<"};
  if (!graphs.empty()) header.insert(header.end() - 1, "as a graph");
  Table table(header);
  Json out = {{"version", version},
              {"worker", all.front().hello.version},
              {"cores", std::thread::hardware_concurrency()},
              {"memory_bytes", all.front().hello.memory_bytes},
              {"free_bytes", all.front().hello.free_bytes},
              {"gpus", gpus},
              {"workers", Json::array()},
              {"output_tolerance", kOutputTolerance},
              {"gradient_tolerance", kGradientTolerance},
              {"rows", Json::array()}};
  for (const auto& device : all) {
    out["workers"].push_back({{"device", device.device},
                              {"starts", device.problem.empty()},
                              {"name", device.hello.device},
                              {"version", device.hello.version},
                              {"memory_bytes", device.hello.memory_bytes},
                              {"free_bytes", device.hello.free_bytes},
                              {"problem", device.problem}});
    if (!device.problem.empty()) problems.push_back("no worker starts on " + device.device + ": " + device.problem);
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    for (const auto& device : all) {
      if (!device.problem.empty()) continue;
      const auto& row = device.rows[i];
      if (!row.problem.empty()) problems.push_back(row.primitive + " on " + row.device + ": " + row.problem);
      const auto finding = row.problem.empty() ? "fine" : row.found ? "disagrees" : row.problem;
      Json json = {{"primitive", row.primitive},
                   {"device", row.device},
                   {"fine", row.problem.empty()},
                   {"problem", row.problem}};
      std::vector<std::string> cells(header.size());
      cells[0] = row.primitive, cells[1] = row.device, cells.back() = finding;
      if (const auto& found = row.found) {
        json.update({{"output_error", found->output_error},
                     {"gradient_error", found->gradient_error},
                     {"gradient", found->gradient},
                     {"milliseconds", found->milliseconds}});
        if (found->recorded_milliseconds > 0)
          json.update(
              {{"recorded_error", found->recorded_error}, {"recorded_milliseconds", found->recorded_milliseconds}});
        if (!found->unrecorded.empty()) json["unrecorded"] = found->unrecorded;
        cells = {row.primitive,
                 row.device,
                 shown("%.1e", found->output_error),
                 shown("%.1e", found->gradient_error),
                 found->gradient,
                 shown("%.2f", found->milliseconds),
                 finding};
        if (!graphs.empty())
          cells.insert(cells.end() - 1,
                       found->recorded_milliseconds > 0 ? shown("%.2f", found->recorded_milliseconds) : "");
      }
      table.add(cells);
      out["rows"].push_back(std::move(json));
    }
  out["problems"] = problems;
  const int code = problems.empty() ? 0 : 1;
  if (flags.format == Format::kJson) return std::cout << out.dump(2) << "\n", code;
  if (flags.format == Format::kCsv) return std::cout << table.csv(), code;
  std::cout << version << "\n";
  for (const auto& device : all)
    if (device.problem.empty())
      std::cout << "worker on " << device.device << " starts: " << device.hello.version << "; " << device.hello.device
                << ", " << gib(device.hello.memory_bytes) << " of memory, " << gib(device.hello.free_bytes)
                << " free\n";
  std::cout << std::thread::hardware_concurrency() << " cores\n"
            << about_gpus(gpus, devices) << "\n\n"
            << "every primitive at its defaults, width " << flags.width << ", length " << flags.length << ", batch "
            << flags.batch << ", " << flags.replicas
            << " replicas: float32 against float64 on the CPU\noutput, gradient: largest difference relative to the "
               "largest entry; up to "
            << shown("%g", kOutputTolerance) << " and " << shown("%g", kGradientTolerance)
            << " is rounding\nof: the gradient that differs most; ms: forward and backward, median of " << flags.repeats
            << (graphs.empty() ? "\n" : "; as a graph: of the same, recorded as a CUDA graph\n") << table.text()
            << graphs;
  for (const auto& sentence : problems) std::cout << sentence << "\n";
  if (problems.empty()) {
    std::cout << "all " << names.size() << " agree on";
    for (const auto& device : devices) std::cout << (device == devices.front() ? " " : ", ") << device;
    std::cout << "\n";
  }
  return code;
}

}  // namespace

void add_doctor(CLI::App& app, int& code) {
  auto flags = std::make_shared<DoctorFlags>();
  auto* command = app.add_subcommand(
      "doctor", "Can this machine be trusted? Devices, workers, and every primitive against float64 on each of them");
  command->add_option("--primitives", flags->primitives, "some of them (default: all)")->delimiter(',');
  command->add_option("--width", flags->width)->check(CLI::Range(4, 4096))->capture_default_str();
  command->add_option("--length", flags->length)->check(CLI::Range(1, 4096))->capture_default_str();
  command->add_option("--batch", flags->batch)->check(CLI::Range(1, 1024))->capture_default_str();
  command->add_option("--replicas", flags->replicas)->check(CLI::Range(1, 64))->capture_default_str();
  command->add_option("--repeats", flags->repeats, "of the timing")->check(CLI::Range(1, 1000))->capture_default_str();
  command
      ->add_option("--devices", flags->workers.devices, "auto, cpu, or cuda:0 cuda:1 ...; the CPU is always among them")
      ->delimiter(',');
  command->add_option("--worker", flags->workers.worker, "the command that computes");
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = doctor_command(*flags); });
}

}  // namespace madsearch
