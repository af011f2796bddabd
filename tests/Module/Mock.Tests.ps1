BeforeAll {
    Import-Module $Suite.Module

    # A script as somebody has it who tests with Pester: it halves what runs too often.
    function Limit-Service([long] $Most) {
        Get-SwarmService -Label team=a | Where-Object Replicas -GT $Most | Resize-SwarmService -Replicas $Most -PassThru
    }
}

Describe 'Mocks of the cmdlets' {
    It 'take the place of those that read and those that change' {
        Mock Get-SwarmService { [pscustomobject]@{ Name = 'web'; Replicas = 9 }, [pscustomobject]@{ Name = 'db'; Replicas = 1 } }
        Mock Resize-SwarmService { "$Name is $Replicas" }
        Limit-Service 3 | Should-Be 'web is 3'
        Should-Invoke Get-SwarmService -Times 1 -Exactly -ParameterFilter { $Label -ceq 'team=a' }
        Should-Invoke Resize-SwarmService -Times 1 -Exactly -ParameterFilter { $Name -ceq 'web' -and $Replicas -eq 3 }
    }

    It 'can answer for some arguments alone' {
        Mock Get-SwarmNode { 'all' }
        Mock Get-SwarmNode { 'box' } -ParameterFilter { $Name -ceq 'box' }
        Get-SwarmNode box | Should-Be 'box'
        Get-SwarmNode | Should-Be 'all'
    }

    It 'keep the parameters of the cmdlet' {
        Mock New-SwarmService { }
        { New-SwarmService web nginx:alpine -Replicas 3 -NoSuchParameter } | Should-Throw -FullyQualifiedErrorId 'NamedParameterNotFound*'
        { New-SwarmService web nginx:alpine -Mode Sometimes } | Should-Throw -FullyQualifiedErrorId '*Argument*'
        Should-NotInvoke New-SwarmService
    }

    It 'of <_> can be made' -ForEach @((Import-PowerShellDataFile $Suite.Module).CmdletsToExport) {
        Mock $_ { 'mocked' }
        (Get-Command $_).CommandType | Should-Be 'Alias'
    }
}
