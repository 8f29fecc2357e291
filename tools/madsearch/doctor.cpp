#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <thread>

#include "command.h"
#include "configs/text.h"
#include "engine/dispatch/devices.h"
#include "engine/dispatch/memory_share.h"
#include "engine/dispatch/mps.h"
#include "engine/version.h"
#include "named.h"
#include "numbers.h"
#include "ranges.h"
#include "report.h"
#include "results/statistics.h"
#include "table.h"

namespace madsearch {
namespace {

// As tests/primitives holds every primitive to: float32 keeps 7 digits, and sums over tokens and channels lose some of
// them.
constexpr double kOutputTolerance = 1e-4;
constexpr double kGradientTolerance = 1e-3;
// bf16 keeps 8 bits: three decimal digits less in every product. The worst seen on an H100: 0.02 and 0.12.
constexpr double kAutocastOutputTolerance = 3e-2;
constexpr double kAutocastGradientTolerance = 2e-1;

struct Flags {
  std::vector<std::string> primitives;  // empty: all
  std::int64_t width = 64;
  std::int64_t length = 64;
  std::int64_t batch = 4;
  std::int64_t replicas = 2;
  std::int64_t repeats = 5;
  WorkerFlags workers;
  Format format = Format::kText;
};

/// One primitive on one device.
struct Finding {
  std::string device, primitive;
  std::optional<ExamineReply> found;
  std::string problem;  // a sentence; empty if all is well
};

/// A device and the worker on it.
struct Examined {
  std::string device, problem;  // why its worker doesn't start; else empty
  Hello hello;
  std::vector<Finding> findings;  // of each primitive; none if its worker doesn't start
};

/// The primitives that are examined.
std::vector<std::string> wanted(const Flags& flags) {
  for (const auto& name : flags.primitives) primitive_named(name);
  return flags.primitives.empty() ? primitive_names() : flags.primitives;
}

std::string beyond_rounding(double error, double tolerance) {
  return " by " + shown("%.1e", error) + ", at most " + shown("%g", tolerance) + " is rounding";
}

std::string problem_of(const ExamineReply& found) {
  if (!(found.output_error <= kOutputTolerance))
    return "its outputs differ from float64" + beyond_rounding(found.output_error, kOutputTolerance);
  if (!(found.gradient_error <= kGradientTolerance))
    return "the gradient of " + found.gradient + " differs from float64" +
           beyond_rounding(found.gradient_error, kGradientTolerance);
  if (!(found.autocast_output_error <= kAutocastOutputTolerance))
    return "under bf16 autocast its outputs differ from float64" +
           beyond_rounding(found.autocast_output_error, kAutocastOutputTolerance);
  if (!(found.autocast_gradient_error <= kAutocastGradientTolerance))
    return "under bf16 autocast the gradient of " + found.autocast_gradient + " differs from float64" +
           beyond_rounding(found.autocast_gradient_error, kAutocastGradientTolerance);
  if (!(found.recorded_error <= kGradientTolerance))
    return "replayed as a CUDA graph it differs from float64" +
           beyond_rounding(found.recorded_error, kGradientTolerance);
  return "";
}

/// A request for each primitive, so that a kernel that kills the worker costs its own finding only.
std::vector<Request> requests_of(const std::vector<std::string>& primitives, const Flags& flags) {
  std::vector<Request> out;
  for (const auto& primitive : primitives)
    out.push_back(ExamineRequest{.id = std::to_string(out.size()),
                                 .primitive = primitive,
                                 .width = flags.width,
                                 .length = flags.length,
                                 .batch = flags.batch,
                                 .replicas = flags.replicas,
                                 .repeats = flags.repeats});
  return out;
}

Finding finding_of(const std::string& device, const std::string& primitive, const Reply& reply) {
  Finding out{.device = device, .primitive = primitive};
  if (const auto* error = std::get_if<ErrorReply>(&reply)) {
    out.problem = "failed: " + error->error;
    return out;
  }
  out.found = reply_as<ExamineReply>(reply);
  out.problem = problem_of(*out.found);
  return out;
}

Examined examine(const std::string& device, const std::vector<std::string>& primitives, const Flags& flags) {
  Examined out{.device = device};
  WorkerOptions workers;
  workers.pools = {pool_of(flags.workers.worker, {device}, 1)};
  workers.attempts = 1;
  workers.longest_restart_seconds = 0.2;  // somebody waits for it
  std::vector<Hello> greeted;
  try {
    const auto replies =
        answers(workers, requests_of(primitives, flags), "examining primitives on " + device, {}, &greeted);
    for (std::size_t i = 0; i < primitives.size(); ++i)
      out.findings.push_back(finding_of(device, primitives[i], replies[i]));
  } catch (const std::runtime_error& error) {  // a command that is no worker, or one that does nothing right
    out.problem = error.what();
    std::replace(out.problem.begin(), out.problem.end(), '\n', ';');
  }
  if (!greeted.empty()) out.hello = greeted.front();
  return out;
}

/// What there is of GPUs, and what becomes of it.
std::string about_gpus(const std::vector<std::string>& gpus, const std::vector<std::string>& devices) {
  if (gpus.empty()) return "no NVIDIA GPU: nvidia-smi shows none, so everything is computed on the CPU";
  const bool used = std::any_of(devices.begin(), devices.end(), [](const auto& device) { return device != "cpu"; });
  std::string out = std::to_string(gpus.size()) + (gpus.size() == 1 ? " NVIDIA GPU" : " NVIDIA GPUs");
  if (!used)
    out += std::getenv("CUDA_VISIBLE_DEVICES")
               ? ", none of them allowed by CUDA_VISIBLE_DEVICES: everything is computed on the CPU"
               : ", not asked for by --devices";
  for (const auto& gpu : gpus) out += "\n  " + gpu;
  return out + (knows_mps() ? "\nNVIDIA MPS is there: runs with several slots on a GPU start it (`mps`)"
                            : "\nno nvidia-cuda-mps-control: several slots on a GPU take turns on it");
}

/// All that is said of this machine.
struct Diagnosis {
  std::string version;
  std::vector<std::string> primitives, devices, gpus;
  std::vector<Examined> examined;  // by device
  std::vector<Finding> findings;   // by primitive, then device
  std::vector<std::string> problems;
  std::string graphs;   // what becomes of CUDA graphs: a paragraph if there is a GPU, else nothing
  std::string repeats;  // which blocks give other bits when they are computed again: a line, or nothing
};

std::vector<Finding> by_primitive(const std::vector<Examined>& examined, std::size_t primitives) {
  std::vector<Finding> out;
  for (std::size_t i = 0; i < primitives; ++i)
    for (const auto& device : examined)
      if (!device.findings.empty()) out.push_back(device.findings[i]);
  return out;
}

std::vector<std::string> problems_of(const Diagnosis& machine) {
  std::vector<std::string> out;
  for (const auto& device : machine.examined)
    if (!device.problem.empty()) out.push_back("no worker can be used on " + device.device + ": " + device.problem);
  for (const auto& finding : machine.findings)
    if (!finding.problem.empty()) out.push_back(finding.primitive + " on " + finding.device + ": " + finding.problem);
  return out;
}

std::string about_graphs(const std::vector<Examined>& examined) {
  std::vector<double> ratios;
  std::string out;
  const auto add = [&](const Finding& finding) {
    const auto& found = *finding.found;
    if (!found.unrecorded.empty())
      out += finding.primitive + " on " + finding.device +
             " cannot be recorded as a CUDA graph, its steps are launched one by one: " + found.unrecorded + "\n";
    if (found.recorded_milliseconds > 0) ratios.push_back(found.milliseconds / found.recorded_milliseconds);
  };
  for (const auto& device : examined)
    for (const auto& finding : device.findings)
      if (finding.found) add(finding);
  if (ratios.empty()) return out;
  return out + "as CUDA graphs forward and backward take 1/" + shown("%.1f", quantile(ratios, 0.5)) +
         " of that (median of " + std::to_string(ratios.size()) +
         "); trainings use them, but with `command: madsearch-worker --no-cuda-graphs` of their pool\n";
}

std::string about_repeats(const std::vector<Finding>& findings) {
  std::vector<std::string> other;
  for (const auto& finding : findings)
    if (finding.found && !finding.found->unrepeated.empty())
      other.push_back(finding.primitive + " on " + finding.device + " (" + finding.found->unrepeated + ")");
  if (other.empty()) return "";
  return std::to_string(other.size()) + " of " + std::to_string(findings.size()) +
         " give other bits when they are computed again, so the same seed need not give the same digits: " +
         joined(other) + "\n";
}

/// Of this machine; or the place that the worker's command brings it to.
std::vector<std::string> devices_of(const WorkerFlags& workers) {
  if (const auto launcher = launcher_in(workers.worker); !launcher.empty()) return {launcher};
  auto out = resolve_devices(workers.devices);
  std::erase(out, "cpu");
  out.insert(out.begin(), "cpu");  // what a GPU is held against has to be right itself
  return out;
}

Diagnosis diagnose(const Flags& flags) {
  Diagnosis out;
  out.version = std::string("madsearch ") + kVersion + " (" + kCompiler + ")";
  out.primitives = wanted(flags);
  out.devices = devices_of(flags.workers);
  out.gpus = nvidia_gpus();
  for (const auto& device : out.devices) out.examined.push_back(examine(device, out.primitives, flags));
  out.findings = by_primitive(out.examined, out.primitives.size());
  out.problems = problems_of(out);
  out.graphs = about_graphs(out.examined);
  out.repeats = about_repeats(out.findings);
  return out;
}

Record facts(const Examined& device) {
  return {{"device", device.device},
          {"starts", device.problem.empty()},
          {"name", device.hello.device},
          {"version", device.hello.version},
          {"memory_bytes", device.hello.memory_bytes},
          {"free_bytes", device.hello.free_bytes},
          {"problem", device.problem}};
}

Record facts(const Finding& finding) {
  Record out = {{"primitive", finding.primitive},
                {"device", finding.device},
                {"fine", finding.problem.empty()},
                {"problem", finding.problem}};
  if (!finding.found) return out;
  const auto& found = *finding.found;
  out.set("output_error", found.output_error);
  out.set("gradient_error", found.gradient_error);
  out.set("gradient", found.gradient);
  out.set("milliseconds", found.milliseconds);
  if (!found.autocast_gradient.empty()) {
    out.set("autocast_output_error", found.autocast_output_error);
    out.set("autocast_gradient_error", found.autocast_gradient_error);
    out.set("autocast_gradient", found.autocast_gradient);
  }
  if (found.recorded_milliseconds > 0) {
    out.set("recorded_error", found.recorded_error);
    out.set("recorded_milliseconds", found.recorded_milliseconds);
  }
  if (!found.unrecorded.empty()) out.set("unrecorded", found.unrecorded);
  if (!found.unrepeated.empty()) out.set("unrepeated", found.unrepeated);
  return out;
}

Record record_of(const Diagnosis& machine) {
  std::vector<Record> workers;
  for (const auto& device : machine.examined) workers.push_back(facts(device));
  std::vector<Record> rows;
  for (const auto& finding : machine.findings) rows.push_back(facts(finding));
  const auto& hello = machine.examined.front().hello;
  return {{"version", machine.version},
          {"worker", hello.version},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_bytes", hello.memory_bytes},
          {"free_bytes", hello.free_bytes},
          {"gpus", machine.gpus},
          {"workers", workers},
          {"output_tolerance", kOutputTolerance},
          {"gradient_tolerance", kGradientTolerance},
          {"autocast_output_tolerance", kAutocastOutputTolerance},
          {"autocast_gradient_tolerance", kAutocastGradientTolerance},
          {"rows", rows},
          {"problems", machine.problems}};
}

bool knows_autocast(const Diagnosis& machine) {
  return std::any_of(machine.findings.begin(), machine.findings.end(),
                     [](const auto& finding) { return finding.found && !finding.found->autocast_gradient.empty(); });
}

/// What a table shows of a finding: every field, unknown where nothing was found.
Record row_of(const Finding& finding) {
  Record out = {
      {"output_error", Value()},         {"gradient_error", Value()},        {"gradient", Value()},
      {"milliseconds", Value()},         {"autocast_output_error", Value()}, {"autocast_gradient_error", Value()},
      {"recorded_milliseconds", Value()}};
  const auto known = facts(finding);
  for (const auto& field : known.fields()) out.set(field.name, field.value);
  out.set("finding", finding.problem.empty() ? "fine" : finding.found ? "disagrees" : finding.problem);
  return out;
}

Table table_of(const Diagnosis& machine) {
  std::vector<Column> columns = {{"primitive<", "primitive"},
                                 {"device<", "device"},
                                 {"output", "output_error", number("%.1e")},
                                 {"gradient", "gradient_error", number("%.1e")},
                                 {"of<", "gradient"},
                                 {"ms", "milliseconds", number("%.2f")}};
  if (knows_autocast(machine)) {
    columns.emplace_back("bf16 output", "autocast_output_error", number("%.1e"));
    columns.emplace_back("gradient", "autocast_gradient_error", number("%.1e"));
  }
  if (!machine.graphs.empty()) columns.emplace_back("as a graph", "recorded_milliseconds", number("%.2f"));
  columns.emplace_back("finding<", "finding");
  Table out(columns);
  for (const auto& finding : machine.findings) out.add(row_of(finding));
  return out;
}

/// What each of several slots on a GPU would have of its memory.
std::string about_shares(const Examined& device) {
  if (device.device == "cpu" || device.hello.memory_bytes <= 0) return "";
  const auto share = [&](std::int64_t slots) { return shown_bytes(memory_share(device.hello.memory_bytes, slots)); };
  return "; each of two slots on it may take " + share(2) + ", of four " + share(4);
}

std::string machine_text(const Diagnosis& machine) {
  std::string out = machine.version + "\n";
  for (const auto& one : machine.examined)
    if (const auto& hello = one.hello; one.problem.empty())
      out += "worker on " + one.device + " starts: " + hello.version + "; " + hello.device + ", " +
             shown_bytes(hello.memory_bytes) + " of memory, " + shown_bytes(hello.free_bytes) + " free" +
             about_shares(one) + "\n";
  return out + std::to_string(std::thread::hardware_concurrency()) + " cores\n" +
         about_gpus(machine.gpus, machine.devices) + "\n";
}

/// What the columns of the table are.
std::string legend(const Flags& flags, const Diagnosis& machine) {
  auto out = "every primitive at its defaults, width " + std::to_string(flags.width) + ", length " +
             std::to_string(flags.length) + ", batch " + std::to_string(flags.batch) + ", " +
             std::to_string(flags.replicas) +
             " replicas: float32 against float64 on the CPU\noutput, gradient: largest difference relative to the "
             "largest entry; up to " +
             shown("%g", kOutputTolerance) + " and " + shown("%g", kGradientTolerance) +
             " is rounding\nof: the gradient that differs most; ms: forward and backward, median of " +
             std::to_string(flags.repeats);
  if (!machine.graphs.empty()) out += "; as a graph: of the same, recorded as a CUDA graph";
  if (knows_autocast(machine))
    out += "\nbf16: the same differences under autocast, as trainings compute on a GPU; up to " +
           shown("%g", kAutocastOutputTolerance) + " and " + shown("%g", kAutocastGradientTolerance) + " is rounding";
  return out + "\n";
}

std::string verdict(const Diagnosis& machine) {
  if (machine.problems.empty())
    return "all " + std::to_string(machine.primitives.size()) + " agree on " + joined(machine.devices) + "\n";
  return joined(machine.problems, "\n") + "\n";
}

int doctor(const Flags& flags) {
  const auto machine = diagnose(flags);
  const auto table = table_of(machine);
  print({record_of(machine),
         machine_text(machine) + "\n" + legend(flags, machine) + table.text() + machine.graphs + machine.repeats +
             verdict(machine),
         table.csv()},
        flags.format);
  return machine.problems.empty() ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand(
      "doctor", "Can this machine be trusted? Devices, workers, and every primitive against float64 on each of them");
  command->add_option("--primitives", flags->primitives, "some of them (default: all)")->delimiter(',');
  command->add_option("--width", flags->width, "channels of a block")->check(integers(4, 4096))->capture_default_str();
  command->add_option("--length", flags->length, "tokens of a sequence")
      ->check(integers(1, 4096))
      ->capture_default_str();
  command->add_option("--batch", flags->batch, "sequences at once")->check(integers(1, 1024))->capture_default_str();
  command->add_option("--replicas", flags->replicas, "copies with weights of their own")
      ->check(integers(1, 64))
      ->capture_default_str();
  command->add_option("--repeats", flags->repeats, "timings; their median is shown")
      ->check(integers(1, 1000))
      ->capture_default_str();
  command
      ->add_option("--devices", flags->workers.devices, "auto, cpu, or cuda:0 cuda:1 ...; the CPU is always among them")
      ->delimiter(',');
  command->add_option("--worker", flags->workers.worker, "the command that computes");
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = doctor(*flags); });
}

}  // namespace madsearch
