# From an empty machine to a service on a real engine, and away again with -Clean. What this makes is in one
# folder, artifacts/quickstart; the engine's part is in engine.ps1.

$place = [IO.Path]::Combine($artifacts, 'quickstart')
# A socket's path has 107 bytes at most, and an engine's own are 45 longer than its folder's.
if ($place.Length -gt 60) {
    $place = [IO.Path]::Combine([IO.Path]::GetTempPath(), 'swarmps-quickstart-' + [Convert]::ToHexString(
            [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($place))).Substring(0, 8).ToLowerInvariant())
}
$socket = [IO.Path]::Combine($place, 'swarmps.sock')
$image = 'swarmps/quickstart'
. "$root/build/engine.ps1"

function Write-Step([string] $Text) { Write-Line "`n==> $Text" }

function Start-Quickstart {
    if (-not $IsLinux) { throw 'The quickstart runs containers, which needs Linux; everything else of SwarmPS builds here: ./build.sh build.' }
    Install-Prerequisite
    Build-Product
    $null = [IO.Directory]::CreateDirectory($place)
    [IO.File]::SetUnixFileMode($place, [IO.UnixFileMode]'UserRead, UserWrite, UserExecute')
    Import-Module "$artifacts/module/SwarmPS/SwarmPS.psd1"

    Write-Step 'An engine to run containers'
    $engine = Get-Engine
    New-Image $engine

    Write-Step 'The daemon, and a swarm of this one node'
    # One that runs here already is used as it is.
    Start-SwarmDaemon -Path "$artifacts/swarmpsd/swarmpsd" -DataRoot "$place/daemon" -Socket $socket -Engine $engine | Out-Host
    if ((Get-Swarm).LocalNodeState -cne 'active') { Initialize-Swarm -AdvertiseAddress 127.0.0.1 -ListenAddress 127.0.0.1:2377 | Out-Null }
    Get-SwarmNode | Out-Host

    Write-Step 'A service of three replicas with a health check'
    if (Get-SwarmService | Where-Object Name -CEQ 'web') { Resize-SwarmService -Name web -Replicas 3 | Out-Null }
    else {
        New-SwarmService -Name web -Image $image -NoResolveImage -Replicas 3 -HealthInterval '1s' -StopGracePeriod '2s' `
            -HealthCommand 'wget -q -O /dev/null http://127.0.0.1:8080/' | Out-Null
    }
    Get-SwarmService | Out-Host
    Get-SwarmTask -Service web | Out-Host

    Write-Step 'Scaled to five'
    Resize-SwarmService -Name web -Replicas 5 | Out-Null
    Get-SwarmTask -Service web | Out-Host

    $victim = @(Get-Container $engine)[0]
    Write-Step "One container killed, behind the swarm's back: docker kill $victim"
    Assert-Docker $engine @('kill', $victim)
    Wait-Until { $live = @(Get-Container $engine 'health=healthy'); $live.Count -ge 5 -and $live -cnotcontains $victim } 60 'a fifth healthy container after one was killed'
    Write-Line 'It was replaced by a new task in the same slot:'
    Get-SwarmTask -Service web | Out-Host
    Write-NextStep $engine
}

function Write-NextStep([string] $Engine) {
    $prompt = if (Find-Program 'pwsh') { 'pwsh -NoExit -Command Import-Module ./artifacts/module/SwarmPS' } else { './artifacts/swarmps/swarmps' }
    Write-Line @"

The swarm goes on running. To go on at a PowerShell prompt:
  $prompt
  Connect-Swarm -Socket $socket
  Get-SwarmService
  Receive-SwarmServiceLog web
  Resize-SwarmService web 2

With the docker client:
  docker -H unix://$socket service ps web

To remove all of it:
  ./build.sh quickstart -Clean
"@
}

function Remove-Quickstart {
    $engine = Get-UsedEngine
    if (-not $engine) { Write-Line 'Nothing of the quickstart is here.'; return }
    $module = "$artifacts/module/SwarmPS/SwarmPS.psd1"
    if ([IO.File]::Exists($socket) -and [IO.File]::Exists($module)) {
        Import-Module $module
        try {
            Connect-Swarm -Socket $socket | Out-Null
            Get-SwarmService | Remove-SwarmService -Confirm:$false
            Exit-Swarm -Force -Confirm:$false | Out-Null
            Stop-SwarmDaemon -DataRoot "$place/daemon" -Confirm:$false | Out-Null
        }
        # A daemon that is gone, or cannot leave, must not keep the rest from going.
        catch { Write-Line "The daemon did not leave in good order: $($_.Exception.Message)" }
    }
    Stop-Remaining "$place/daemon"
    Remove-EngineTrace $engine
    [IO.Directory]::Delete($place, $true)
    Write-Line 'Removed the service, the swarm, the daemon, the image and all of their files.'
}
