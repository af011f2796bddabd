BeforeDiscovery { $cultures = 'de-DE', 'tr-TR' }

BeforeAll {
    $cmdlets = @((Import-PowerShellDataFile $Suite.Module).CmdletsToExport)

    # Runs a script in a process of its own, as somebody who has just opened a prompt: its exit code and what it said.
    function Invoke-Fresh([string] $Script) {
        $program, $arguments = $Suite.Pwsh
        $told = & $program @arguments -Command "`$ErrorActionPreference = 'Stop'; Set-StrictMode -Version 3.0; $Script" 2>&1
        @{ Code = $LASTEXITCODE; Lines = @($told | ForEach-Object ToString) }
    }
}

Describe 'Importing the module' {
    It 'says nothing, brings every cmdlet, and can be undone and done again' {
        $run = Invoke-Fresh @"
Import-Module '$($Suite.Module)'
Remove-Module SwarmPS
Import-Module '$($Suite.Module)'
(Get-Command -Module SwarmPS).Name
try { Get-SwarmNode } catch { `$_.FullyQualifiedErrorId -replace ',.*' }
"@
        $run.Code | Should-Be 0
        $run.Lines[-1] | Should-MatchString '^(DaemonNotRunning|SocketPermissionDenied)$'
        ($run.Lines[0..($run.Lines.Count - 2)] | Sort-Object) -join ' ' | Should-Be (($cmdlets | Sort-Object) -join ' ')
    }
}

Describe 'In another culture' -Skip:(-not $Suite.HasSwarm) {
    # Comparing and parsing in the user's culture breaks first in Turkish, whose 'i' has no 'I', and with a decimal comma.
    It 'a service is made and shown as elsewhere: <_>' -ForEach $cultures {
        $run = Invoke-Fresh @"
[Globalization.CultureInfo]::CurrentCulture = [Globalization.CultureInfo]::CurrentUICulture = [Globalization.CultureInfo]::new('$_')
Import-Module '$($Suite.Module)'
`$null = Connect-Swarm '$($Suite.Socket)'
`$spec = New-SwarmService INFIX '$($Suite.Image)' -NoResolveImage -NoWait -Mode REPLICATED -Replicas 0 -HealthInterval 1.5s -LimitMemory 1.5g -LimitCpu 0.5
(Get-SwarmService INFIX).Spec.TaskTemplate | ForEach-Object {
    `$_.Resources.Limits.MemoryBytes
    `$_.Resources.Limits.NanoCPUs
    `$_.ContainerSpec.Healthcheck.Interval.TotalMilliseconds
}
Remove-SwarmService INFIX -Confirm:`$false
"@
        $run.Lines -join ' ' | Should-Be '1610612736 500000000 1500'
        $run.Code | Should-Be 0
    }
}
