# What the build and the tests need on a machine besides the .NET SDK.

# Finds dotnet, and makes programs built here find the same runtime.
function Initialize-Toolchain {
    $script:dotnet = Find-Program 'dotnet'
    if (-not $dotnet) { throw 'dotnet is not on the PATH. Install the .NET SDK 10 from https://dot.net/download and run this again.' }
    if (-not $env:DOTNET_ROOT) {
        $real = (Get-Item -LiteralPath $dotnet).ResolveLinkTarget($true)
        $folder = Split-Path ($real ? $real.FullName : $dotnet)
        if (Test-Path -LiteralPath (Join-Path $folder 'shared')) { $env:DOTNET_ROOT = $folder }
    }
    foreach ($name in 'DOTNET_NOLOGO', 'DOTNET_CLI_TELEMETRY_OPTOUT', 'TESTINGPLATFORM_TELEMETRY_OPTOUT', 'MSBUILDDISABLENODEREUSE') {
        Set-Item "env:$name" '1'
    }
}

# A busybox that needs no libraries can be the whole of a container's image.
function Find-StaticBusybox {
    $path = Find-Program 'busybox'
    if (-not $path) { return $null }
    $stream = [IO.File]::OpenRead($path)
    try {
        $head = [byte[]]::new(4096)
        $count = $stream.Read($head, 0, $head.Length)
    }
    finally { $stream.Dispose() }
    # A program that needs libraries names its loader (/lib/ld-…) at its beginning.
    if ([Text.Encoding]::Latin1.GetString($head, 0, $count).Contains('/ld-')) { return $null }
    return $path
}

# Each thing that containers need here, with the package that brings it.
function Find-Missing {
    $missing = @()
    foreach ($need in @('dockerd', 'docker.io'), @('docker', 'docker.io'), @('ip', 'iproute2'), @('nft', 'nftables'), @('conntrack', 'conntrack')) {
        if (-not (Find-Program $need[0])) { $missing += @{ Program = $need[0]; Package = $need[1] } }
    }
    if (-not (Find-StaticBusybox)) { $missing += @{ Program = 'busybox (static)'; Package = 'busybox-static' } }
    return , $missing
}

# Installs what is missing on Debian and Ubuntu as root; elsewhere says what to install and goes on.
function Install-Prerequisite {
    if (-not $IsLinux) {
        Write-Host 'Running containers is tried on Linux only: those tests are skipped here.'
        return
    }
    $missing = Find-Missing
    if ($missing.Count -eq 0) { return }
    $apt = Find-Program 'apt-get'
    if ($apt -and [Environment]::UserName -ceq 'root') {
        Install-Package $apt @($missing | ForEach-Object Package)
        $missing = Find-Missing
    }
    if ($missing.Count -eq 0) { return }
    Write-Host "Missing: $(($missing | ForEach-Object Program) -join ', '). What needs them is skipped. To install them:"
    Write-Host "  Debian, Ubuntu   apt-get install docker.io iproute2 nftables conntrack busybox-static   (as root)"
    Write-Host "  Fedora           dnf install moby-engine iproute nftables conntrack-tools busybox        (as root)"
}

function Install-Package([string] $Apt, [string[]] $Packages) {
    $names = @($Packages | Sort-Object -Unique)
    $systemd = Test-Path '/run/systemd/system'
    # Without systemd nothing else mounts the control groups that an engine needs.
    $hasGroups = Test-Path '/sys/fs/cgroup/memory', '/sys/fs/cgroup/cgroup.controllers'
    if ($names -contains 'docker.io' -and -not $systemd -and $hasGroups -notcontains $true) { $names += 'cgroupfs-mount' }
    Write-Host "Installing $($names -join ', ') ..."
    $env:DEBIAN_FRONTEND = 'noninteractive'
    # Where no service manager runs, packages must not fail because their service cannot start.
    $policy = '/usr/sbin/policy-rc.d'
    $ours = -not $systemd -and -not (Test-Path $policy)
    if ($ours) {
        Set-Content $policy "#!/bin/sh`nexit 101"
        [IO.File]::SetUnixFileMode($policy, [IO.UnixFileMode]'UserRead, UserWrite, UserExecute')
    }
    try {
        Invoke-Apt $Apt @('update', '-q')
        Invoke-Apt $Apt (@('install', '-q', '-y', '--no-install-recommends') + $names)
        # Newer releases keep the client in a package of its own.
        if (-not (Find-Program 'docker')) { Invoke-Apt $Apt @('install', '-q', '-y', '--no-install-recommends', 'docker-cli') }
    }
    finally { if ($ours) { Remove-Item $policy } }
}

# Silent when it works; when not, everything apt said.
function Invoke-Apt([string] $Apt, [string[]] $Arguments) {
    $run = Read-Program $Apt $Arguments
    if ($run.ExitCode -ne 0) {
        Write-Host $run.Output
        throw "apt-get $($Arguments -join ' ') failed: $($run.Error)"
    }
}
