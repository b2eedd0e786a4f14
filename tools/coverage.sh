#!/usr/bin/env bash
# Line coverage by file after tools/test.sh coverage: a summary here, pages under build/coverage/html.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/coverage/html
gcovr --root . --filter 'modules/.*/(src|include)/' --object-directory build/coverage --exclude-throw-branches \
  --print-summary --html-details build/coverage/html/index.html
echo "pages: build/coverage/html/index.html"
