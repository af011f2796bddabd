@{
    RootModule = 'SwarmPS.Cmdlets.dll'
    # The build puts the version of Directory.Build.props here.
    ModuleVersion = '0.0.0'
    GUID = 'c1f0a0b5-6f0e-4d0c-9f0b-5a5f5b7c9e21'
    Author = 'SwarmPS'
    CompanyName = 'SwarmPS'
    Copyright = 'MIT licence'
    Description = 'A container orchestrator with all that Docker''s swarm mode has, driven from PowerShell.'
    PowerShellVersion = '7.4'
    CompatiblePSEditions = @('Core')
    TypesToProcess = @('SwarmPS.types.ps1xml')
    FormatsToProcess = @('SwarmPS.format.ps1xml')
    CmdletsToExport = @(
        'Connect-Swarm', 'Disconnect-Swarm', 'Initialize-Swarm', 'Join-Swarm', 'Get-Swarm', 'Set-Swarm', 'Unlock-Swarm', 'Watch-Swarm', 'Exit-Swarm', 'Backup-Swarm', 'Restore-Swarm'
        'Get-SwarmJoinToken', 'Reset-SwarmJoinToken', 'Get-SwarmUnlockKey', 'Reset-SwarmUnlockKey'
        'Get-SwarmCertificateAuthority', 'Update-SwarmCertificateAuthority'
        'Start-SwarmDaemon', 'Stop-SwarmDaemon'
        'Start-SwarmLab', 'Get-SwarmLab', 'Stop-SwarmLab', 'Set-SwarmLabNode'
        'Add-SwarmNode', 'Get-SwarmNode', 'Set-SwarmNode', 'Remove-SwarmNode'
        'New-SwarmService', 'Get-SwarmService', 'Update-SwarmService', 'Resize-SwarmService', 'Restart-SwarmService'
        'Remove-SwarmService', 'Undo-SwarmServiceUpdate', 'Wait-SwarmService'
        'Get-SwarmTask', 'Invoke-SwarmTask', 'Enter-SwarmTask'
        'Receive-SwarmServiceLog'
        'New-SwarmNetwork', 'Get-SwarmNetwork', 'Test-SwarmNetwork', 'Remove-SwarmNetwork'
        'New-SwarmSecret', 'Get-SwarmSecret', 'Remove-SwarmSecret'
        'New-SwarmConfig', 'Get-SwarmConfig', 'Remove-SwarmConfig'
    )
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
    PrivateData = @{
        PSData = @{
            Tags = @('Docker', 'Swarm', 'Containers', 'Orchestrator')
            ProjectUri = 'https://github.com/swarmps/swarmps'
            LicenseUri = 'https://github.com/swarmps/swarmps/blob/main/LICENSE'
            ReleaseNotes = 'https://github.com/swarmps/swarmps/blob/main/CHANGELOG.md'
        }
    }
}
