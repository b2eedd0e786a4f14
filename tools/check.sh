#!/usr/bin/env bash
# Style and structure: clang-format, #includes against each module's DEPS, self-contained headers.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "clang-format"
git ls-files --cached --others --exclude-standard '*.h' '*.cpp' | xargs -r clang-format --dry-run --Werror
echo "floors"
/usr/bin/python3 tools/check_includes.py --modules build/release/modules.txt --root modules
echo "self-contained headers"
cmake --build build/release --target all_verify_interface_header_sets -j "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" | tail -1
echo "words"
# Words that had to be read twice here before: STYLE.md.
if git grep -nwiE 'betray(s|ed)?|mend(s|ed|ing)?' -- '*.h' '*.cpp' '*.py' '*.sh' '*.case' '*.md' '*.toml' ':!docs/adr' ':!tools/check.sh'; then
  echo "check.sh: say it in plain words (STYLE.md)" >&2
  exit 1
fi
