BeforeDiscovery {
    Import-Module $Suite.Module
    $examples = foreach ($cmdlet in Get-Command -Module SwarmPS | Sort-Object Name) {
        $number = 0
        foreach ($example in (Get-Help $cmdlet.Name -Full).examples.example) {
            @{ Name = $cmdlet.Name; Number = ++$number; Code = $example.code }
        }
    }
}

BeforeAll { Import-Module $Suite.Module }

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
