Describe 'Objects in a pipeline' -Skip:(-not $Suite.HasSwarm) {
    BeforeAll {
        Import-Module $Suite.Module
        $null = Connect-Swarm $Suite.Socket
        foreach ($name in 'piped-a', 'piped-b') {
            $null = New-SwarmService $name $Suite.Image -NoResolveImage -Replicas 0 -NoWait -Label team=a
        }
    }

    AfterAll {
        Get-SwarmService piped-* | Remove-SwarmService -Confirm:$false
        Disconnect-Swarm
    }

    It 'go into a CSV file and back' {
        $file = Join-Path $Suite.Folder 'services.csv'
        Get-SwarmService piped-* | Select-Object Name, Mode, Replicas | Export-Csv $file
        $read = Import-Csv $file
        $read.Name -join ' ' | Should-Be 'piped-a piped-b'
        $read.Replicas -join ' ' | Should-Be '0 0'
    }

    It 'tell the version of the engine that this run has' {
        $isCurrent = (Get-SwarmNode).EngineVersion -like '29.*'
        $isCurrent | Should-Be $Suite.IsCurrentEngine
    }

    It 'become JSON' {
        $read = Get-SwarmService piped-a | ConvertTo-Json -Depth 8 -WarningAction Stop | ConvertFrom-Json
        $read.Name | Should-Be 'piped-a'
        $read.Spec.TaskTemplate.ContainerSpec.Image | Should-Be $Suite.Image
        $read.Labels.team | Should-Be 'a'
    }

    It 'are read in parallel, each runspace with a connection of its own' {
        $module, $socket = $Suite.Module, $Suite.Socket
        $found = 'piped-a', 'piped-b' | ForEach-Object -Parallel {
            Import-Module $using:module
            $null = Connect-Swarm $using:socket
            (Get-SwarmService $_).Name
        }
        ($found | Sort-Object) -join ' ' | Should-Be 'piped-a piped-b'
    }

    It 'that do not exist are an error to catch, with an id: <Id>' -ForEach @(
        @{ Id = 'ServiceNotFound'; Script = { Get-SwarmService nowhere } }
        @{ Id = 'NodeNotFound'; Script = { Get-SwarmNode nowhere } }
        @{ Id = 'ServiceNotFound'; Script = { Resize-SwarmService nowhere 3 } }
        @{ Id = 'NetworkNotFound'; Script = { Remove-SwarmNetwork nowhere -Confirm:$false } }
        @{ Id = 'TargetMissing'; Script = { Invoke-SwarmTask -Command df } }
    ) {
        $ErrorActionPreference = 'Stop'
        $Script | Should-Throw -FullyQualifiedErrorId "$Id,*"
    }

    It 'that are there come, where others are missing' {
        $found = Get-SwarmService piped-a, nowhere, piped-b -ErrorAction SilentlyContinue -ErrorVariable missing
        $found.Name -join ' ' | Should-Be 'piped-a piped-b'
        @($missing | ForEach-Object TargetObject) -join ' ' | Should-Be 'nowhere'
    }
}
