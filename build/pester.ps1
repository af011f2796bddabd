# The suite of tests/Module: Pester tests in a pwsh of their own, against the module as it is shipped.

# Restores Pester as every other package of the build and gives the path of its manifest.
function Install-Pester {
    $project = Join-Path $root 'build' 'Pester' 'Pester.proj'
    foreach ($arguments in @('restore', $project), @('msbuild', $project, '-nologo', '-getProperty:PesterFolder')) {
        $run = Read-Program $dotnet $arguments
        if ($run.ExitCode -ne 0) { throw "Pester could not be restored: $($run.Output) $($run.Error)" }
    }
    $manifest = Join-Path $run.Output 'Pester.psd1'
    if (-not (Test-Path -LiteralPath $manifest)) { throw "Pester was restored, but $manifest is not there." }
    return $manifest
}

# The program and the arguments that start the PowerShell of this build.
function Get-PwshCommand {
    $program = [Environment]::ProcessPath
    $command = @($program)
    if ([IO.Path]::GetFileNameWithoutExtension($program) -ceq 'dotnet') { $command += Join-Path $PSHOME 'pwsh.dll' }
    return $command + @('-NoProfile', '-NonInteractive')
}

# Why no engine and no daemon can run for the suite, or ''.
function Get-EngineObstacle {
    if (-not $IsLinux) { return 'containers are run on Linux only' }
    if (-not [Environment]::IsPrivilegedProcess) { return 'starting an engine needs root' }
    $missing = @(Find-Missing | ForEach-Object { $_ } | ForEach-Object Program)
    if ($missing) { return "not installed here: $($missing -join ', ')" }
    if (-not (Find-Program 'unshare')) { return 'not installed here: unshare' }
    $try = Read-Program (Find-Program 'unshare') ($apart + @('ip', 'link', 'add', 'node', 'type', 'bridge'))
    if ($try.ExitCode -ne 0) { return "no namespaces can be made here: $($try.Error)" }
    return ''
}

# With namespaces of its own, the suite meets no other engine, port or rule of this machine, and whatever it
# has started ends with it, also when it is stopped.
$apart = @('--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--')
$within = 'ip link set lo up && ip link add node type bridge && ip address add 10.77.0.1/24 dev node && ip link set node up || exit 1; "$@"'

# Runs the suite; gives its exit code, or $null when the deadline passed. On a current engine it runs what asks the daemon.
function Invoke-ModuleSuite([switch] $OnCurrentEngine, [string] $Report, [string] $Method, [TimeSpan] $Deadline) {
    $obstacle = Get-EngineObstacle
    if ($OnCurrentEngine -and [Environment]::Version.Major -lt 10) { $obstacle = 'the shim for current engines needs a PowerShell on .NET 10' }
    if ($obstacle) { Write-Host "Skips what needs an engine: $obstacle." }
    $folder = [IO.Directory]::CreateTempSubdirectory('swarmps-module-').FullName
    $command = @(Get-PwshCommand) + @('-File', (Join-Path $root 'tests' 'Module' 'run.ps1'), '-Pester', (Install-Pester),
        '-Report', $Report, '-Folder', $folder)
    if ($Method) { $command += @('-Method', $Method) }
    if ($OnCurrentEngine) {
        $command += @('-Shim', (Join-Path $root 'tests' 'TestKit' 'bin' 'Release' 'net10.0' 'TestKit.dll'), '-Subject', 'Examples,Formatting,Objects')
    }
    if ($obstacle) { $command += @('-Obstacle', $obstacle) }
    else { $command = @((Find-Program 'unshare')) + $apart + @('/bin/sh', '-c', $within, 'sh') + $command }
    # What the tests install and register for a user is for one of their own, whose folders .NET finds only where they are.
    foreach ($part in '.config', '.local/share', '.cache') { New-Folder (Join-Path $folder $part) }
    $kept = @{}
    foreach ($name in 'HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME') { $kept[$name] = [Environment]::GetEnvironmentVariable($name) }
    try {
        foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, ($name -ceq 'HOME' ? $folder : $null)) }
        return Invoke-Program $command[0] $command[1..($command.Count - 1)] $Deadline
    }
    finally {
        foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
        Remove-Folder $folder
    }
}
