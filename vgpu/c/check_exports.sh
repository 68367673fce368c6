#!/usr/bin/env bash
# check_exports.sh NM LIBRARY HEADER: the library exports the functions that the header declares, and nothing else.
set -euo pipefail
exported=$("$1" -D --defined-only "$2" | awk '$2 != "A" {print $3}' | sed 's/@.*//' | LC_ALL=C sort)
declared=$(grep -oE '^VGPU_API [^(]*\(' "$3" | grep -oE 'vgpu_[a-z_]+\(' | tr -d '(' | LC_ALL=C sort)
[ -n "$declared" ] || { echo "no function is declared in $3"; exit 1; }
diff <(echo "$declared") <(echo "$exported") || { echo "< only declared, > only exported"; exit 1; }
