# A cable of one's own, where each packet is seen and counted once (on lo it is twice).  Needs root; the caller removes it.
# shellcheck shell=bash

# make_cable NAME N: what is sent to $cable_address goes out by the interface NAME.  Fails where that can't be.  N is 0, 64, 128 or 192, another for
# each user, who can be at work at the same time.
make_cable() {
	local i
	cable_address=192.0.2.$(($2 + 2))
	ip link add "$1" type veth peer name "$1-end" || return
	for i in "$1" "$1-end"; do
		echo 1 >"/proc/sys/net/ipv6/conf/$i/disable_ipv6"
	done
	ip link set "$1-end" address 02:00:00:00:00:02 up &&
		ip link set "$1" up &&
		ip addr add "192.0.2.$(($2 + 1))/26" dev "$1" &&
		ip neigh add "$cable_address" lladdr 02:00:00:00:00:02 dev "$1" nud permanent
}
