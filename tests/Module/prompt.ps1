# Where the examples of the help run: a runspace with the module and a connection, as somebody's prompt has them.

$defaults = @{
    'New-SwarmService:NoResolveImage' = $true
    # A container's first process does not end at a signal that it does not handle.
    'New-SwarmService:StopSignal' = 'KILL'
    # The events that an example waits for may have been.
    'Watch-Swarm:Since' = '1h'
}

# What the prompt begins with, beside the module.
$profileScript = {
    param($Socket, $Folder, $Defaults)
    $global:PSDefaultParameterValues = [Management.Automation.DefaultParameterDictionary]::new($Defaults)
    $global:ErrorActionPreference = 'Stop'
    $global:ConfirmPreference = 'None'
    Set-Location -LiteralPath $Folder
    $null = Connect-Swarm $Socket
    # In the place of a person.
    function global:Read-Host {
        [CmdletBinding()] param([Parameter(Position = 0)] $Prompt, [switch] $AsSecureString)
        ConvertTo-SecureString 'SWMKEY-1-twelve letters' -AsPlainText
    }
}

function Open-Prompt([string] $Folder) {
    $state = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    $state.ImportPSModule($Suite.Module)
    $runspace = [Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
    $runspace.Open()
    $shell = [powershell]::Create($runspace)
    try { $null = $shell.AddScript($profileScript).AddArgument($Suite.Socket).AddArgument($Folder).AddArgument($defaults).Invoke() }
    finally { $shell.Dispose() }
    return $runspace
}

# Runs an example as it stands, but for the addresses and ids of another machine, with every error an end.
function Invoke-Example([string] $Code, [switch] $Trial, [int] $Seconds = 30) {
    $task = if ($Code -cmatch '\bt1\b') { @(Get-SwarmTask web -DesiredState Running)[0].Id } else { 't1' }
    $text = $Code -replace '/run/swarmps/\w+\.sock', $Suite.Socket -creplace '\bt1\b', $task -creplace '\bfar\b', 'box'
    $runspace = Open-Prompt (Get-Location).Path
    $shell = [powershell]::Create($runspace)
    try {
        $null = $shell.AddScript("`$WhatIfPreference = `$$Trial; & { $text`n}")
        $running = $shell.BeginInvoke()
        if (-not $running.AsyncWaitHandle.WaitOne([TimeSpan]::FromSeconds($Seconds))) {
            $shell.Stop()
            throw "Not at its end after $Seconds s: $Code"
        }
        $null = $shell.EndInvoke($running)
        @($shell.Streams.Error) -join ' ' | Should-Be ''
    }
    finally {
        $shell.Dispose()
        $runspace.Dispose()
    }
}
