# lineguard_module(<name> FLOOR <n> SOURCES <cpp...> HEADERS <h...> [DEPS <module...>] [LIBS <target...>]
#                  [PRIVATE_LIBS <target...>] [TESTS <cpp...>] [TEST_DEPS <module...>])
#
# Makes the static library lineguard_<name> with the alias lineguard::<name>. A module may use only modules of lower
# floors; anything else stops the configure step. HEADERS become a header set that `make check` compiles one by one.
# TESTS become <name>_test with every case known to ctest.
function(lineguard_module NAME)
  cmake_parse_arguments(PARSE_ARGV 1 M "" "FLOOR" "SOURCES;HEADERS;DEPS;LIBS;PRIVATE_LIBS;TESTS;TEST_DEPS")
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "Module ${NAME}: unknown arguments ${M_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT DEFINED M_FLOOR)
    message(FATAL_ERROR "Module ${NAME}: FLOOR is missing")
  endif()
  lineguard_refuse_modules_in(LIBS ${NAME} ${M_LIBS} ${M_PRIVATE_LIBS})

  set(target lineguard_${NAME})
  add_library(${target} STATIC ${M_SOURCES})
  add_library(lineguard::${NAME} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${M_HEADERS})
  target_include_directories(${target} PRIVATE src)
  set_target_properties(${target} PROPERTIES LINEGUARD_FLOOR "${M_FLOOR}" LINEGUARD_DEPS "${M_DEPS}")
  set_property(GLOBAL APPEND PROPERTY LINEGUARD_MODULES ${NAME})

  foreach(dep IN LISTS M_DEPS)
    lineguard_check_floor(${NAME} ${M_FLOOR} ${dep})
    target_link_libraries(${target} PUBLIC lineguard::${dep})
  endforeach()
  target_link_libraries(${target} PUBLIC ${M_LIBS} PRIVATE lineguard_options ${M_PRIVATE_LIBS})

  if(LINEGUARD_TESTS AND M_TESTS)
    add_executable(${NAME}_test ${M_TESTS})
    foreach(dep IN LISTS M_TEST_DEPS)
      lineguard_check_floor(${NAME} ${M_FLOOR} ${dep})
      target_link_libraries(${NAME}_test PRIVATE lineguard::${dep})
    endforeach()
    target_include_directories(${NAME}_test PRIVATE src ${CMAKE_SOURCE_DIR}/tests/support)
    target_link_libraries(${NAME}_test PRIVATE ${target} ${M_PRIVATE_LIBS} GTest::gtest GTest::gtest_main)
    lineguard_program(${NAME}_test)
    gtest_discover_tests(${NAME}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT ${LINEGUARD_TEST_TIMEOUT_S} TEST_PREFIX ${NAME}.
      PROPERTIES TIMEOUT ${LINEGUARD_TEST_TIMEOUT_S} LABELS ${NAME})
  endif()
endfunction()

# What every executable of ours needs: our options, where the data sets and dependencies are, sanitizer cures.
function(lineguard_program TARGET)
  target_link_libraries(${TARGET} PRIVATE lineguard_options)
  target_compile_definitions(${TARGET} PRIVATE
    LINEGUARD_SOURCE_DIR="${CMAKE_SOURCE_DIR}" LINEGUARD_DEPS_DIR="${LINEGUARD_DEPS_DIR}")
  if(LINEGUARD_SANITIZE)
    target_sources(${TARGET} PRIVATE $<TARGET_OBJECTS:lineguard_sanitizer_dlopen>)
  endif()
endfunction()

function(lineguard_check_floor NAME FLOOR DEP)
  if(NOT TARGET lineguard_${DEP})
    message(FATAL_ERROR "Module ${NAME} (floor ${FLOOR}) depends on ${DEP}, which is not defined before it. "
      "A module may use only modules of lower floors: see ARCHITECTURE.md.")
  endif()
  get_target_property(dep_floor lineguard_${DEP} LINEGUARD_FLOOR)
  if(NOT dep_floor LESS FLOOR)
    message(FATAL_ERROR "Module ${NAME} (floor ${FLOOR}) may not depend on ${DEP} (floor ${dep_floor}). "
      "A module may use only modules of lower floors: see ARCHITECTURE.md.")
  endif()
endfunction()

function(lineguard_refuse_modules_in WHAT NAME)
  foreach(lib IN LISTS ARGN)
    if(lib MATCHES "^lineguard(::|_)" AND NOT lib MATCHES "^lineguard_(opencv|openvino|options)$")
      message(FATAL_ERROR "Module ${NAME} names the module ${lib} in ${WHAT}. Modules belong in DEPS, where the floors are checked.")
    endif()
  endforeach()
endfunction()

# Called last: finds module-to-module links that did not come through DEPS, and writes the table that
# tools/check_includes.py holds against the sources.
function(lineguard_check_floors)
  get_property(modules GLOBAL PROPERTY LINEGUARD_MODULES)
  set(table "")
  foreach(name IN LISTS modules)
    get_target_property(floor lineguard_${name} LINEGUARD_FLOOR)
    get_target_property(deps lineguard_${name} LINEGUARD_DEPS)
    if(NOT deps)
      set(deps "")
    endif()
    get_target_property(links lineguard_${name} LINK_LIBRARIES)
    foreach(link IN LISTS links)
      if(link MATCHES "^lineguard(::|_)(.+)$")
        set(other ${CMAKE_MATCH_2})
        if(other IN_LIST modules AND NOT other IN_LIST deps)
          message(FATAL_ERROR "Module ${name} links the module ${other} past DEPS. Modules belong in DEPS, where the floors are checked.")
        endif()
      endif()
    endforeach()
    list(JOIN deps " " deps_text)
    string(APPEND table "${name} ${floor} ${deps_text}\n")
  endforeach()
  file(WRITE ${CMAKE_BINARY_DIR}/modules.txt "${table}")
endfunction()
