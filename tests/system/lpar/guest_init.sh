#!/bin/busybox sh
# Init of the test guest.  It takes its orders from the kernel's command line and answers on the console, in lines
# that begin with LPAR-TEST.  Orders (lists are separated by commas; a target is ADDRESS or ADDRESS/BYTES):
#
#   sealane.ip=10.0.1.11/24              address of eth0
#   sealane.vlan=10:10.0.10.11/24,...    VLAN devices on eth0 and their addresses
#   sealane.mtu=9000                     of eth0, and so of its VLAN devices
#   sealane.ping=10.0.1.1,10.0.1.1/8000  targets that must answer
#   sealane.noping=10.0.20.1             targets that must not answer; tried after all others
#   sealane.count=5                      echo requests a target
#   sealane.wait=60                      seconds to wait for a target's first answer
#   sealane.stay=1                       stay up at the end, instead of powering off
. /base

say() { echo "LPAR-TEST $*"; }
uptime_s() { cut -d. -f1 /proc/uptime; }

set_up() {
    load_modules
    driver=$(readlink /sys/class/net/eth0/device/driver)
    say "driver ${driver##*/}"

    ip link set lo up
    ip link set eth0 mtu "$(order mtu 1500)"
    ip link set eth0 up
    ip addr add "$(order ip 10.0.1.11/24)" dev eth0
    say "mtu $(cat /sys/class/net/eth0/mtu)"
    for entry in $(each "$(order vlan '')"); do
        device=eth0.${entry%%:*}
        ip link add link eth0 name "$device" type vlan id "${entry%%:*}" &&
            ip link set "$device" up &&
            ip addr add "${entry#*:}" dev "$device" &&
            say "vlan $device"
    done
}

# Sends $2 echo requests to target $1 and prints how many answers came.
answers() {
    size=56
    case $1 in */*) size=${1#*/} ;; esac
    got=$(ping -c "$2" -i 0.2 -W 3 -s "$size" "${1%%/*}" 2>/dev/null | sed -n 's/.* \([0-9]*\) packets received.*/\1/p')
    echo "${got:-0}"
}

# The other side may still be booting: counting starts with the first answer.
ping_target() {
    until [ "$(answers "$1" 1)" = 1 ]; do
        if [ "$(uptime_s)" -ge "$give_up_at" ]; then
            say "ping $1 fail 0/$count"
            return
        fi
        sleep 1
    done
    got=$(answers "$1" "$count")
    if [ "$got" = "$count" ]; then say "ping $1 ok $got/$count"; else say "ping $1 fail $got/$count"; fi
}

noping_target() {
    got=$(answers "$1" "$count")
    if [ "$got" = 0 ]; then say "noping $1 ok 0/$count"; else say "noping $1 fail $got/$count"; fi
}

set_up
count=$(order count 5)
give_up_at=$(($(uptime_s) + $(order wait 60)))
for target in $(each "$(order ping '')"); do ping_target "$target"; done
for target in $(each "$(order noping '')"); do noping_target "$target"; done
say "done"

if [ "$(order stay 0)" = 1 ]; then
    while :; do sleep 3600; done
fi
poweroff -f
