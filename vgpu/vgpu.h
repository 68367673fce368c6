#pragma once
// The virtual GPU's public face: PTX in; memory and findings out. It knows nothing of exercises.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vgpu {

/// A generic 64-bit device address.
using Address = uint64_t;

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t{x} * y * z; }
  bool operator==(const Dim3&) const = default;
};

/// PTX that cannot be loaded (a syntax error), or a kernel that cannot be run (an instruction this GPU does not have,
/// in it or in a function that it calls). what() names it and its place.
class LoadError : public std::runtime_error {
 public:
  LoadError(const std::string& message, std::string file, int line)
      : std::runtime_error(message), file_(std::move(file)), line_(line) {}
  const std::string& file() const { return file_; }  ///< the kernel's source file, empty: unknown
  int line() const { return line_; }                 ///< 1-based line there, 0: unknown

 private:
  std::string file_;
  int line_;
};

/// What a kernel parameter looks like from outside.
struct Parameter {
  std::string type;  ///< PTX type: "u64", "f32", "b8" (a struct), ...
  uint64_t bytes = 0;
  uint32_t alignment = 1;
};

/// Facts about one kernel of a module.
struct KernelInfo {
  std::string name;
  std::vector<Parameter> parameters;
  uint64_t static_shared_bytes = 0;
  uint32_t registers_live = 0;            ///< of 32 bits, at once at the most: near what ptxas gives a thread
  uint32_t max_threads_per_block = 1024;  ///< from __launch_bounds__, else 1024
  Dim3 required_block{0, 0, 0};           ///< from .reqntid, zeros: none
  /// Why it cannot be run; nullptr where it can. Its launch throws this; the module's other kernels run.
  std::shared_ptr<const LoadError> refusal;
};

struct Program;  // decoded code, internal

/// A loaded PTX module; immutable and shareable between threads.
class Module {
 public:
  /// Parses and decodes. Throws LoadError for what is no PTX or too large to hold; a kernel that this GPU cannot run
  /// is refused when it is launched (KernelInfo::refusal). File names as the PTX's .file directives give them.
  static std::shared_ptr<const Module> load(std::string_view ptx);
  ~Module();

  std::vector<KernelInfo> kernels() const;
  /// nullptr where there is no such kernel.
  const KernelInfo* find_kernel(std::string_view name) const;
  const Program& program() const { return *program_; }

 private:
  Module();
  std::unique_ptr<Program> program_;
  std::vector<KernelInfo> kernels_;
};

/// How a kernel may use a buffer.
enum class Access : uint8_t { read_write, read_only };

/// Something wrong that a kernel did. Same place and kind are grouped into one finding with a count.
struct Finding {
  enum class Kind : uint8_t {
    out_of_bounds,
    misaligned,
    null_pointer,
    read_only_write,
    uninitialized,
    race,
    barrier,
    stack_overflow,
    timeout,
    trap,
    assertion,
    heap,  ///< memory of malloc() within a kernel: used after free(), freed twice
    unsupported,
  };
  Kind kind{};
  std::string file;  ///< the learner's file: inlining walked out of headers
  int line = 0;      ///< 1-based, 0: unknown
  int column = 0;
  std::string message;   ///< one sentence with place, buffer, index and length
  std::string cause;     ///< the likely cause in words, may be empty
  std::string buffer;    ///< name, empty: not about a buffer
  int64_t index = 0;     ///< element index into the buffer (may be negative or past its end)
  int64_t length = 0;    ///< elements of the buffer
  Dim3 block{0, 0, 0};   ///< block index of the example
  Dim3 thread{0, 0, 0};  ///< thread index of the example
  uint64_t count = 0;    ///< how many threads did it (each access counts)
  /// What would mend a race, as far as that is known.
  enum class Remedy : uint8_t { unknown, warp_barrier, block_barrier, atomic };
  Remedy remedy = Remedy::unknown;
  bool dynamic_shared = false;  ///< the buffer is the block's dynamic shared memory
};

/// The kind as design.md spells it in JSON: "out-of-bounds", "misaligned", ...
std::string_view name_of(Finding::Kind kind);

/// Memory moves in sectors of so many bytes.
inline constexpr uint64_t sector_bytes = 32;

/// What a place in the code did, in the terms of NVIDIA's profiler. Instructions are PTX instructions, not the
/// machine's.
struct Counts {
  uint64_t warp_instructions = 0;
  uint64_t lane_instructions = 0;          ///< active lanes, summed: occupancy = lane / (32 * warp)
  uint64_t global_load_requests = 0;       ///< warp-level loads from global memory
  uint64_t global_load_sectors = 0;        ///< 32-byte sectors they touch
  uint64_t global_load_ideal_sectors = 0;  ///< as many as their bytes fill side by side: 4 of 32 lanes with 4 bytes
  uint64_t global_load_lines = 0;          ///< 128-byte lines they touch
  uint64_t global_store_requests = 0;
  uint64_t global_store_sectors = 0;
  uint64_t global_store_ideal_sectors = 0;
  uint64_t global_store_lines = 0;
  uint64_t load_waits = 0;              ///< how often warps wait for global loads: once for all that are asked for
                                        ///< together, as ptxas orders them
  uint64_t shared_load_requests = 0;    ///< adjacent scalar accesses are one, as ptxas makes them
  uint64_t shared_load_wavefronts = 0;  ///< passes through the 32 banks
  uint64_t shared_store_requests = 0;
  uint64_t shared_store_wavefronts = 0;
  uint64_t bank_conflicts = 0;     ///< wavefronts beyond what the bytes alone need
  uint64_t atomics = 0;            ///< warp-level atom and red
  uint64_t atomic_lanes = 0;       ///< active lanes of those, summed
  uint64_t barriers = 0;           ///< warp-level block barriers
  uint64_t tensor_operations = 0;  ///< warp-level mma; a wmma.mma is two, but for f64
  uint64_t fp32 = 0, fp64 = 0, integer = 0, control = 0, conversion = 0, special = 0;  ///< warp instructions by class

  uint64_t global_requests() const { return global_load_requests + global_store_requests; }
  uint64_t global_sectors() const { return global_load_sectors + global_store_sectors; }
  uint64_t global_ideal_sectors() const { return global_load_ideal_sectors + global_store_ideal_sectors; }
  uint64_t shared_wavefronts() const { return shared_load_wavefronts + shared_store_wavefronts; }

  Counts& operator+=(const Counts& other);
};

/// Every count of a Counts, with its name in JSON.
struct CountField {
  const char* name;
  uint64_t Counts::*value;
};
inline constexpr CountField count_fields[] = {
    {"warp_instructions", &Counts::warp_instructions},
    {"lane_instructions", &Counts::lane_instructions},
    {"global_load_requests", &Counts::global_load_requests},
    {"global_load_sectors", &Counts::global_load_sectors},
    {"global_load_ideal_sectors", &Counts::global_load_ideal_sectors},
    {"global_load_lines", &Counts::global_load_lines},
    {"global_store_requests", &Counts::global_store_requests},
    {"global_store_sectors", &Counts::global_store_sectors},
    {"global_store_ideal_sectors", &Counts::global_store_ideal_sectors},
    {"global_store_lines", &Counts::global_store_lines},
    {"load_waits", &Counts::load_waits},
    {"shared_load_requests", &Counts::shared_load_requests},
    {"shared_load_wavefronts", &Counts::shared_load_wavefronts},
    {"shared_store_requests", &Counts::shared_store_requests},
    {"shared_store_wavefronts", &Counts::shared_store_wavefronts},
    {"bank_conflicts", &Counts::bank_conflicts},
    {"atomics", &Counts::atomics},
    {"atomic_lanes", &Counts::atomic_lanes},
    {"barriers", &Counts::barriers},
    {"tensor_operations", &Counts::tensor_operations},
    {"fp32", &Counts::fp32},
    {"fp64", &Counts::fp64},
    {"integer", &Counts::integer},
    {"control", &Counts::control},
    {"conversion", &Counts::conversion},
    {"special", &Counts::special},
};
static_assert(sizeof(Counts) == std::size(count_fields) * sizeof(uint64_t), "a count has no field");

/// Counts of one line of the learner's file (inlining walked out of headers).
struct LineCounts {
  std::string file;
  int line = 0;
  Counts counts;
};

struct Counters {
  Counts total;
  std::vector<LineCounts> lines;      ///< lines that ran, in order
  uint64_t dram_read_sectors = 0;     ///< distinct 32-byte sectors of global memory that were read, but for what the
                                      ///< reading block wrote itself
  uint64_t dram_written_sectors = 0;  ///< and written
  // Of samples only (Sample), else 0:
  uint64_t block_read_sectors = 0;  ///< as dram_read_sectors, each block's own summed: what L2 hands out where L1 keeps
                                    ///< what its block reads
  uint64_t shared_read_sectors = 0;  ///< of dram_read_sectors: those that blocks far from each other read

  uint64_t dram_bytes() const { return sector_bytes * (dram_read_sectors + dram_written_sectors); }
};

/// Running some blocks of a grid to learn what all of them would count. What the other blocks would have left in memory
/// is missing afterwards.
struct Sample {
  uint64_t blocks = 0;               ///< most blocks to run, spread over the grid; 0: the whole grid runs
  uint64_t steps = 400'000;          ///< no further block starts once they have run so many warp instructions
  uint64_t block_steps = 2'000'000;  ///< a block that goes on past so many is ended
  bool writes = false;               ///< LaunchResult::sampled is asked for
};

/// Bytes [first, end) of a buffer.
struct ByteRange {
  uint64_t first = 0, end = 0;
  bool operator==(const ByteRange&) const = default;
};

/// What one block of a sample stored.
struct SampledBlock {
  struct Buffer {
    Address address = 0;            ///< its start
    std::vector<ByteRange> ranges;  ///< ascending and apart
  };
  uint64_t block = 0;  ///< its linear index
  bool exact = true;   ///< false: it was ended early, or used atomics
  std::vector<Buffer> wrote;
};

/// Which elements of a watched buffer all launches since Gpu::watch_writes() have stored to.
struct Coverage {
  uint64_t elements = 0;       ///< of the buffer
  uint64_t written = 0;        ///< that something was stored to
  uint64_t twice = 0;          ///< that several blocks of one launch stored to, not by atomics
  uint64_t first_missing = 0;  ///< the first that nothing was stored to; elements: there is none
  uint64_t first_twice = 0;    ///< the first of `twice`; elements: there is none
  uint64_t written_end = 0;    ///< one past the last that something was stored to
};

/// How a sample of blocks ended.
enum class SampleEnd : uint8_t {
  done,     ///< every block that was started ran to its end, or the launch was aborted
  cut,      ///< one went on past Sample::block_steps: what was counted is the least that the grid would count
  waiting,  ///< likewise, in a kernel whose blocks may wait for others, which did not run: nothing can be said
};

std::string_view name_of(SampleEnd end);  ///< "done", "cut", "waiting"

/// Limits of one launch.
struct Limits {
  uint64_t warp_steps = 64'000'000;         ///< instructions one warp may run before its loop is called endless
  uint64_t total_steps = 4'000'000'000;     ///< warp instructions of the whole launch
  uint32_t threads = 1;                     ///< host threads for blocks; results never depend on it
  const std::atomic<bool>* stop = nullptr;  ///< set from elsewhere (Ctrl-C): the launch ends soon, `stopped` says so
  double thread_seconds = 0;  ///< computing time of each host thread after which the launch is given up; 0: none
  std::atomic<uint64_t>* blocks_done = nullptr;  ///< counts the blocks that have ended, for who waits
  Sample sample{};
  /// Every block runs, one after the other, and what it stores into watched buffers is noted (Gpu::coverage()); races
  /// are not looked for, nothing is counted, and blocks that wait for others never end. `total_steps` ends it.
  bool coverage = false;
};

/// What a launch did.
struct LaunchResult {
  std::vector<Finding> findings;
  std::vector<Finding> notes;  ///< worth saying, and yet nothing that is wrong: threads that returned before a barrier
  std::string printed;         ///< what printf wrote
  uint64_t warp_instructions = 0;  ///< PTX instructions, not the machine's
  uint64_t lane_instructions = 0;
  Counters counters;
  bool completed = false;  ///< every thread ran to its end
  bool stopped = false;    ///< Limits::stop was seen

  bool over_budget = false;  ///< Limits::total_steps or thread_seconds ended it
  /// Where they did: blocks that have touched global memory, of those that ran. Counted only in grids of more than
  /// 65536 blocks; in smaller ones all are taken to have.
  uint64_t working_blocks = 0;

  /// Fewer than the grid has: a sample. Instructions and counters are then estimates for the whole grid; findings are
  /// those within single blocks, and none where a block may hang on what another one leaves.
  uint64_t blocks_run = 0;
  uint64_t blocks_completed = 0;  ///< of a launch that is no sample: those whose threads all ran to their ends
  SampleEnd sample_end = SampleEnd::done;
  std::vector<SampledBlock> sampled;  ///< of a sample that asks for writes; none where blocks may talk
  bool blocks_may_talk = false;       ///< through atomics, fences or volatile accesses to global memory
};

/// Something the caller asked for that no GPU would do: an unknown kernel, a block too large, too little argument data.
class LaunchError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a device has of the things that a launch asks for. The default is an H200.
struct Hardware {
  std::string name = "H200";
  uint32_t sms = 132;
  uint32_t blocks_per_sm = 32;
  uint32_t threads_per_sm = 2048;
  uint32_t shared_bytes_per_block = 227 * 1024;  ///< most of it, static and dynamic
  uint32_t shared_bytes_per_sm = 228 * 1024;     ///< what a block may not have of it goes to each block, for the system

  /// Blocks that can be on the device at once, so that they can wait for each other, with `shared_bytes` of shared
  /// memory each. What registers would allow is not known from PTX.
  uint64_t blocks_at_once(uint64_t block_threads, uint64_t shared_bytes) const;
};

/// One virtual GPU: its memory and the modules' global variables. Not for use by two threads at once.
class Gpu {
 public:
  explicit Gpu(Hardware hardware = {});
  ~Gpu();
  Gpu(Gpu&&) noexcept;
  Gpu& operator=(Gpu&&) noexcept;

  /// A buffer of `bytes` filled with 0xFF (NaN), 256-byte aligned, gigabytes away from every other. `name` and
  /// `element_bytes` are for findings ("x[1000]; x has 1000 floats"); `element_name` e.g. "float".
  Address allocate(std::string name, uint64_t bytes, Access access = Access::read_write, uint32_t element_bytes = 1,
                   std::string element_name = "byte");
  /// One that costs memory only where it is touched: zeros, or `pattern` again and again. For launches that run a
  /// sample of their blocks over buffers as large as on a GPU.
  Address allocate_lazy(std::string name, uint64_t bytes, std::span<const std::byte> pattern = {},
                        Access access = Access::read_write, uint32_t element_bytes = 1,
                        std::string element_name = "byte");
  /// One whose bytes are the caller's: `host`, which has to stay where it is until the buffer is freed. Its address has
  /// the same lowest eight bits, so that what is aligned for the caller is so for kernels. Throws LaunchError where
  /// `host` is not aligned to 16 bytes.
  Address wrap(std::string name, std::span<std::byte> host, Access access = Access::read_write,
               uint32_t element_bytes = 1, std::string element_name = "byte");
  void free(Address address);
  /// Host bytes of a whole buffer, valid until it is freed. `address` is its start.
  std::span<std::byte> data(Address address);
  /// Says that nothing was written into a buffer yet: reading it before the kernel has written it is a finding. Without
  /// this call all of a buffer counts as written by the host. `host_reads` false: scratch, into which undefined values
  /// may be stored.
  void mark_undefined(Address address, bool host_reads = true);
  /// Likewise of single bytes: of those whose entry in `bytes`, as long as the buffer, is not 0.
  void mark_undefined(Address address, std::span<const uint8_t> bytes, bool host_reads = true);

  /// From now on coverage runs (Limits::coverage) note what is stored into a buffer.
  void watch_writes(Address address);
  /// What they have noted. `address` is that of a watched buffer.
  Coverage coverage(Address address) const;

  /// Runs a kernel to its end. `parameters` is the parameter buffer, each parameter at its aligned offset in order
  /// (see pack()). `dynamic_shared` in bytes. Module variables are set up at the module's first launch and kept. Throws
  /// the kernel's LoadError where it cannot be run, LaunchError for what no GPU would do.
  LaunchResult launch(const Module& module, std::string_view kernel, Dim3 grid, Dim3 block, uint32_t dynamic_shared,
                      std::span<const std::byte> parameters, const Limits& limits = {});
  /// The variables of the module launched last that no longer hold what they were set up with, by name.
  std::vector<std::string> changed_variables() const;
  /// Forgets the state of a module's global variables: the next launch sets them up again.
  void unload(const Module& module);

  static constexpr uint32_t max_threads_per_block = 1024;
  static constexpr uint32_t max_static_shared_bytes = 48 * 1024;  ///< ptxas takes no more on any device

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Builds a parameter buffer: appends `bytes` of a value at its alignment.
void pack(std::vector<std::byte>& buffer, const void* value, size_t bytes, size_t alignment);

}  // namespace vgpu
