#!/usr/bin/env bash
# Several hosts on one machine, for `ray up`: `unshare ... hosts.sh FOLDER N`, which runs until it is killed, and with it
# all that runs on them. This one is the desk, 10.77.0.254; the others are 10.77.0.1 to N, with an ssh server each. Every
# host has its own network, processes, ~ and /tmp/ray, and the files and the Docker engine of the machine.
set -euo pipefail
folder=$1

own() { # the mounts of the host that this process is on: FOLDER/NAME's
  mkdir -p "$folder/$1/home" "$folder/$1/ray" /tmp/ray
  mount --bind "$folder/$1/ray" /tmp/ray
  # Who ssh lets in, and where ~ is.
  sed "s|^root:.*|root:*:0:0::$folder/$1/home:/bin/bash|" /etc/passwd >"$folder/$1/passwd"
  sed "s|^root:[^:]*|root:*|" /etc/shadow >"$folder/$1/shadow"
  mount --bind "$folder/$1/passwd" /etc/passwd
  mount --bind "$folder/$1/shadow" /etc/shadow
  export HOME=$folder/$1/home
}

if [ "$2" = host ]; then # FOLDER host NUMBER
  own "$3"
  until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
  ip link set lo up
  ip address add "10.77.0.$3/24" dev eth0
  ip link set eth0 up
  ip route add default via 10.77.0.254 # which leads nowhere, but Ray looks for its own address that way
  mkdir -p /run/sshd
  exec /usr/sbin/sshd -D -e -f /dev/null -h "$folder/host_key" -o PidFile=none -o UsePAM=no -o StrictModes=no \
    -o "AuthorizedKeysFile=$folder/key.pub" 2>"$folder/$3/sshd.log"
fi

own desk
ip link set lo up
ip link add bridge type bridge
ip address add 10.77.0.254/24 dev bridge
ip link set bridge up
network=$(readlink /proc/self/ns/net)
for number in $(seq "$2"); do
  unshare --net --mount --pid --uts --fork --mount-proc --kill-child "$0" "$folder" host "$number" &
  while [ "$(readlink "/proc/$!/ns/net")" = "$network" ]; do sleep 0.05; done
  ip link add "to$number" type veth peer name eth0 netns $!
  ip link set "to$number" master bridge up
done
echo ready
wait
