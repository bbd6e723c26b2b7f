#!/bin/bash
# A star of network namespaces on this machine: s3, seeder, n1..nN around one bridge, each limited in both directions.
#   star.sh up N NODE_RATE S3_RATE [ZONES ZONE_RATE [SLOW_RATE]]    rates as tc writes them: 100mbit; SLOW_RATE is that of nN
#   star.sh open N                lifts the limits of nN, which has a namespace of its own
#   star.sh down
# Each host has a namespace; of more than 8 nodes eight share one (g1, g2, ...), each with a link of its own: what a node sends
# from its address leaves by its link, also to a node beside it.
# With zones, nodes stand in equal parts, in order, around a bridge for each zone, s3 and seeder in the first; each zone's bridge has one
# link to the central one, of ZONE_RATE in both directions.
# Addresses: bridge 10.77.255.254, s3 10.77.0.1, seeder 10.77.0.2, node i 10.77.1.i. Needs root, iproute2, sch_htb.
# Upload is shaped inside the namespace, download on the bridge's side. One htb class for each other host shares a link
# fairly between the hosts, as fq would where the kernel has it.
set -euo pipefail
name=pwb
bridge=10.77.255.254
address() { case $1 in s3) echo 10.77.0.1 ;; seeder) echo 10.77.0.2 ;; n*) echo 10.77.1.${1#n} ;; esac; }

shape() { # "ip netns exec NS" or "", device, rate, dst|src
    local inside=$1 device=$2 rate=$3 direction=$4 class=16 host
    {
        echo "qdisc replace dev $device root handle 1: htb default 2 r2q 100"
        echo "class replace dev $device parent 1: classid 1:1 htb rate $rate ceil $rate burst 64k cburst 64k quantum 60000"
        echo "class replace dev $device parent 1:1 classid 1:2 htb rate 64kbit ceil $rate burst 64k cburst 64k quantum 15140"
        echo "qdisc replace dev $device parent 1:2 handle 2: pfifo limit 1000"
        for host in $hosts; do
            echo "class replace dev $device parent 1:1 classid 1:$(printf %x $class) htb rate 64kbit ceil $rate burst 64k cburst 64k quantum 15140"
            echo "qdisc replace dev $device parent 1:$(printf %x $class) handle $(printf %x $((class + 256))): pfifo limit 200"
            echo "filter add dev $device parent 1: protocol ip prio 1 u32 match ip $direction $(address "$host")/32 flowid 1:$(printf %x $class)"
            class=$((class + 1))
        done
    } | $inside tc -batch -
}

bridge_of() { # host
    if [ "$zones" -eq 0 ]; then
        echo ${name}br
    elif [[ $1 == n* ]]; then
        echo ${name}z$(((${1#n} - 1) * zones / nodes + 1))
    else
        echo ${name}z1
    fi
}

share() { # namespace: its own addresses are no reason to stay inside, and each device answers for its own
    ip netns exec "$1" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
        net.ipv4.conf.all.accept_local=1 net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
    ip -n "$1" rule add pref 100 lookup local
    ip -n "$1" rule del pref 0
}

by_own_link() { # namespace, node
    ip -n "$1" route add 10.77.0.0/16 dev "$2" src "$(address "$2")" table $((1000 + ${2#n}))
    ip -n "$1" rule add pref 10 iif lo from "$(address "$2")" lookup $((1000 + ${2#n}))
}

case ${1:?up, open or down} in
up)
    nodes=$2 rate=$3 s3_rate=$4 zones=${5:-0} zone_rate=${6:-} slow_rate=${7:-}
    hosts="s3 seeder $(seq -s ' ' -f 'n%g' 1 "$nodes")"
    ip link add ${name}br type bridge
    ip link set ${name}br up
    ip addr add $bridge/16 dev ${name}br
    for ((zone = 1; zone <= zones; zone++)); do
        ip link add ${name}z$zone type bridge
        ip link set ${name}z$zone up
        ip link add ${name}in-$zone type veth peer name ${name}out-$zone
        ip link set ${name}in-$zone master ${name}br up
        ip link set ${name}out-$zone master ${name}z$zone up
        shape "" ${name}out-$zone "$zone_rate" dst
        shape "" ${name}in-$zone "$zone_rate" src
    done
    for host in $hosts; do
        own=$rate
        [ "$host" != s3 ] || own=$s3_rate
        [ "$host" != "n$nodes" ] || own=${slow_rate:-$rate}
        space=$name-$host device=eth0
        if [ "$nodes" -gt 8 ] && [[ $host == n* ]]; then
            space=$name-g$(((${host#n} - 1) / 8 + 1)) device=$host
        fi
        if [ ! -e "/run/netns/$space" ]; then
            ip netns add "$space"
            ip -n "$space" link set lo up
            [ $device = eth0 ] || share "$space"
        fi
        ip link add ${name}v-$host type veth peer name $device netns "$space"
        ip link set ${name}v-$host master "$(bridge_of "$host")" up
        ip -n "$space" addr add "$(address "$host")/16" dev $device
        ip -n "$space" link set $device up
        [ $device = eth0 ] || by_own_link "$space" "$host"
        shape "ip netns exec $space" $device "$own" dst
        shape "" ${name}v-$host "$own" src
    done
    ;;
open)
    ip netns exec "$name-n$2" tc qdisc del dev eth0 root
    tc qdisc del dev "${name}v-n$2" root
    ;;
down)
    for space in $(ip netns list | awk '{print $1}' | grep "^$name-" || true); do
        for process in $(ip netns pids "$space"); do kill -9 "$process" || true; done
        ip netns del "$space"
    done
    for link in $(ip -o link show type bridge | awk -F': ' '{print $2}' | grep -E "^${name}(br|z[0-9]+)$" || true); do
        ip link del "$link" || true
    done
    for link in $(ip -o link show type veth | awk -F'[:@ ]+' '{print $2}' | grep -E "^${name}in-[0-9]+$" || true); do
        ip link del "$link" || true
    done
    ;;
esac
