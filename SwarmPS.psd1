@{
    RootModule           = 'SwarmPS.Cmdlets.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = 'c1f0a0b5-6f0e-4d0c-9f0b-5a5f5b7c9e21'
    Author               = 'the SwarmPS authors'
    CompanyName          = 'SwarmPS'
    Copyright            = '(c) the SwarmPS authors. MIT licence.'
    Description          = 'A container orchestrator with everything of Docker''s swarm mode, driven from PowerShell.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('SwarmPS.format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Connect-Swarm', 'Disconnect-Swarm', 'Exit-Swarm', 'Get-Swarm', 'Initialize-Swarm', 'Set-Swarm'
        'Start-SwarmDaemon', 'Stop-SwarmDaemon'
        'Get-SwarmNode', 'Set-SwarmNode'
        'Get-SwarmService', 'New-SwarmService', 'Receive-SwarmServiceLog', 'Remove-SwarmService', 'Resize-SwarmService'
        'Restart-SwarmService', 'Update-SwarmService', 'Wait-SwarmService'
        'Get-SwarmTask'
    )
    PrivateData          = @{ PSData = @{ Tags = @('Docker', 'Swarm', 'Containers', 'Orchestration'); LicenseUri = 'https://opensource.org/license/mit' } }
}
