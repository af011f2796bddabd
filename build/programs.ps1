# Running other programs. Streams are inherited, so output is live.

# The full path of a program, or $null. System folders count too: a user's PATH often lacks them.
function Find-Program([string] $Name) {
    $places = @($Name)
    if (-not $IsWindows) { $places += "/usr/local/sbin/$Name", "/usr/sbin/$Name", "/sbin/$Name" }
    return Get-Command $places -CommandType Application -ErrorAction Ignore | Select-Object -First 1 -ExpandProperty Source
}

function New-ProcessStart([string] $File, [string[]] $Arguments) {
    $start = [Diagnostics.ProcessStartInfo]::new($File)
    $start.UseShellExecute = $false
    $start.WorkingDirectory = $root
    foreach ($argument in $Arguments) { $start.ArgumentList.Add($argument) }
    return $start
}

# Runs a program to its end and gives its exit code, or $null when the deadline passed and it was stopped.
function Invoke-Program([string] $File, [string[]] $Arguments, [TimeSpan] $Deadline = [Threading.Timeout]::InfiniteTimeSpan) {
    $process = [Diagnostics.Process]::Start((New-ProcessStart $File $Arguments))
    try {
        if ($process.WaitForExit($Deadline)) { return $process.ExitCode }
        $process.Kill($true)
        $process.WaitForExit()
        return $null
    }
    finally { $process.Dispose() }
}

# Runs a program and throws when it fails: its own output has said why.
function Assert-Program([string] $File, [string[]] $Arguments) {
    $code = Invoke-Program $File $Arguments
    if ($code -ne 0) { throw "$(Split-Path $File -Leaf) $($Arguments -join ' ') ended with exit code $code." }
}

# Starts a program that reads nothing; what it prints is kept for Complete-Program.
function Start-Program([string] $File, [string[]] $Arguments) {
    $start = New-ProcessStart $File $Arguments
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $began = [DateTime]::Now
    $process = [Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    return @{ Process = $process; Began = $began; Output = $process.StandardOutput.ReadToEndAsync(); Error = $process.StandardError.ReadToEndAsync() }
}

# Waits for a program's end: its exit code, or $null when the deadline, counted from its start, passed and it was
# stopped; its output, error text and how long it ran.
function Complete-Program($Program, [TimeSpan] $Deadline = [Threading.Timeout]::InfiniteTimeSpan) {
    $left = $Deadline
    if ($Deadline -ne [Threading.Timeout]::InfiniteTimeSpan) {
        $left = [TimeSpan]::FromTicks([Math]::Max([long]0, ($Deadline - ([DateTime]::Now - $Program.Began)).Ticks))
    }
    $code = $Program.Process.WaitForExit($left) ? $Program.Process.ExitCode : $null
    Stop-Program $Program
    $elapsed = $Program.Process.ExitTime - $Program.Began
    return @{ ExitCode = $code; Output = $Program.Output.Result.Trim(); Error = $Program.Error.Result.Trim(); Elapsed = $elapsed }
}

# Ends a program for which nobody waits any more.
function Stop-Program($Program) {
    if ($Program.Process.HasExited) { return }
    $Program.Process.Kill($true)
    $Program.Process.WaitForExit()
}

# Runs a program quietly: its exit code, output and error text.
function Read-Program([string] $File, [string[]] $Arguments) {
    return Complete-Program (Start-Program $File $Arguments)
}

# Waits for a condition, and says what was missing when the deadline passes.
function Wait-Until([scriptblock] $Condition, [int] $Seconds, [string] $For) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $Seconds) { throw "Waited $Seconds s in vain for $For." }
        Start-Sleep -Milliseconds 200
    }
}
