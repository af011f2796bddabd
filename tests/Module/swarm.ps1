# The engine, the daemon and the swarm of one node that all tests of this folder share.

function Start-Swarm {
    Start-Engine
    Add-Image $ownEngine
    Import-Module $Suite.Module
    $null = Start-SwarmDaemon (Join-Path $Suite.Folder 'daemon') -Path $Suite.Daemon -Socket $Suite.Socket -Engine $ownEngine -Hostname box
    $null = Initialize-Swarm -AdvertiseAddress 10.77.0.1
    Disconnect-Swarm
}

# What is left then, the namespaces of this suite end with it.
function Stop-Swarm {
    if (Test-Path -LiteralPath $Suite.Socket) { $null = Stop-SwarmDaemon $Suite.Socket -Confirm:$false }
    Stop-Remaining "$place/engine/"
}
