# The engine of a quickstart with one node: the one that runs here, or one of its own.

$ownEngine = "unix://$place/engine/docker.sock"

function Read-Docker([string] $Engine, [string[]] $Arguments) {
    return Read-Program (Find-Program 'docker') (@('-H', $Engine) + $Arguments)
}

function Assert-Docker([string] $Engine, [string[]] $Arguments) {
    $run = Read-Docker $Engine $Arguments
    if ($run.ExitCode -ne 0) { throw "docker $($Arguments -join ' ') failed: $($run.Error)" }
}

function Test-Engine([string] $Engine) {
    return (Find-Program 'docker') -and (Read-Docker $Engine @('version', '--format', '{{.Server.Version}}')).ExitCode -eq 0
}

# The engine that an earlier run used, while its files are here.
function Get-UsedEngine {
    $note = "$place/engine.txt"
    if (-not (Test-Path $note)) { return $null }
    return (Get-Content $note -Raw).Trim()
}

function Get-Engine {
    if (-not (Find-Program 'docker')) { throw 'The docker client is missing: install it as said above and run this again.' }
    $candidates = @((Get-UsedEngine), $env:DOCKER_HOST, 'unix:///var/run/docker.sock', $ownEngine)
    foreach ($engine in $candidates) {
        if (-not $engine -or -not $engine.StartsWith('unix://')) { continue }
        if (Test-Engine $engine) {
            Write-Host "Uses the engine at $engine."
            Set-Content "$place/engine.txt" $engine
            return $engine
        }
    }
    Start-Engine
    Set-Content "$place/engine.txt" $ownEngine
    return $ownEngine
}

# An engine with its own data, sockets and pid file, so that it meets no other engine of this machine.
function Start-Engine {
    $dockerd = Find-Program 'dockerd'
    if (-not $dockerd) { throw 'No engine answers at DOCKER_HOST or /var/run/docker.sock, and there is no dockerd to start: install Docker Engine (docker.io) and run this again.' }
    if ([Environment]::UserName -cne 'root') { throw 'No engine answers at DOCKER_HOST or /var/run/docker.sock, and only root can start one: run this as root, or start Docker Engine and join its group.' }
    Stop-Remaining "$place/engine/"
    New-Folder "$place/engine"
    $log = "$place/engine/log"
    # An engine that was killed leaves these, and would wait for the processes they name.
    foreach ($stale in 'docker.pid', 'exec/containerd/containerd.pid') {
        if (Test-Path "$place/engine/$stale") { Remove-Item "$place/engine/$stale" }
    }
    # It outlives this script and its terminal.
    $script = 'log=$1; shift; setsid "$@" >>"$log" 2>&1 </dev/null &'
    Assert-Program '/bin/sh' @('-c', $script, 'sh', $log, $dockerd, '--data-root', "$place/engine/data", '--exec-root', "$place/engine/exec",
        '--pidfile', "$place/engine/docker.pid", '--host', $ownEngine)
    try { Wait-Until { Test-Engine $ownEngine } 60 "an answer of the new engine, whose log is $log" }
    catch {
        throw "$($_.Exception.Message) Its last words:`n$((Get-Content $log -Tail 5) -join "`n")"
    }
    Write-Host "Started an engine of its own at $ownEngine."
}

function Add-Image([string] $Engine) {
    if ((Read-Docker $Engine @('image', 'inspect', $image)).ExitCode -eq 0) { return }
    $file = "$place/image.tar"
    Write-Image $file
    Assert-Docker $Engine @('load', '-i', $file)
    Remove-Item $file
}

# What the quickstart left on its engine, and the engine itself if it is its own.
function Remove-EngineTrace([string] $Engine) {
    if (Test-Engine $Engine) {
        $left = Read-Docker $Engine @('ps', '-aq', '--filter', "ancestor=$image")
        foreach ($id in ($left.Output -split "`n" | Where-Object { $_ })) { Assert-Docker $Engine @('rm', '-f', $id) }
        $null = Read-Docker $Engine @('image', 'rm', $image)
    }
    if ($Engine -ceq $ownEngine) { Stop-Remaining "$place/engine/" }
    # A stopped engine may leave its network namespaces mounted.
    $mounts = @(Get-Content '/proc/self/mounts' | ForEach-Object { ($_ -split ' ')[1] } | Where-Object { $_.StartsWith("$place/") })
    [Array]::Reverse($mounts)
    foreach ($mount in $mounts) { Assert-Program (Find-Program 'umount') @($mount) }
}

# Stops the processes whose command line names a folder of the quickstart, and waits until they are gone.
function Stop-Remaining([string] $Folder) {
    $ids = @()
    foreach ($id in (Get-Process).Id | Where-Object { $_ -ne $PID }) {
        # A process may have ended meanwhile.
        try { $line = [IO.File]::ReadAllText("/proc/$id/cmdline") }
        catch [IO.IOException], [UnauthorizedAccessException] { continue }
        if ($line -cmatch '^[^\0]*(swarmpsd|dockerd)\0' -and $line.Contains($Folder)) { $ids += $id }
    }
    foreach ($id in $ids) { $null = Read-Program '/bin/sh' @('-c', "kill -TERM $id") }
    foreach ($id in $ids) { Wait-Until { -not (Test-Path "/proc/$id") } 30 "process $id to stop" }
}
