# Sourced by ./tritutor and ./test: gets what a fresh machine lacks, then configures and builds.
# Functions only; `root` is the source folder. Everything is said on standard error.

# The toolkit's wheels, used where no CUDA Toolkit is found: NVRTC itself, and the headers a kernel may include.
cuda_wheels=(nvidia-cuda-nvrtc==13.0.88 nvidia-cuda-runtime==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-cuda-cccl==13.0.85
  nvidia-curand==10.4.0.35)
# What kernels in Triton need, where no Python has it.
triton_wheels=(triton==3.9.0 'numpy<3')

say() { printf '%s\n' "$*" >&2; }
fail() { say "${0##*/}: $*"; exit 3; }

has_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# Debian packages that are needed and not there.
missing_packages() {
  command -v g++ >/dev/null || echo g++
  command -v cmake >/dev/null || echo cmake
  command -v ninja >/dev/null || echo ninja-build
  local package
  for package in libcli11-dev libfmt-dev nlohmann-json3-dev doctest-dev libsqlite3-dev libmd4c-dev libmd4c-html0-dev; do
    has_package "$package" || echo "$package"
  done
  if ! find_nvrtc >/dev/null && ! python3 -m pip --version >/dev/null 2>&1; then echo python3-pip; fi
}

# apt_install PACKAGE...: status 1, and said why, where they cannot be installed.
apt_install() {
  local sudo=
  if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    if ! command -v sudo >/dev/null; then
      say "These packages are missing and only root may install them. As root:
  apt-get update && apt-get install -y --no-install-recommends $*"
      return 1
    fi
  fi
  say "Installing from your distribution${sudo:+ (with sudo)}: $*"
  local log
  log=$(mktemp)
  if ! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    say "The packages could not be installed. As root:
  apt-get update && apt-get install -y --no-install-recommends $*"
    return 1
  fi
  rm -f "$log"
}

install_packages() {
  if ! command -v apt-get >/dev/null; then
    command -v g++ >/dev/null && command -v cmake >/dev/null && command -v ninja >/dev/null && return 0
    fail "this is no Debian or Ubuntu. Install g++ 12 or newer, CMake, Ninja, CLI11, fmt, nlohmann/json, doctest," \
      "SQLite's headers and md4c's, then run this again"
  fi
  local missing
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086  # a list of words
  apt_install $missing || exit 3
}

# Prints where NVRTC is, in the order in which the program looks for it.
find_nvrtc() {
  if [ -n "${TRITUTOR_NVRTC:-}" ] && [ -e "$TRITUTOR_NVRTC" ]; then echo "$TRITUTOR_NVRTC"; return 0; fi
  local folder library
  for folder in ${CUDA_HOME:+"$CUDA_HOME"} ${CUDA_PATH:+"$CUDA_PATH"} /usr/local/cuda*; do
    for library in "$folder"/lib64/libnvrtc.so*; do
      # Headers have to be there too: a machine may hold the libraries alone.
      if [ -e "$library" ] && [ -e "$folder/include/cuda_fp16.h" ]; then echo "$library"; return 0; fi
    done
  done
  for library in "$root"/build/cuda/nvidia/cu13/lib/libnvrtc.so*; do
    if [ -e "$library" ]; then echo "$library"; return 0; fi
  done
  if [ -e /usr/include/cuda_fp16.h ]; then
    library=$({ ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -m1 'libnvrtc\.so' || true)
    if [ -n "$library" ]; then echo "${library##* }"; return 0; fi
  fi
  return 1
}

fetch_nvrtc() {
  find_nvrtc >/dev/null && return 0
  say "No CUDA Toolkit with NVRTC is here, so its wheels go into build/cuda (about 160 MB): ${cuda_wheels[*]}"
  local part="$root/build/cuda.part" log
  rm -rf "$part"
  mkdir -p "$root/build"
  log=$(mktemp)
  if ! python3 -m pip install -q --no-deps --only-binary :all: --no-compile --target "$part" "${cuda_wheels[@]}" >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -rf "$part" "$log"
    fail "the wheels could not be fetched. Check the network and run this again, or install the CUDA Toolkit"
  fi
  rm -rf "$log" "$root/build/cuda"
  mv "$part" "$root/build/cuda"
}

# has_triton PYTHON: whether it has numpy and a Triton of 3.4 or later; a triton.py in the current folder is none.
has_triton() {
  "$1" -c 'import sys
sys.path[:] = [folder for folder in sys.path if folder]
from importlib.metadata import version
version("numpy")
sys.exit(tuple(int(part) for part in version("triton").split(".")[:2]) < (3, 4))' >/dev/null 2>&1
}

# Prints a Python that has them, in the order in which the program looks for it.
find_triton() {
  local python
  if [ -n "${TRITUTOR_PYTHON:-}" ]; then
    has_triton "$TRITUTOR_PYTHON" && echo "$TRITUTOR_PYTHON"
    return
  fi
  for python in python3 "$root/build/triton/bin/python"; do
    if has_triton "$python"; then echo "$python"; return 0; fi
  done
  return 1
}

# wants_triton ARGUMENT...: whether a command is about Triton: --dialect triton, or a file in Python.
wants_triton() {
  local argument before=
  for argument; do
    case $before$argument in --dialecttriton | --dialect=triton | *.py) return 0 ;; esac
    before=
    if [ "$argument" = --dialect ]; then before=$argument; fi
  done
  return 1
}

# A Python of our own with Triton, where no other has it. Status 1, and said why, where it cannot be had: CUDA C++ goes
# without.
fetch_triton() {
  find_triton >/dev/null && return 0
  if [ -n "${TRITUTOR_PYTHON:-}" ]; then
    say "TRITUTOR_PYTHON is $TRITUTOR_PYTHON, which lacks Triton or numpy. Unset it, or: $TRITUTOR_PYTHON -m pip install ${triton_wheels[0]} numpy"
    return 1
  fi
  if ! python3 -m pip --version >/dev/null 2>&1; then
    if ! command -v apt-get >/dev/null; then
      say "Triton needs Python 3.10 or later with pip and venv: install them, then run this again"
      return 1
    fi
    apt_install python3-pip || return 1
  fi
  say "No Python with Triton is here, so it goes into build/triton (300 MB to fetch, 1.1 GB there): ${triton_wheels[*]}"
  local part="$root/build/triton.part" log packages
  rm -rf "$part"
  mkdir -p "$root/build"
  log=$(mktemp)
  # Without a pip of its own, for which Debian has yet another package.
  if ! { python3 -m venv --without-pip "$part" &&
    packages=$("$part/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))') &&
    python3 -m pip install -q --only-binary :all: --no-compile --target "$packages" "${triton_wheels[@]}"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -rf "$part" "$log"
    say "Triton could not be fetched. Check the network and run this again; CUDA C++ goes without"
    return 1
  fi
  rm -rf "$log" "$root/build/triton"
  mv "$part" "$root/build/triton"
}

# up_to_date PRESET TARGET: nothing that goes into the build has changed since its last success.
up_to_date() {
  local stamp="$root/build/$1/.built-$2"
  [ -e "$stamp" ] || return 1
  local sources=(app cmake grader reference vgpu CMakeLists.txt CMakePresets.json)
  if [ "$2" = all ]; then sources+=(bench python tests); fi
  [ -z "$(cd "$root" && find "${sources[@]}" -newer "$stamp" -print -quit)" ]
}

# build PRESET TARGET: configures and builds; quiet unless it fails.
build() {
  local preset=$1 target=$2 folder="$root/build/$1"
  local stamp="$folder/.built-$target" log="$folder/build.log"
  if [ -e "$folder/build.ninja" ]; then say "Building what changed ..."; else
    say "Building (the first time, a few minutes on $(nproc) cores) ..."
  fi
  mkdir -p "$folder"
  touch "$stamp.new" # from before the build: what is edited meanwhile counts as newer
  if ! { [ -e "$folder/build.ninja" ] || (cd "$root" && cmake --preset "$preset" -DTRITUTOR_BATCHES=ON); } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "CMake failed; the whole log is $log"
  fi
  if [ -t 2 ]; then
    # Ninja keeps to one line on a terminal.
    NINJA_STATUS='[%f/%t] ' cmake --build "$folder" --target "$target" >&2 || fail "the build failed"
  elif ! cmake --build "$folder" --target "$target" >>"$log" 2>&1; then
    grep -m1 -A 30 -E '^FAILED|error' "$log" >&2 || tail -n 30 "$log" >&2
    fail "the build failed; the whole log is $log"
  fi
  mv "$stamp.new" "$stamp"
  if [ "$target" = programs ] && ! command -v tritutor >/dev/null; then
    say "Ready. To type \"tritutor\" in any folder: export PATH=\"\$PATH:$root\"  (until then it is $root/tritutor)"
  fi
}
