# Running the test suites and the benchmarks.

# A suite is a folder of tests/ whose project makes a program, or that has tests for Pester.
function Get-Suite([string] $Filter) {
    $all = foreach ($folder in Get-ChildItem -LiteralPath (Join-Path $root 'tests') -Directory | Sort-Object Name) {
        $name = $folder.Name
        $project = Join-Path $folder.FullName "$name.csproj"
        if (Test-Path (Join-Path $folder.FullName '*.Tests.ps1')) {
            # Once more on an engine that answers as a current one, by a shim of the test kit.
            $kit = Join-Path $root 'tests' 'TestKit' 'TestKit.csproj'
            foreach ($run in $name, "$name.Current") { @{ Name = $run; Project = $null; Built = $kit } }
        }
        elseif (-not (Test-Path -LiteralPath $project)) { continue }
        elseif (-not (Select-String '<OutputType>Library' -LiteralPath $project -SimpleMatch -Quiet)) { @{ Name = $name; Project = $project; Built = $project } }
    }
    $found = @($all | Where-Object { $_.Name.StartsWith($Filter, [StringComparison]::OrdinalIgnoreCase) })
    if ($found.Count -eq 0) { throw "No suite of tests/ has a name that begins with '$Filter'." }
    return , $found
}

# Runs the suites, prints a line for each and the totals last; gives the exit code.
function Invoke-Suite([string] $Filter, [string] $Method) {
    $suites = Get-Suite $Filter
    $results = Join-Path $artifacts 'test-results'
    New-Folder $results
    $built = @($suites | ForEach-Object Built | Select-Object -Unique)
    $target = if ($built.Count -eq 1) { $built[0] } else { Join-Path $root 'SwarmPS.slnx' }
    Assert-Program $dotnet @('build', $target, '-c', 'Release', '-nologo', '-v', 'quiet', '-clp:ErrorsOnly')
    $sum = @{ Passed = 0; Failed = 0; Skipped = 0 }
    $lines = @()
    foreach ($suite in $suites) {
        $suite.Report = Join-Path $results "$($suite.Name).xml"
        if (Test-Path -LiteralPath $suite.Report) { Remove-Item -LiteralPath $suite.Report }
    }
    # The longest mostly waits for engines and daemons: it runs beside the others, which run one after another. Not beside
    # Daemon.Tests, whose engines change this machine's network, too.
    $beside = @($suites | Where-Object { $_.Name -ceq 'EndToEnd' -and $suites.Count -gt 1 })
    $alone = @($suites | Where-Object { $_.Name -ceq 'Daemon.Tests' })
    $later = @($suites | Where-Object { $_ -notin $alone -and $_ -notin $beside })
    try {
        foreach ($suite in $alone) { $lines += Add-SuiteResult $sum $suite $Method }
        foreach ($suite in $beside) {
            Write-Host "--- $($suite.Name), beside the others; what it prints follows at the end"
            $command = Get-SuiteProgram $suite $Method
            $suite.Running = Start-Program @command
        }
        foreach ($suite in $later + $beside) { $lines += Add-SuiteResult $sum $suite $Method }
    }
    finally { foreach ($suite in $beside) { if ($suite['Running']) { Stop-Program $suite.Running } } }
    Show-Slowest $results @($suites | ForEach-Object Name)
    Write-Host ''
    foreach ($line in $lines) { Write-Host $line }
    Write-Host "$($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped"
    return [int]($sum.Failed -gt 0)
}

# Runs a suite, adds its results to the sum, and gives its line.
function Add-SuiteResult($Sum, $Suite, [string] $Method) {
    $result = Invoke-OneSuite $Suite $Method
    foreach ($part in 'Passed', 'Failed', 'Skipped') { $Sum[$part] += $result[$part] }
    return $result.Line
}

# Runs a suite, or waits for one that runs already.
function Invoke-OneSuite($Suite, [string] $Method) {
    $name = $Suite.Name
    Write-Host "--- $name"
    # Far more than any suite needs: it only bounds one that hangs.
    $minutes = [double]($env:SWARMPS_SUITE_MINUTES ?? '30')
    $deadline = [TimeSpan]::FromMinutes($minutes)
    $clock = [Diagnostics.Stopwatch]::StartNew()
    if ($Suite['Running']) {
        $run = Complete-Program $Suite.Running $deadline
        Write-Host $run.Output
        Write-Host $run.Error
    }
    elseif ($Suite.Project) {
        $command = Get-SuiteProgram $Suite $Method
        $run = @{ ExitCode = Invoke-Program @command -Deadline $deadline }
    }
    else { $run = @{ ExitCode = Invoke-ModuleSuite -OnCurrentEngine:($name -clike '*.Current') $Suite.Report $Method $deadline } }
    $elapsed = $run['Elapsed'] ?? $clock.Elapsed
    $sum = Read-Report $Suite.Report
    $trouble = ''
    if ($null -eq $run.ExitCode) { $trouble = "stopped: it did not end within $minutes min" }
    elseif (-not $sum) { $trouble = "crashed: exit code $($run.ExitCode) and no results" }
    elseif ($sum.Failed -eq 0 -and $run.ExitCode -ne 0) { $trouble = "failed as a whole: exit code $($run.ExitCode)" }
    elseif ($sum.Passed + $sum.Failed + $sum.Skipped -eq 0 -and -not $Method) { $trouble = 'ran no test' }
    if (-not $sum) { $sum = @{ Passed = 0; Failed = 0; Skipped = 0 } }
    if ($trouble) { $sum.Failed++; $trouble = " ($trouble)" }
    $sum.Line = '{0,-14} {1,5} passed {2,3} failed {3,3} skipped {4,6:0.0} s{5}' -f $name, $sum.Passed, $sum.Failed, $sum.Skipped, $elapsed.TotalSeconds, $trouble
    return $sum
}

# The program of a suite that is one, and its arguments.
function Get-SuiteProgram($Suite, [string] $Method) {
    $name = $Suite.Name
    $program = Join-Path (Split-Path $Suite.Project) 'bin' 'Release' 'net10.0' ($name + $(if ($IsWindows) { '.exe' }))
    if (-not (Test-Path -LiteralPath $program)) { throw "$name was not built: SwarmPS.slnx does not list it." }
    $arguments = @('-noLogo', '-noColor', '-result-xml', $Suite.Report)
    if ($Method) { $arguments += @('-method', $Method) }
    return @{ File = $program; Arguments = $arguments }
}

# The ten tests that took longest.
function Show-Slowest([string] $Results, [string[]] $Names) {
    $tests = foreach ($name in $Names) {
        $report = Join-Path $Results "$name.xml"
        if (-not (Read-Report $report)) { continue }
        foreach ($test in ([xml](Get-Content -LiteralPath $report -Raw)).SelectNodes('//test | //test-case')) {
            $seconds = [double]($test.GetAttribute('time') ? $test.GetAttribute('time') : $test.GetAttribute('duration'))
            @{ Name = "${name}: $($test.GetAttribute('name') -replace '^SwarmPS\.')"; Seconds = $seconds }
        }
    }
    $slowest = @($tests | Sort-Object { $_.Seconds } -Descending | Select-Object -First 10 | Where-Object { $_.Seconds -ge 1 })
    if ($slowest.Count -gt 0) { Write-Host "`nThe slowest tests:" }
    foreach ($test in $slowest) { Write-Host ('{0,7:0.0} s  {1}' -f $test.Seconds, $test.Name) }
}

# The totals of a result file, or $null when the suite left none. An error outside a test counts as failed.
function Read-Report([string] $Report) {
    if (-not (Test-Path -LiteralPath $Report)) { return $null }
    try { $document = [xml](Get-Content -LiteralPath $Report -Raw) }
    catch [Management.Automation.PSInvalidCastException] { return $null }
    $sum = @{ Passed = 0; Failed = 0; Skipped = 0 }
    foreach ($assembly in $document.SelectNodes('/assemblies/assembly')) {
        $sum.Passed += [int]$assembly.GetAttribute('passed')
        $sum.Failed += [int]$assembly.GetAttribute('failed') + [int]$assembly.GetAttribute('errors')
        $sum.Skipped += [int]$assembly.GetAttribute('skipped')
    }
    # Pester's files are NUnit's.
    foreach ($run in $document.SelectNodes('/test-run')) {
        $sum.Passed += [int]$run.GetAttribute('passed')
        $sum.Failed += [int]$run.GetAttribute('failed') + [int]$run.GetAttribute('inconclusive')
        $sum.Skipped += [int]$run.GetAttribute('skipped')
    }
    return $sum
}

function Invoke-Benchmark([string[]] $Arguments) {
    return Invoke-Program $dotnet (@('run', '-c', 'Release', '--project', (Join-Path $root 'bench'), '--') + $Arguments)
}
