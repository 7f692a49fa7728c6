# thresh_room(NAME DIR LINK ...): the static library thresh_NAME from DIR/*.cc.
# thresh_program(NAME DIR LINK ...): the program NAME from DIR/*.cc.
# Warnings are errors everywhere; both take the same settings.
add_library(thresh_settings INTERFACE)
target_compile_features(thresh_settings INTERFACE cxx_std_23)
target_include_directories(thresh_settings INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(thresh_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wconversion -Wno-sign-conversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of GCC 12 in libstdc++ once it inlines at -O2 and above.
  target_compile_options(thresh_settings INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-free-nonheap-object)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 uses its own deprecated std::get_temporary_buffer in std::stable_sort.
  target_compile_options(thresh_settings INTERFACE -Wno-deprecated-declarations)
endif()

function(thresh_room name dir)
  cmake_parse_arguments(ROOM "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${dir}/*.cc")
  if(sources)
    add_library(thresh_${name} STATIC ${sources})
    target_link_libraries(thresh_${name} PUBLIC thresh_settings ${ROOM_LINK})
  else()
    add_library(thresh_${name} INTERFACE)
    target_link_libraries(thresh_${name} INTERFACE thresh_settings ${ROOM_LINK})
  endif()
endfunction()

function(thresh_program name dir)
  cmake_parse_arguments(ROOM "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${dir}/*.cc")
  if(sources)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE thresh_settings ${ROOM_LINK})
  endif()
endfunction()
