# Runs the tests of this folder in this process. Exit code 0: every test has passed or was skipped.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Pester,
    [Parameter(Mandatory)] [string] $Report,
    # For the engine, the daemon and what the tests write; whoever started this removes it.
    [Parameter(Mandatory)] [string] $Folder,
    [string] $Method = '',
    # The assembly with the shim that makes the engine a current one; '' for the engine as it is.
    [string] $Shim = '',
    # The subjects to test, with commas between them; all where none is named.
    [string] $Subject = '',
    # Why there can be no engine: the tests that need one are skipped.
    [string] $Obstacle = ''
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

$root = Split-Path (Split-Path $PSScriptRoot)
$artifacts = Join-Path $root 'artifacts'
$place = $Folder
foreach ($script in 'programs', 'setup', 'products', 'image', 'engine', 'pester') { . (Join-Path $root 'build' "$script.ps1") }
. (Join-Path $PSScriptRoot 'swarm.ps1')

Import-Module $Pester
# What the tests know of their surroundings.
$global:Suite = @{
    Root = $root
    Module = Join-Path $artifacts 'module' 'SwarmPS' 'SwarmPS.psd1'
    Daemon = Join-Path $artifacts 'swarmpsd' ('swarmpsd' + $(if ($IsWindows) { '.exe' }))
    Folder = $Folder
    Pwsh = Get-PwshCommand
    Socket = Join-Path $Folder 'api.sock'
    Engine = $ownEngine
    Image = $image
    IsCurrentEngine = $Shim -cne ''
    HasSwarm = -not $Obstacle
}
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Subject ? @($Subject -split ',' | ForEach-Object { Join-Path $PSScriptRoot "$_.Tests.ps1" }) : $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$configuration.TestResult.Enabled = $true
$configuration.TestResult.OutputFormat = 'NUnit3'
$configuration.TestResult.OutputPath = $Report
if ($Method) { $configuration.Filter.FullName = $Method }

try {
    if (-not $Obstacle) { Start-Swarm }
    $result = Invoke-Pester -Configuration $configuration
}
finally { if (-not $Obstacle) { Stop-Swarm } }
exit [int]($result.Result -cne 'Passed')
