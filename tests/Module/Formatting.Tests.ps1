Describe 'Views at a width of <Width>' -Skip:(-not $Suite.HasSwarm) -ForEach @{ Width = 80 }, @{ Width = 120 } {
    BeforeAll {
        Import-Module $Suite.Module
        $null = Connect-Swarm $Suite.Socket
        $null = New-SwarmService shown $Suite.Image -NoResolveImage -StopSignal KILL -Timeout 30s
        $null = New-SwarmService stuck $Suite.Image -NoResolveImage -Constraint node.labels.disk==none -NoWait
        $null = New-SwarmNetwork shown

        # The lines of a table as a terminal of this width shows them.
        function Get-Shown([object[]] $Objects) {
            $lines = @(($Objects | Out-String -Width $Width) -replace '\x1b\[[\d;]*m' -split '\r?\n' | Where-Object Length)
            @($lines | Where-Object Length -GT $Width) -join "`n" | Should-Be ''
            return $lines
        }
    }

    AfterAll {
        Remove-SwarmService shown, stuck -Confirm:$false
        Remove-SwarmNetwork shown -Confirm:$false
        Disconnect-Swarm
    }

    It '<Cmdlet> has a line for each object, with its columns and its name in full' -ForEach @(
        @{ Cmdlet = 'Get-SwarmService'; Columns = 'ID', 'NAME', 'MODE', 'REPLICAS', 'IMAGE', 'PORTS'; Shows = 'shown' }
        @{ Cmdlet = 'Get-SwarmNode'; Columns = 'ID', 'HOSTNAME', 'STATUS', 'AVAILABILITY', 'MANAGER', 'ENGINE'; Shows = 'box' }
        @{ Cmdlet = 'Get-SwarmNetwork'; Columns = 'ID', 'NAME', 'DRIVER', 'SCOPE', 'SUBNET'; Shows = 'shown' }
        @{ Cmdlet = 'Get-SwarmTask'; Columns = 'ID', 'NAME', 'IMAGE', 'NODE', 'DESIRED', 'CURRENT', 'ERROR'; Shows = 'shown.1' }
    ) {
        $lines = Get-Shown (& $Cmdlet)
        foreach ($column in $Columns) { $lines[0] | Should-MatchString "\b$column\b" }
        @($lines | Where-Object { $_ -match "\b$Shows\b" }).Count | Should-BeGreaterThan 0
    }

    It 'Get-SwarmNode has room for host names' {
        $lines = Get-Shown (Get-SwarmNode)
        $lines[0].IndexOf('STATUS') - $lines[0].IndexOf('HOSTNAME') | Should-BeGreaterThanOrEqual 15
    }

    It 'Get-SwarmTask shows the whole error' {
        Wait-Until { (Get-SwarmTask stuck).Error } 20 'the scheduler to say why the task waits'
        $task = Get-SwarmTask stuck
        $lines = Get-Shown $task
        $start = $lines[0].IndexOf('ERROR')
        $shown = @($lines | Select-Object -Skip 2 | Where-Object Length -GT $start | ForEach-Object { $_.Substring($start) }) -join ''
        $shown -replace '\s' | Should-Be ($task.Error -replace '\s')
    }
}
