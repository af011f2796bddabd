BeforeAll {
    Import-Module $Suite.Module
    function Get-Completion([string] $Line) {
        $found = TabExpansion2 -inputScript $Line -cursorColumn $Line.Length
        @($found.CompletionMatches | ForEach-Object CompletionText) -join ' '
    }
}

Describe 'Completion' {
    It 'knows the words of <Line>' -ForEach @(
        @{ Line = 'New-SwarmService web nginx:alpine -Mode r'; Words = 'Replicated ReplicatedJob' }
        @{ Line = 'Set-SwarmNode box -Availability '; Words = 'Active Pause Drain' }
        @{ Line = 'Get-SwarmTask -DesiredState r'; Words = 'Running' }
        @{ Line = 'Watch-Swarm -Type n'; Words = 'node network' }
        @{ Line = 'Update-SwarmService web -UpdateFailureAction '; Words = 'Pause Continue Rollback' }
        @{ Line = 'Get-SwarmService -L'; Words = '-Label' }
        @{ Line = 'Resize-SwarmS'; Words = 'Resize-SwarmService' }
    ) {
        $found = Get-Completion $Line
        ($found -split ' ' | Sort-Object) -join ' ' | Should-Be (($Words -split ' ' | Sort-Object) -join ' ')
    }

    It 'without a daemon is silent' {
        Disconnect-Swarm
        $before = $Error.Count
        Get-Completion 'Get-SwarmService -Name zz' | Should-Be ''
        $Error.Count | Should-Be $before
    }
}

Describe 'Completion of names' -Skip:(-not $Suite.HasSwarm) {
    BeforeAll {
        $null = Connect-Swarm $Suite.Socket
        foreach ($name in 'completed-b', 'completed-a') {
            $null = New-SwarmService $name $Suite.Image -NoResolveImage -Replicas 0 -NoWait
            $null = New-SwarmNetwork $name
            $null = New-SwarmSecret $name x
            $null = New-SwarmConfig $name x
        }
    }

    AfterAll {
        foreach ($noun in 'Service', 'Network', 'Secret', 'Config') {
            & "Get-Swarm$noun" completed-* | & "Remove-Swarm$noun" -Confirm:$false
        }
        Disconnect-Swarm
    }

    It '<_>' -ForEach @(
        'Get-SwarmService comp', 'Remove-SwarmService comp', 'Receive-SwarmServiceLog comp', 'Get-SwarmTask -Service COMP',
        'Get-SwarmNetwork comp', 'New-SwarmService x y -Network comp', 'Get-SwarmSecret comp', 'Remove-SwarmSecret comp',
        'New-SwarmService x y -Secret comp', 'Get-SwarmConfig comp', 'New-SwarmService x y -Config comp'
    ) {
        Get-Completion $_ | Should-Be 'completed-a completed-b'
    }

    It '<_>' -ForEach 'Get-SwarmNode b', 'Set-SwarmNode b', 'Get-SwarmTask -Node b', 'Watch-Swarm -Node b' {
        Get-Completion $_ | Should-Be 'box'
    }
}
