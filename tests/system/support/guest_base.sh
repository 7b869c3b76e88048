# Sourced by the init of every test guest, as /base: a shell with its tools, and orders from the kernel's command line.
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s /bin
export PATH=/bin

# Prints the value of one order (sealane.NAME=VALUE), or the default.
order() {
    for word in $(cat /proc/cmdline); do
        case $word in
            "sealane.$1="*) echo "${word#*=}"; return ;;
        esac
    done
    echo "$2"
}

# The elements of a list.
each() { echo "$1" | tr ',' ' '; }

load_modules() {
    while read -r module; do
        insmod "/modules/$module.ko" || say "error: cannot load $module"
    done </modules/order
}
