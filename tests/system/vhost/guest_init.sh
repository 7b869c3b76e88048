#!/bin/busybox sh
# Init of the virtio-net test guest.  Its orders are on the kernel's command line (lists are separated by commas):
#
#   sealane.bond=10.0.1.1                  eth0 and eth1 are one, bond0: the first that this address answers on; the rest is
#                                          not done, but which of them is in use is said when it changes
#   sealane.ip=10.0.1.11/24,fd00::11/64    addresses of eth0, or bond0
#   sealane.mtu=9000                       of eth0
#   sealane.vlan=10:10.0.10.11/24          VLAN devices, and their addresses
#   sealane.mib=64                         how much is sent at a time
#   sealane.take=5001,5002                 ports on which one transfer each is taken
#   sealane.give=10.0.1.12/5003,...        transfers to make, one after the other
#   sealane.ping=10.0.1.12                 asked once a second when all is done
#
# It answers on the console, in lines that begin with GUEST: the hash of what it sent and of what it took.
. /base
mount -t tmpfs tmpfs /tmp

say() { echo "GUEST $*"; }
hash_of() { sha256sum | cut -d' ' -f1; }

# Random, so that a byte in the wrong place shows; in pieces that a small guest can hold.
generate() {
    for _ in $(seq 1 "$pieces"); do cat /tmp/piece; done
}

# An input that ends would end the transfer, so it gets one that never does.
take() {
    got=$(nc -l -p "$1" <&3 | hash_of)
    say "took $1 $got"
}

give() {
    address=${1%/*} port=${1#*/}
    until generate | nc "$address" "$port" >/dev/null 2>&1; do sleep 1; done
    say "gave $port $(generate | hash_of)"
}

# What PowerVM calls Network Interface Backup.
bond() {
    settings=/sys/class/net/bond0/bonding
    echo active-backup >$settings/mode
    echo 100 >$settings/arp_interval
    echo "+$1" >$settings/arp_ip_target
    for device in eth0 eth1; do echo "+$device" >$settings/slaves; done
    ip link set bond0 up
    for address in $(each "$(order ip)"); do ip addr add "$address" dev bond0; done
    while sleep 0.1; do
        now=$(cat $settings/active_slave)
        [ "$now" = "$before" ] || say "active $now"
        before=$now
    done
}

load_modules
ip link set lo up
[ -z "$(order bond '')" ] || bond "$(order bond)"
ip link set eth0 mtu "$(order mtu 1500)"
ip link set eth0 up
for entry in $(each "$(order vlan '')"); do
    ip link add link eth0 name "eth0.${entry%%:*}" type vlan id "${entry%%:*}"
    ip link set "eth0.${entry%%:*}" up
    ip addr add "${entry#*:}" dev "eth0.${entry%%:*}"
done
say "queues $(ls -d /sys/class/net/eth0/queues/tx-* | wc -l)"
for address in $(each "$(order ip)"); do ip addr add "$address" dev eth0; done
say "up"

piece_mib=8
pieces=$(($(order mib 64) / piece_mib))
head -c $((piece_mib << 20)) /dev/urandom >/tmp/piece
mkfifo /tmp/silence
exec 3<>/tmp/silence
for port in $(each "$(order take)"); do take "$port" & done
for target in $(each "$(order give)"); do give "$target"; done
wait
say "done"
while sleep 1; do
    if ping -c 1 -W 1 "$(order ping)" >/dev/null; then say "pong"; fi
done
