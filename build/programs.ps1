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

# Runs a program quietly: its exit code, output and error text.
function Read-Program([string] $File, [string[]] $Arguments) {
    $start = New-ProcessStart $File $Arguments
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)
    try {
        $process.StandardInput.Close()
        $output = $process.StandardOutput.ReadToEndAsync()
        $problem = $process.StandardError.ReadToEndAsync()
        $process.WaitForExit()
        return @{ ExitCode = $process.ExitCode; Output = $output.Result.Trim(); Error = $problem.Result.Trim() }
    }
    finally { $process.Dispose() }
}

# Waits for a condition, and says what was missing when the deadline passes.
function Wait-Until([scriptblock] $Condition, [int] $Seconds, [string] $For) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $Seconds) { throw "Waited $Seconds s in vain for $For." }
        Start-Sleep -Milliseconds 200
    }
}
