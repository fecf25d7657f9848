#!/usr/bin/env bash
# The browser that the page tests drive: Debian's, unless one is there or CHROMIUM names one.
set -euo pipefail
if [ -n "${CHROMIUM:-}" ] || command -v chromium > /dev/null; then
    exit 0
fi
if ! command -v apt-get > /dev/null; then
    echo "No chromium found: install it, or set CHROMIUM to the path of one." >&2
    exit 1
fi
root=$([ "$(id -u)" = 0 ] && echo "" || echo sudo)
export DEBIAN_FRONTEND=noninteractive
$root apt-get update -q
$root apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core
