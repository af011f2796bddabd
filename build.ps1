#Requires -Version 7.4
# The build's entry.
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(Position = 0)] [string] $Verb = '',
    [string] $Suite = '',
    [string] $Method = '',
    [switch] $Clean,
    [Parameter(ValueFromRemainingArguments)] [string[]] $Rest = @()
)
$ErrorActionPreference = 'Stop'
# A file or a log gets no codes for colors.
if ([Console]::IsOutputRedirected) { $PSStyle.OutputRendering = 'PlainText' }
Set-StrictMode -Version 3.0

$usage = @'
usage: ./build.sh VERB            (Windows: pwsh build.ps1 VERB)

  build                           artifacts/module/SwarmPS and artifacts/swarmpsd
  quickstart [-Clean]             build, then a swarm with a service on a real engine; -Clean removes it all
  test [-Suite NAME] [-Method M]  build and run the tests: all, or the suites whose name begins with NAME,
                                  or the methods that match M (wildcard *)
  bench [ARGUMENTS]               run the benchmarks of bench/, with their own arguments
  pack                            one archive to install from: artifacts/swarmps-VERSION-RID.tar.gz
'@

function Stop-Usage([string] $Why) {
    [Console]::Error.WriteLine("build.ps1: $Why`n`n$usage")
    exit 2
}

# Every option belongs to a verb: one that is not used would otherwise be ignored in silence.
$options = @{ build = @(); quickstart = @('Clean'); test = @('Suite', 'Method'); bench = @('Rest'); pack = @() }
if (-not $Verb) { Stop-Usage 'say what to do.' }
if (-not $options.ContainsKey($Verb)) { Stop-Usage "'$Verb' is not one of build, quickstart, test, bench, pack." }
foreach ($given in $PSBoundParameters.Keys) {
    if ($given -ceq 'Verb' -or $options[$Verb] -ccontains $given) { continue }
    if ($given -ceq 'Rest') { Stop-Usage "$Verb does not know '$($Rest -join ' ')'." }
    Stop-Usage "$Verb has no -$given."
}

$root = $PSScriptRoot
$artifacts = Join-Path $root 'artifacts'
. "$root/build/programs.ps1"
. "$root/build/setup.ps1"
. "$root/build/products.ps1"
. "$root/build/pester.ps1"
. "$root/build/suites.ps1"

$code = $null
try {
    Initialize-Toolchain
    switch ($Verb) {
        'build' { Build-Product }
        'pack' { $env:ContinuousIntegrationBuild = 'true'; Build-Product -Native:(Test-NativeCompiler); Build-Archive }
        'test' { Install-Prerequisite; Build-Product; $code = Invoke-Suite $Suite $Method }
        'bench' { Build-Product; $code = Invoke-Benchmark $Rest }
        'quickstart' { . "$root/build/quickstart.ps1"; if ($Clean) { Remove-Quickstart } else { Start-Quickstart } }
    }
    $code ??= 0
}
catch {
    $code = 1
    [Console]::Error.WriteLine("build.ps1 ${Verb}: $($_.Exception.Message)")
    # The place matters for a fault in these scripts, not for what they or a cmdlet of ours refused in plain words.
    $foreseen = $_.Exception -is [Management.Automation.RuntimeException] -and $_.Exception.WasThrownFromThrowStatement
    if (-not $foreseen -and $_.InvocationInfo.MyCommand?.Source -cne 'SwarmPS') {
        [Console]::Error.WriteLine($_.ScriptStackTrace)
    }
}
# Neither an end nor an error: Ctrl-C, of which pwsh -File would make a success.
finally { if ($null -eq $code) { [Environment]::Exit(130) } }
exit $code
