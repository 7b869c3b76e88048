# The Debian packages: a component each.  A library's is named for its SONAME (Debian policy 8.1), and libsealane-port has one of
# its own, since it is there for programs that want no DPDK.
set(soversion ${PROJECT_VERSION_MAJOR})
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sealane)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/../packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL sealane switch port dev vde)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Sealane's maintainers <sealane@localhost>")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/client ${PROJECT_BINARY_DIR}/embed)

# sealane_package(COMPONENT NAME SECTION SUMMARY TEXT [VARIABLE VALUE]...): VARIABLE of CPACK_DEBIAN_COMPONENT_*.
function(sealane_package component name section summary text)
    string(TOUPPER ${component} upper)
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name} PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section} PARENT_SCOPE)
    set(CPACK_COMPONENT_${upper}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
    while(ARGN)
        list(POP_FRONT ARGN variable value)
        set(CPACK_DEBIAN_${upper}_${variable} "${value}" PARENT_SCOPE)
    endwhile()
endfunction()

# DPDK loads its drivers when it starts, so no tool sees that they are needed.  23 is the SONAME of DPDK 22.11.
set(plugins "librte-bus-pci23, librte-bus-vdev23, librte-mempool-ring23, librte-net-af-packet23, librte-net-tap23")
set(here ${CMAKE_CURRENT_LIST_DIR})
sealane_package(sealane sealane net "PowerVM's virtual network in software"
    "A hypervisor's virtual switch with 802.1Q adapters, and Shared Ethernet\nAdapters that bridge its VLANs to the outside, on DPDK."
    PACKAGE_DEPENDS "${plugins}"
    PACKAGE_RECOMMENDS "librte-meta-net")
set(CPACK_DEBIAN_SEALANE_PACKAGE_CONTROL_EXTRA ${here}/postinst ${here}/prerm ${here}/postrm ${here}/conffiles)
sealane_package(switch libsealane${soversion} libs "Sealane's switch inside another program"
    "A virtual network of PowerVM's kind for a program that has its own loop\nand clock, or for threads of the library."
    PACKAGE_DEPENDS "${plugins}"
    PACKAGE_RECOMMENDS "librte-meta-net")
sealane_package(port libsealane-port${soversion} libs "port of a Sealane switch, for emulators"
    "Attaches to a running switch, without DPDK, threads or waiting.")
sealane_package(dev libsealane-dev libdevel "headers of libsealane and libsealane-port"
    "With pkg-config files, a CMake package, manual pages and examples."
    PACKAGE_SHLIBDEPS OFF
    PACKAGE_DEPENDS "libsealane${soversion} (= ${PROJECT_VERSION}), libsealane-port${soversion} (= ${PROJECT_VERSION})")
sealane_package(vde libvdeplug-sealane net "Sealane's ports for programs of VDE"
    "A module of libvdeplug, for addresses such as sealane:///path."
    PACKAGE_DEPENDS "libsealane-port${soversion} (= ${PROJECT_VERSION}), libvdeplug2")

# Who is linked with a library needs its package; and the loader's list of libraries is renewed.
foreach(component_and_library IN ITEMS switch:libsealane port:libsealane-port)
    string(REPLACE : ";" pair ${component_and_library})
    list(GET pair 0 component)
    list(GET pair 1 library)
    string(TOUPPER ${component} upper)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${library}/shlibs
        "${library} ${soversion} ${library}${soversion} (>= ${PROJECT_VERSION})\n")
    set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_BINARY_DIR}/${library}/shlibs ${here}/triggers)
endforeach()
set(CPACK_PRE_BUILD_SCRIPTS ${here}/compress.cmake)

# Into a package's tree only: `cmake --install` leaves the machine's own /etc alone.
install(CODE "if(NOT \"\$ENV{DESTDIR}\" STREQUAL \"\")
    file(INSTALL ${here}/frame1.yaml DESTINATION /etc/sealane)
endif()" COMPONENT sealane)
foreach(component_and_package IN ITEMS sealane:sealane switch:libsealane${soversion} port:libsealane-port${soversion}
        dev:libsealane-dev vde:libvdeplug-sealane)
    string(REPLACE : ";" pair ${component_and_package})
    list(GET pair 0 component)
    list(GET pair 1 package)
    install(FILES ${here}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endforeach()
include(CPack)
