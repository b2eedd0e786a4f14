# lineguard_fuzzer(<name> SOURCE <cpp...> SEEDS <cpp...> LIBS <target...>)
#
# With LINEGUARD_FUZZ (clang): the libFuzzer program <name>, and <name>_seeds, which writes the files to start from into
# the folder that it is given. tools/fuzz.sh runs all of them. Nothing otherwise.
function(lineguard_fuzzer NAME)
  if(NOT LINEGUARD_FUZZ)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 F "" "" "SOURCE;SEEDS;LIBS")
  add_executable(${NAME} ${F_SOURCE})
  target_link_options(${NAME} PRIVATE -fsanitize=fuzzer)
  add_executable(${NAME}_seeds ${F_SEEDS})
  target_include_directories(${NAME}_seeds PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
  foreach(program IN ITEMS ${NAME} ${NAME}_seeds)
    target_link_libraries(${program} PRIVATE ${F_LIBS})
    target_include_directories(${program} PRIVATE include)
    lineguard_program(${program})
  endforeach()
endfunction()
