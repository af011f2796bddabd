# The engine, the daemon and the swarm of one node that all tests of this folder share.

function Start-Swarm {
    Start-Engine
    Add-Image $ownEngine
    Import-Module $Suite.Module
    $engine = $Shim ? (Start-Shim) : $ownEngine
    $null = Start-SwarmDaemon (Join-Path $Suite.Folder 'daemon') -Path $Suite.Daemon -Socket $Suite.Socket -Engine $engine -Hostname box
    $null = Initialize-Swarm -AdvertiseAddress 10.77.0.1
    Disconnect-Swarm
}

# Makes the engine refuse and answer as a current one (tests/TestKit/EngineShim.cs); gives its address.
function Start-Shim {
    $null = [Reflection.Assembly]::LoadFrom($Shim)
    $socket = Join-Path $Suite.Folder 'shim.sock'
    $null = [SwarmPS.TestKit.EngineShim]::new($socket, ($ownEngine -replace '^unix://'))
    return "unix://$socket"
}

# What is left then, the namespaces of this suite end with it.
function Stop-Swarm {
    if (Test-Path -LiteralPath $Suite.Socket) { $null = Stop-SwarmDaemon $Suite.Socket -Confirm:$false }
    Stop-Remaining "$place/engine/"
}
