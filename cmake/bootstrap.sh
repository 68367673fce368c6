# Sourced by ./tritutor and ./test: gets what a fresh machine lacks, then configures and builds.
# Functions only; `root` is the source folder. Everything is said on standard error.

# The toolkit's wheels, used where no CUDA Toolkit is found: NVRTC itself, and the headers a kernel may include.
cuda_wheels=(nvidia-cuda-nvrtc==13.0.88 nvidia-cuda-runtime==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-cuda-cccl==13.0.85
  nvidia-curand==10.4.0.35)

say() { printf '%s\n' "$*" >&2; }
fail() { say "${0##*/}: $*"; exit 3; }

has_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# Debian packages that are needed and not there.
missing_packages() {
  command -v g++ >/dev/null || echo g++
  command -v cmake >/dev/null || echo cmake
  command -v ninja >/dev/null || echo ninja-build
  local package
  for package in libcli11-dev libfmt-dev nlohmann-json3-dev doctest-dev libsqlite3-dev; do
    has_package "$package" || echo "$package"
  done
  if ! find_nvrtc >/dev/null && ! python3 -m pip --version >/dev/null 2>&1; then echo python3-pip; fi
}

install_packages() {
  if ! command -v apt-get >/dev/null; then
    command -v g++ >/dev/null && command -v cmake >/dev/null && command -v ninja >/dev/null && return 0
    fail "this is no Debian or Ubuntu. Install g++ 12 or newer, CMake, Ninja, CLI11, fmt, nlohmann/json, doctest and" \
      "SQLite's headers, then run this again"
  fi
  local missing
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  missing=${missing//$'\n'/ }
  local sudo=
  if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    if ! command -v sudo >/dev/null; then
      fail "these packages are missing and only root may install them. As root:
  apt-get update && apt-get install -y --no-install-recommends $missing"
    fi
  fi
  say "Installing from your distribution${sudo:+ (with sudo)}: $missing"
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086  # a list of words
  if ! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail "the packages could not be installed. As root:
  apt-get update && apt-get install -y --no-install-recommends $missing"
  fi
  rm -f "$log"
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
  if ! { [ -e "$folder/build.ninja" ] || (cd "$root" && cmake --preset "$preset"); } >"$log" 2>&1; then
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
