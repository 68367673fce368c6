#!/usr/bin/env bash
# Runs a file with a Python that has Triton, as it is found now and not when CMake ran.
#   cmake/with_triton.sh python/tests/test_vgpu.py
set -euo pipefail
self=$(readlink -f -- "${BASH_SOURCE[0]}")
root=${self%/cmake/*}
source "$root/cmake/bootstrap.sh"

if ! python=$(find_triton); then
  say "skipped: no Triton"
  exit 0
fi
exec "$python" "$@"
