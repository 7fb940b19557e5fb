#!/bin/sh
# Installs Debian's Chromium for the browser tests, or says in one sentence what to install.
set -eu
wanted='The browser tests need Chromium: install your system'"'"'s package so that `chromium` is on PATH (Debian: apt-get install chromium).'
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "$wanted" >&2
    exit 1
fi
echo '> Installing Chromium for the browser tests'
log=.local/logs/chromium-install.log
mkdir -p .local/logs
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "$wanted" >&2
    exit 1
fi
