# Two commands do everything on a fresh Debian 12: `make demo` and `make test`.
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

.PHONY: help setup build demo test finetune check lint asan tsan sanitize fuzz soak bench coverage format clean interop

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/:/' | column -t -s:

demo: ## install what is needed, build the command, run the main job on real pictures
	@tools/setup.sh
	@tools/build.sh release --target lineguard
	@build/bin/lineguard demo --pictures build/deps/wheels/elpv_dataset/data --out build/demo

test: ## install, build, check the style and the floors, run every test
	@tools/setup.sh test
	@tools/build.sh release --with-tests
	@$(MAKE) --no-print-directory check
	@tools/test.sh release

setup: ## install what is needed
	@tools/setup.sh

build: ## build the command: build/bin/lineguard
	@tools/setup.sh
	@tools/build.sh release --target lineguard

finetune: ## install libtorch, build build/bin/lineguard-finetune, run its tests
	@tools/setup.sh finetune
	@tools/build.sh release --with-tests --finetune --target lineguard --target lineguard-finetune --target finetune_test
	@ctest --test-dir build/release -L finetune --output-on-failure

check: ## clang-format, module floors, self-contained headers
	@tools/check.sh

lint: ## clang-tidy
	@tools/setup.sh dev
	@tools/lint.sh

asan: ## all tests under the address and undefined-behaviour sanitizers
	@tools/setup.sh test
	@tools/build.sh asan --with-tests
	@tools/test.sh asan

tsan: ## all tests under the thread sanitizer
	@tools/setup.sh test
	@tools/build.sh tsan --with-tests
	@tools/test.sh tsan

sanitize: ## the line, its record and its servers under both, for every change
	@tools/setup.sh test
	@tools/sanitize.sh

fuzz: ## fuzz the decoders and parsers for a minute each
	@tools/setup.sh dev
	@tools/fuzz.sh

interop: ## install Datumaro and pycocotools (560 MB) and compare what they and Lineguard read and write
	@tools/setup.sh interop
	@tools/build.sh release --with-tests --target lineguard --target make_parts
	@ctest --test-dir build/release -R '^e2e\.(setup|other_tools)$$' --output-on-failure

soak: ## run real lines of 3,000 parts under random faults (SOAK_PARTS, SOAK_RUNS, SOAK_SEED)
	@tools/setup.sh test
	@tools/build.sh release --with-tests --target lineguard --target make_parts
	@tools/soak.sh

bench: ## run the benchmarks
	@tools/setup.sh dev
	@tools/bench.sh

coverage: ## line coverage of the tests, by file
	@tools/setup.sh dev
	@tools/build.sh coverage --with-tests
	@tools/test.sh coverage
	@tools/coverage.sh

format: ## rewrite all sources with clang-format
	@git ls-files --cached --others --exclude-standard '*.h' '*.cpp' | xargs clang-format -i

clean: ## remove what was built, keep what was downloaded
	@rm -rf build/release build/debug build/asan build/tsan build/coverage build/fuzz build/bench build/demo build/bin
