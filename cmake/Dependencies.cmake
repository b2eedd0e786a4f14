# Every third-party library, found in one place. Versions and reasons: deps/README.md.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(TIFF REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(pugixml REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)

pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(STB REQUIRED IMPORTED_TARGET stb)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(MODBUS REQUIRED IMPORTED_TARGET libmodbus)
pkg_check_modules(EIGEN REQUIRED IMPORTED_TARGET eigen3)

# OpenVINO comes as a wheel that set-up unpacked; its libtbb must be the one that is loaded (docs/adr/0003).
set(LINEGUARD_DEPS_DIR "${CMAKE_SOURCE_DIR}/build/deps" CACHE PATH "What tools/setup.sh made")
set(OpenVINO_DIR "${LINEGUARD_DEPS_DIR}/wheels/openvino/cmake" CACHE PATH "OpenVINO's CMake files")
find_package(OpenVINO 2026.4 REQUIRED COMPONENTS Runtime ONNX)
set(LINEGUARD_OPENVINO_LIBS "${LINEGUARD_DEPS_DIR}/wheels/openvino/libs")
add_library(lineguard_openvino INTERFACE)
target_link_libraries(lineguard_openvino INTERFACE openvino::runtime)
target_link_options(lineguard_openvino INTERFACE
  "LINKER:--push-state,--no-as-needed" "${LINEGUARD_OPENVINO_LIBS}/libtbb.so.12" "LINKER:--pop-state"
  "LINKER:--disable-new-dtags")

# OpenCV without its 673 MB development package has no CMake config: name the two libraries that we use.
find_path(OPENCV_INCLUDE opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_path(OPENCV_ARCH_INCLUDE opencv2/opencv_modules.hpp
  PATHS /usr/include/${CMAKE_CXX_LIBRARY_ARCHITECTURE} PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE opencv_core REQUIRED)
find_library(OPENCV_IMGPROC opencv_imgproc REQUIRED)
add_library(lineguard_opencv INTERFACE)
target_include_directories(lineguard_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE} ${OPENCV_ARCH_INCLUDE})
target_link_libraries(lineguard_opencv INTERFACE ${OPENCV_IMGPROC} ${OPENCV_CORE})

if(LINEGUARD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(LINEGUARD_BENCH)
  find_package(benchmark REQUIRED)
endif()
