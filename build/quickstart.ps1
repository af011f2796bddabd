# From an empty machine to a service on a real cluster, and away again with -Clean. What this makes is in one folder,
# artifacts/quickstart. Three nodes where a lab can run, each with an engine and a network of its own; else one node beside the
# engine of this machine (engine.ps1).

$lab = 'quickstart'
$place = Join-Path $artifacts 'quickstart'
# A socket's path has 107 bytes at most, and an engine's own are 50 longer than this folder's.
if ($place.Length -gt 55) {
    $place = Join-Path ([IO.Path]::GetTempPath()) ('swarmps-quickstart-' + [Convert]::ToHexString(
            [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($place))).Substring(0, 8).ToLowerInvariant())
}
. "$root/build/image.ps1"
. "$root/build/engine.ps1"

function Write-Step([string] $Text) { Write-Host "`n==> $Text" }

function Start-Quickstart {
    if (-not $IsLinux) { throw 'The quickstart runs containers, which needs Linux; everything else of SwarmPS builds here: ./build.sh build.' }
    Install-Prerequisite
    Build-Product
    New-Folder $place
    [IO.File]::SetUnixFileMode($place, [IO.UnixFileMode]'UserRead, UserWrite, UserExecute')
    Import-Module "$artifacts/module/SwarmPS/SwarmPS.psd1"
    $engine = if (-not (Start-Cluster)) { Start-OneNode }

    Write-Step 'A service of three replicas with a health check'
    if (Get-SwarmService | Where-Object Name -CEQ 'web') { Resize-SwarmService -Name web -Replicas 3 | Out-Null }
    else { New-WebService (-not $engine) }
    Get-SwarmService | Out-Host
    Get-SwarmTask -Service web | Out-Host

    Write-Step 'Scaled to five'
    Resize-SwarmService -Name web -Replicas 5 | Out-Null
    Get-SwarmTask -Service web | Out-Host

    Show-Answer
    if ($engine) { Stop-OneContainer $engine } else { Stop-OneNode; Show-Answer }
    Write-NextStep $(if ($engine) { "$place/swarmps.sock" } else { "$place/lab/n1/swarmps.sock" })
}

# Starts three managers; $false, with the reason told, where there can be one node only.
function Start-Cluster {
    if (Get-UsedEngine) { Write-Host 'Goes on with the one node that is here; ./build.sh quickstart -Clean, and then again, makes three.'; return $false }
    $free = [int64]([regex]::Match((Get-Content '/proc/meminfo' -Raw), 'MemAvailable:\s+(\d+)').Groups[1].Value) / 1024
    if ($free -lt 2000 -and -not (Get-SwarmLab | Where-Object Lab -CEQ $lab)) {
        Write-Host "One node: three take 2,000 MB of memory, and $([int]$free) MB are free."
        return $false
    }
    Write-Step 'Three nodes on this machine, each with a network, an engine and a daemon of its own: a swarm of three managers'
    $file = "$place/image.tar"
    Write-Image $file
    try { Start-SwarmLab -Name $lab -Node 3 -Manager 3 -Path "$place/lab" -Image $file -Daemon "$artifacts/swarmpsd/swarmpsd" | Out-Host }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'LabNotSupported*') { throw }
        Write-Host "One node, as there can be no lab here: $($_.Exception.Message)"
        return $false
    }
    finally { Remove-Item $file }
    Get-SwarmNode | Out-Host
    return $true
}

# Starts a swarm of one node and gives its engine.
function Start-OneNode {
    Write-Step 'An engine to run containers'
    $engine = Get-Engine
    Add-Image $engine
    Write-Step 'The daemon, and a swarm of this one node'
    # One that runs here already is used as it is.
    Start-SwarmDaemon -Path "$artifacts/swarmpsd/swarmpsd" -DataRoot "$place/daemon" -Socket "$place/swarmps.sock" -Engine $engine | Out-Host
    if ((Get-Swarm).LocalNodeState -cne 'active') { Initialize-Swarm -AdvertiseAddress 127.0.0.1 -ListenAddress 127.0.0.1:2377 | Out-Null }
    Get-SwarmNode | Out-Host
    return $engine
}

# The web server tells which node it is on. It has a port of every node, where that can be.
function New-WebService([bool] $InLab) {
    $serve = 'echo Hello from $NODE > /www/index.html; exec httpd -f -vv -p 8080 -h /www'
    $web = @{
        Name = 'web'; Image = $image; NoResolveImage = $true; Command = 'sh', '-c', $serve; Env = 'NODE={{.Node.Hostname}}'
        Replicas = 3; HealthInterval = '1s'; StopGracePeriod = '2s'; HealthCommand = 'wget -q -O /dev/null http://127.0.0.1:8080/'
    }
    $missing = @('ip', 'nft', 'iptables', 'conntrack', 'nsenter' | Where-Object { -not (Find-Program $_) })
    if ($InLab) { $web.Publish = '8080:8080' }
    elseif ([Environment]::UserName -cne 'root') { Write-Host 'It publishes no port: the daemon needs root for that.' }
    elseif ($missing) { Write-Host "It publishes no port: that needs $($missing -join ', ')." }
    else { $web.Publish = "$(Get-FreePort):8080" }
    New-SwarmService @web | Out-Null
}

# 8080, or where that is taken on this machine any port that is not.
function Get-FreePort {
    foreach ($port in 8080, 0) {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Any, $port)
        try { $listener.Start(); return $listener.LocalEndpoint.Port }
        catch [Net.Sockets.SocketException] { if ($port -eq 0) { throw } }
        finally { $listener.Stop() }
    }
}

# Asks every node at the published port, each time over a new connection.
function Show-Answer {
    $port = @((Get-SwarmService web).Spec.EndpointSpec.Ports | ForEach-Object PublishedPort)[0]
    if (-not $port) { return }
    Write-Step "Every node answers at port $port, whichever nodes the tasks are on"
    foreach ($node in Get-SwarmNode) {
        $answers = foreach ($number in 1..5) {
            (Invoke-RestMethod "http://$($node.Address):$port/" -DisableKeepAlive).Trim()
        }
        Write-Host "http://$($node.Address):$port/  $($node.Hostname): $($answers -join ', ')"
    }
}

function Get-RunningTask { return Get-SwarmTask -Service web | Where-Object { $_.State -eq 'Running' -and $_.DesiredState -eq 'Running' } }

function Stop-OneNode {
    Write-Step 'One machine lost, as by a power cut: Set-SwarmLabNode n3 -Kill'
    $clock = [Diagnostics.Stopwatch]::StartNew()
    Set-SwarmLabNode n3 -Lab $lab -Kill -Confirm:$false | Out-Null
    Wait-Until { $live = @(Get-RunningTask); $live.Count -ge 5 -and $live.Node -cnotcontains 'n3' } 60 'five tasks on the other two nodes'
    Write-Host ('Its tasks run elsewhere, healthy, after {0:0.0} s:' -f $clock.Elapsed.TotalSeconds)
    Get-RunningTask | Out-Host
    Write-Step 'And back: Set-SwarmLabNode n3 -Start'
    Set-SwarmLabNode n3 -Lab $lab -Start -Confirm:$false | Out-Null
    Wait-Until { @(Get-SwarmNode | Where-Object Status -EQ 'Ready').Count -eq 3 } 60 'three nodes that are ready'
    Get-SwarmNode | Out-Host
}

function Stop-OneContainer([string] $Engine) {
    $victim = @(Get-RunningTask)[0].ContainerId
    Write-Step "One container killed, behind the swarm's back: docker kill $($victim.Substring(0, 12))"
    Assert-Docker $Engine @('kill', $victim)
    Wait-Until { $live = @(Get-RunningTask); $live.Count -ge 5 -and $live.ContainerId -cnotcontains $victim } 60 'a fifth healthy container after one was killed'
    Write-Host 'It was replaced by a new task in the same slot:'
    Get-SwarmTask -Service web | Out-Host
}

function Write-NextStep([string] $Socket) {
    Write-Host @"

The swarm goes on running. To go on at a PowerShell prompt:
  $($env:SWARMPS_PWSH ?? 'pwsh') -NoExit -Command "Import-Module ./artifacts/module/SwarmPS"
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
    if (-not (Test-Path $place)) { Write-Host 'Nothing of the quickstart is here.'; return }
    if (-not (Test-Path "$artifacts/module/SwarmPS/SwarmPS.psd1")) { Build-Product }
    Import-Module "$artifacts/module/SwarmPS/SwarmPS.psd1"
    if (Get-SwarmLab | Where-Object Lab -CEQ $lab) { Stop-SwarmLab $lab -Confirm:$false }
    $engine = Get-UsedEngine
    if ($engine) { Remove-OneNode $engine }
    Remove-Folder $place
    Write-Host 'Removed the service, the swarm, its daemons, the image and all of their files.'
}

function Remove-OneNode([string] $Engine) {
    if (Test-Path "$place/swarmps.sock") {
        try {
            Connect-Swarm -Socket "$place/swarmps.sock" | Out-Null
            Get-SwarmService | Remove-SwarmService -Confirm:$false
            Exit-Swarm -Force -Confirm:$false | Out-Null
            Stop-SwarmDaemon -DataRoot "$place/daemon" -Confirm:$false | Out-Null
        }
        # A daemon that is gone, or cannot leave, must not keep the rest from going.
        catch { Write-Host "The daemon did not leave in good order: $($_.Exception.Message)" }
    }
    Stop-Remaining "$place/daemon"
    Remove-EngineTrace $Engine
}
