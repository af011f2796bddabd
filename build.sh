#!/bin/sh
# Runs build.ps1 with its arguments: in pwsh where that is installed, else in swarmps, the project's own
# PowerShell host, which is built first. Needs the .NET SDK and nothing else.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
HOME=${HOME:-/root}
DOTNET_NOLOGO=1
DOTNET_CLI_TELEMETRY_OPTOUT=1
export HOME DOTNET_NOLOGO DOTNET_CLI_TELEMETRY_OPTOUT

find_dotnet() {
    command -v dotnet && return
    for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/lib64/dotnet \
        /usr/local/share/dotnet /opt/dotnet /opt/homebrew/opt/dotnet/libexec /snap/dotnet-sdk/current; do
        if [ -n "$folder" ] && [ -x "$folder/dotnet" ]; then
            echo "$folder/dotnet"
            return
        fi
    done
    return 1
}

need_sdk() {
    cat >&2 <<EOF
build.sh: SwarmPS is built with the .NET SDK 10, and $1
Install it and run this again:
  Ubuntu      apt-get install dotnet-sdk-10.0
  Fedora      dnf install dotnet-sdk-10.0
  macOS       brew install dotnet
  elsewhere   dotnet-install.sh --channel 10.0, from https://dot.net/download (it installs into ~/.dotnet)
EOF
    exit 1
}

dotnet=$(find_dotnet) || need_sdk "no dotnet is on the PATH or in the usual places."
"$dotnet" --list-sdks | grep -q '^1[0-9]\.' || need_sdk "$dotnet has no SDK 10 or later."
PATH=$(dirname -- "$dotnet"):$PATH
export PATH

if command -v pwsh >/dev/null 2>&1; then
    exec pwsh -NoProfile -File "$root/build.ps1" "$@"
fi

# The host that runs the build is never the one the build replaces.
host=$root/artifacts/bootstrap
if [ ! -x "$host/swarmps" ] || [ -n "$(find "$root/src/SwarmPS.Shell" "$root"/Directory.*.props \
        \( -name bin -o -name obj \) -prune -o -type f -newer "$host/.made" -print)" ]; then
    echo "Building the PowerShell host ..." >&2
    new=$host.$$
    rm -rf "$new"
    mkdir -p "$root/artifacts"
    "$dotnet" publish "$root/src/SwarmPS.Shell" -c Release --use-current-runtime --self-contained false \
        -p:PublishReadyToRun=true -nodeReuse:false -nologo -v quiet -o "$new" >&2
    touch "$new/.made"
    if [ -d "$host" ]; then mv "$host" "$host.old.$$"; fi
    mv "$new" "$host"
    rm -rf "$host.old.$$"
fi
# The host starts by its dll, so that an SDK outside the system's own folder serves as its runtime too. It is kept
# from importing the module of an earlier build, which could then not be replaced in the process.
exec "$dotnet" "$host/swarmps.dll" -NoModule -File "$root/build.ps1" "$@"
