# What `cmake --install` puts in place: the command, the backbone, and of OpenVINO only what a CPU line needs (docs/adr/0003).
set(private_libs ${CMAKE_INSTALL_LIBDIR}/lineguard)
file(GLOB openvino_parts
  "${LINEGUARD_OPENVINO_LIBS}/libopenvino.so.*"
  "${LINEGUARD_OPENVINO_LIBS}/libopenvino_intel_cpu_plugin.so"
  "${LINEGUARD_OPENVINO_LIBS}/libopenvino_ir_frontend.so.*"
  "${LINEGUARD_OPENVINO_LIBS}/libopenvino_onnx_frontend.so.*"
  "${LINEGUARD_OPENVINO_LIBS}/libtbb.so.12*")
install(TARGETS lineguard RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${openvino_parts} DESTINATION ${private_libs})
install(DIRECTORY ${LINEGUARD_DEPS_DIR}/backbone DESTINATION ${CMAKE_INSTALL_DATADIR}/lineguard)
install(FILES LICENSE README.md docs/station.toml docs/training.toml DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES modules/plc/st/lineguard_gate.st DESTINATION ${CMAKE_INSTALL_DATADIR}/lineguard)
set_target_properties(lineguard PROPERTIES INSTALL_RPATH "$ORIGIN/../${private_libs}")
