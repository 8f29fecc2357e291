#include "engine/dispatch/devices.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/machine_limits.h"

namespace madsearch {
namespace {

// A worker on a CPU takes about 160 MiB on small batteries (docs/performance.md); larger ones need room.
constexpr std::int64_t kBytesOfAWorker = std::int64_t{512} << 20;

/// N of "cuda:N"; nothing for other texts.
std::optional<std::size_t> cuda_index(const std::string& device) {
  const std::string digits = device.starts_with("cuda:") ? device.substr(5) : "";
  if (digits.empty() || digits.size() > 4 || digits.find_first_not_of("0123456789") != std::string::npos) return {};
  return std::stoul(digits);
}

/// The GPUs that we may use, if somebody has limited them: "0", "GPU-5fd4f087-...". Our cuda:N is entry N.
std::optional<std::vector<std::string>> visible_gpus() {
  const char* limit = std::getenv("CUDA_VISIBLE_DEVICES");
  if (limit == nullptr) return {};
  std::vector<std::string> out;
  std::istringstream in(limit);
  for (std::string entry; std::getline(in, entry, ',') && entry != "-1";) out.push_back(entry);
  return out;
}

/// `folder` under a name that may stand in PATH, where a colon ends a name: if it has one, the name that Linux gives to
/// an open descriptor of it, which stays open as long as this program runs.
std::string without_colon(const std::string& folder) {
  if (folder.find(':') == std::string::npos) return folder;
  static const int descriptor = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(descriptor);
}

/// "535.104.05" of a line like "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19"; empty if no
/// driver is loaded.
std::string driver_version(const std::string& driver) {
  static const std::regex form(R"(\d{3,}(\.\d+)+)");
  std::ifstream in(driver + "/version");
  std::string line;
  std::getline(in, line);
  std::smatch found;
  return std::regex_search(line, found, form) ? found.str() : "";
}

/// The GPUs of the driver's own list: a folder each, by the PCI bus, with a line "Model: NVIDIA H100".
std::vector<std::string> gpus_of_driver(const std::string& driver) {
  std::error_code none;
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(driver + "/gpus", none)) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<std::string> out;
  for (const auto& folder : folders) {
    std::ifstream in(folder / "information");
    std::string key;
    std::string model;
    in >> key >> std::ws;
    std::getline(in, model);
    out.push_back("GPU " + std::to_string(out.size()) + ": " + model);
  }
  return out;
}

/// Throws ConfigError if an NVIDIA driver is loaded that can't serve `auto`.
void check_driver(const std::string& driver, bool any_gpu) {
  constexpr int kOldest = 580;  // CUDA 13, which LibTorch is built for
  const auto version = driver_version(driver);
  if (version.empty()) return;
  if (std::stoi(version) < kOldest)
    throw ConfigError("the NVIDIA driver is " + version + ", and " + std::to_string(kOldest) +
                      " is the oldest that serves: update it, or ask for cpu");
  if (!any_gpu)
    throw ConfigError("no GPU is found, though NVIDIA's driver " + version +
                      " is loaded: see what nvidia-smi says, or ask for cpu");
}

/// Programs beside ours are found first.
Environment with_our_folder() {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (unknown) return {};
  const char* path = std::getenv("PATH");
  return {{"PATH", without_colon(program.parent_path().string()) + ":" +
                       (path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path)}};
}

void check(const std::string& device) {
  if (device != "cpu" && !cuda_index(device))
    throw ConfigError("unknown device " + in_quotes(device) + "; expected auto, cpu or cuda:N");
}

}  // namespace

std::vector<std::string> nvidia_gpus(const std::string& driver) {
  const std::unique_ptr<FILE, int (*)(FILE*)> in(popen("nvidia-smi -L 2>/dev/null", "r"), pclose);
  std::vector<std::string> out;
  for (char line[512]; in && std::fgets(line, sizeof line, in.get());)
    if (std::string text = line; text.starts_with("GPU "))
      out.push_back(text.substr(0, text.find_last_not_of(" \n") + 1));
  return out.empty() ? gpus_of_driver(driver) : out;
}

Environment worker_environment(const std::string& device) {
  check(device);
  auto out = with_our_folder();
  if (device == "cpu") {
    out["MADSEARCH_DEVICE"] = "cpu";
    out["OMP_NUM_THREADS"] = "1";  // two on small models were eight times slower
    return out;
  }
  const auto index = *cuda_index(device);
  const auto visible = visible_gpus();
  if (visible && index >= visible->size())
    throw ConfigError("there is no " + device + ": CUDA_VISIBLE_DEVICES allows " + std::to_string(visible->size()) +
                      " of this machine's GPUs");
  out["MADSEARCH_DEVICE"] = "cuda";
  out["CUDA_VISIBLE_DEVICES"] = visible ? (*visible)[index] : std::to_string(index);
  out["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";  // as nvidia-smi counts
  return out;
}

Environment environment_elsewhere() {
  auto out = with_our_folder();
  for (const char* name : {"MADSEARCH_DEVICE", "MADSEARCH_SHARERS", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES",
                           "CUDA_DEVICE_ORDER", "CUDA_MPS_PIPE_DIRECTORY", "CUDA_MPS_LOG_DIRECTORY"})
    out[name] = std::nullopt;
  return out;
}

std::vector<std::string> resolve_devices(const std::vector<std::string>& asked, const std::string& driver) {
  if (asked.empty()) throw ConfigError("no devices; expected auto, cpu or cuda:N");
  if (asked != std::vector<std::string>{"auto"}) {
    for (const auto& device : asked) check(device);
    return asked;
  }
  const auto visible = visible_gpus();
  if (visible && visible->empty()) return {"cpu"};  // somebody said so
  auto count = nvidia_gpus(driver).size();
  check_driver(driver, count > 0);
  if (visible) count = std::min(count, visible->size());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back("cuda:" + std::to_string(i));
  if (out.empty()) out.push_back("cpu");
  return out;
}

std::int64_t default_slots(const std::vector<std::string>& devices, const MachineLimits& machine) {
  const bool only_cpu = std::all_of(devices.begin(), devices.end(), [](const auto& device) { return device == "cpu"; });
  if (!only_cpu) return 1;
  auto out = static_cast<std::int64_t>(machine.processors);
  if (machine.memory_bytes) out = std::min(out, *machine.memory_bytes / kBytesOfAWorker);
  return std::max<std::int64_t>(1, out);
}

std::int64_t default_slots(const std::vector<std::string>& devices) { return default_slots(devices, machine_limits()); }

}  // namespace madsearch
