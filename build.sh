#!/bin/sh
# Runs build.ps1 with its arguments: in the pwsh of the PATH where that is 7.4 or later, else in the one that
# .config/dotnet-tools.json names, which is restored first. Needs the .NET SDK and nothing else.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
HOME=${HOME:-/root}
DOTNET_NOLOGO=1
DOTNET_CLI_TELEMETRY_OPTOUT=1
POWERSHELL_TELEMETRY_OPTOUT=1
export HOME DOTNET_NOLOGO DOTNET_CLI_TELEMETRY_OPTOUT POWERSHELL_TELEMETRY_OPTOUT

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

has_pwsh() {
    version=$(pwsh -Version 2>/dev/null </dev/null) || return 1
    case $version in
        'PowerShell 7.'[0-3] | 'PowerShell 7.'[0-3].* | 'PowerShell '[0-6].*) return 1 ;;
        'PowerShell '*) return 0 ;;
        *) return 1 ;;
    esac
}

restore_pwsh() {
    "$dotnet" tool run pwsh -- -Version >/dev/null 2>&1 </dev/null && return
    echo "Restoring PowerShell, which is not on the PATH ..." >&2
    told=$("$dotnet" tool restore 2>&1 </dev/null) && return
    cat >&2 <<EOF
$told
build.sh: the PATH has no pwsh 7.4 or later, and the one of .config/dotnet-tools.json could not be restored.
Install PowerShell (https://aka.ms/powershell), or make a NuGet source reachable that has the package
PowerShell (dotnet nuget list source), and run this again.
EOF
    exit 1
}

dotnet=$(find_dotnet) || need_sdk "no dotnet is on the PATH or in the usual places."
"$dotnet" --list-sdks | grep -q '^10\.' || need_sdk "$dotnet has no SDK 10, which global.json asks for."
# The command that starts PowerShell here, for the texts and the benchmarks of build.ps1.
SWARMPS_PWSH=pwsh
if ! has_pwsh; then
    command -v dotnet >/dev/null && SWARMPS_PWSH='dotnet tool run pwsh --' || SWARMPS_PWSH="$dotnet tool run pwsh --"
fi
PATH=$(dirname -- "$dotnet"):$PATH
export PATH SWARMPS_PWSH

if [ "$SWARMPS_PWSH" = pwsh ]; then
    exec pwsh -NoProfile -File "$root/build.ps1" "$@"
fi
# A tool is found from the current folder upwards.
cd "$root"
restore_pwsh
exec "$dotnet" tool run pwsh -- -NoProfile -File "$root/build.ps1" "$@"
