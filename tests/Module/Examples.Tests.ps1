BeforeDiscovery {
    Import-Module $Suite.Module
    $examples = foreach ($cmdlet in Get-Command -Module SwarmPS | Sort-Object Name) {
        $number = 0
        foreach ($example in (Get-Help $cmdlet.Name -Full).examples.example) {
            @{ Name = $cmdlet.Name; Number = ++$number; Code = $example.code }
        }
    }
    # What a swarm of one node cannot have, or what would be the end of it. These run with -WhatIf.
    $tried = @{
        'Add-SwarmNode' = 'a second node'
        'Enter-SwarmTask' = 'a terminal'
        'Exit-Swarm' = 'a swarm that may end'
        'Get-SwarmJoinToken 2' = 'a second node'
        'Initialize-Swarm' = 'a node without a swarm'
        'Join-Swarm' = 'a second node'
        'New-SwarmService 1' = 'a node for each replica, whose port 8080 is free'
        'Remove-SwarmNode 2' = 'a second node'
        'Restore-Swarm' = 'a node without a swarm'
        'Set-SwarmNode 1' = 'a second node'
        'Start-SwarmDaemon' = 'the machine''s own engine and folders'
        'Start-SwarmLab' = 'a lab'
        'Stop-SwarmDaemon 1' = 'a daemon that may end'
        'Unlock-Swarm' = 'a locked node'
        'Update-SwarmService 7' = 'an update that lasts until it is paused'
    }
    # These end without -WhatIf, or before it matters: they are only parsed and bound.
    $bound = @{
        'Get-SwarmLab 2' = 'a lab'
        'Set-SwarmLabNode' = 'a lab'
        'Stop-SwarmDaemon 2' = 'a second daemon'
        'Stop-SwarmLab' = 'a lab'
        'Watch-Swarm 3' = 'a second manager by ssh'
    }
    $exceptions = @($tried.Keys) + $bound.Keys | ForEach-Object { @{ Exception = $_; Examples = $examples } }
    $kinds = $examples | Group-Object {
        $keys = $_.Name, "$($_.Name) $($_.Number)"
        if ($keys.Where({ $tried[$_] })) { 'tried' } elseif ($keys.Where({ $bound[$_] })) { 'bound' } else { 'real' }
    } -AsHashTable
}

BeforeAll {
    Import-Module $Suite.Module
    . (Join-Path $PSScriptRoot 'prompt.ps1')
    . (Join-Path $PSScriptRoot 'scene.ps1')
}

Describe 'Example <Number> of <Name>' -ForEach $examples {
    It 'is right in syntax, and each of its parameters exists' {
        $tokens = $errors = $null
        $tree = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $tokens, [ref] $errors)
        $errors | Should-BeNull
        $ours = @($tree.FindAll({ param($node) $node -is [Management.Automation.Language.CommandAst] }, $true) |
                Where-Object { (Get-Command $_.GetCommandName()).Source -ceq 'SwarmPS' })
        @($ours | ForEach-Object GetCommandName) | Should-ContainCollection $Name
        foreach ($command in $ours) {
            $binding = [Management.Automation.Language.StaticParameterBinder]::BindCommand($command, $true)
            @($binding.BindingExceptions.Values | ForEach-Object { $_.BindingException.Message }) -join ' ' | Should-Be ''
        }
    }
}

Describe 'The exceptions' {
    It '<Exception> is an example' -ForEach $exceptions {
        $Examples.Where({ $Exception -cin $_.Name, "$($_.Name) $($_.Number)" }).Count | Should-BeGreaterThan 0
    }
}

Describe 'Examples in a swarm of one node' -Skip:(-not $Suite.HasSwarm) {
    BeforeAll {
        New-Folder (Join-Path $Suite.Folder 'examples')
        Push-Location (Join-Path $Suite.Folder 'examples')
        Write-BackupCertificate './backup.crt'
        Write-TaskImage
        $null = Connect-Swarm $Suite.Socket
        foreach ($name in $defaults.Keys) { $PSDefaultParameterValues[$name] = $defaults[$name] }
    }

    AfterAll {
        Clear-Scene
        Disconnect-Swarm
        Pop-Location
    }

    It '<Name> <Number> works' -ForEach $kinds.real {
        Set-Scene $Name $Code
        Invoke-Example $Code
    }

    It '<Name> <Number> is understood' -ForEach $kinds.tried {
        Set-Scene $Name $Code
        Invoke-Example $Code -Trial
        (Get-Swarm).LocalNodeState | Should-Be 'active'
    }
}
