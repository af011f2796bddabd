BeforeDiscovery {
    Import-Module $Suite.Module
    $cmdlets = @(Get-Command -Module SwarmPS | Sort-Object Name | ForEach-Object { @{ Name = $_.Name } })
}

Describe 'Get-Help <Name>' -ForEach $cmdlets {
    BeforeAll { $help = Get-Help $Name -Full }

    It 'has a synopsis in a sentence' {
        # Where there is no help, PowerShell puts the syntax in its place.
        $help.Synopsis.Trim() | Should-MatchString '^[A-Z].*\.$'
        $help.Synopsis | Should-NotMatchString ([regex]::Escape("$Name ["))
    }

    It 'has a description' {
        "$($help.Description.Text)" | Should-NotBeWhiteSpaceString
    }

    It 'describes every parameter' {
        $common = [Management.Automation.PSCmdlet]::CommonParameters
        $parameters = @((Get-Command $Name).Parameters.Keys | Where-Object { $_ -notin $common })
        $described = @(foreach ($parameter in $help.parameters.PSObject.Properties['parameter']?.Value) {
                if ("$($parameter.description.Text)".Trim()) { $parameter.name }
            })
        ($described | Sort-Object) -join ' ' | Should-Be (($parameters | Sort-Object) -join ' ')
    }

    It 'has an example that names it and says what it does' {
        $examples = @($help.examples.example)
        $examples.Count | Should-BeGreaterThan 0
        foreach ($example in $examples) {
            $example.code | Should-MatchString "\b$Name\b"
            "$($example.remarks.Text)" | Should-NotBeWhiteSpaceString
        }
    }

    It 'has a page to open with -Online' {
        $online = @($help.relatedLinks.navigationLink | Where-Object { $_.PSObject.Properties['uri'] -and $_.uri })[0].uri
        $project = (Import-PowerShellDataFile $Suite.Module).PrivateData.PSData.ProjectUri
        $online | Should-Be "$project/blob/main/docs/cmdlets/$Name.md"
        Test-Path (Join-Path $Suite.Root "docs/cmdlets/$Name.md") | Should-BeTrue
    }
}
