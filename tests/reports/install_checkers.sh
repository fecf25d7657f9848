#!/usr/bin/env bash
# The name servers' own checkers of configurations that the block lists are tested with: Debian's.
set -euo pipefail
PATH=$PATH:/usr/sbin
missing=0
for checker in named-checkzone unbound-checkconf dnsmasq; do
    command -v "$checker" > /dev/null || missing=1
done
if [ "$missing" = 0 ]; then
    exit 0
fi
if ! command -v apt-get > /dev/null; then
    echo "No checkers of name servers found: install BIND's and Unbound's tools, and dnsmasq." >&2
    exit 1
fi
root=$([ "$(id -u)" = 0 ] && echo "" || echo sudo)
export DEBIAN_FRONTEND=noninteractive
$root apt-get update -q
$root apt-get install -y -q --no-install-recommends bind9-utils unbound dnsmasq-base
