# What the build leaves in artifacts/: the module, the daemon and the embedded host, and an archive of them.

function Get-RuntimeIdentifier {
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    $runtime = [Runtime.InteropServices.RuntimeInformation]
    if ($runtime::RuntimeIdentifier.Contains('musl')) { $system = 'linux-musl' }
    return "$system-$($runtime::OSArchitecture.ToString().ToLowerInvariant())"
}

# Ready-made for this machine, or with -Native, which takes minutes longer, a program that needs no .NET where it runs.
function Build-Product([switch] $Native) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $staging = [IO.Path]::Combine($artifacts, '.staging')
    if ([IO.Directory]::Exists($staging)) { [IO.Directory]::Delete($staging, $true) }
    # Compiled ahead of time for this machine: a daemon is ready, and a prompt is there, in a third of the time.
    $ahead = @('-r', (Get-RuntimeIdentifier), '--self-contained', 'false', '-p:PublishReadyToRun=true')
    Publish-Project 'SwarmPS.Cmdlets' 'module/SwarmPS' @()
    Publish-Project 'SwarmPS.Daemon' 'swarmpsd' ($Native ? @('-r', (Get-RuntimeIdentifier), '-p:PublishAot=true') : $ahead)
    Publish-Project 'SwarmPS.Shell' 'swarmps' $ahead
    Complete-Module ([IO.Path]::Combine($staging, 'module', 'SwarmPS'))
    foreach ($name in 'module', 'swarmpsd', 'swarmps') {
        Move-IntoPlace ([IO.Path]::Combine($staging, $name)) ([IO.Path]::Combine($artifacts, $name))
    }
    [IO.Directory]::Delete($staging, $true)
    Write-Line ('Built artifacts/module/SwarmPS, artifacts/swarmpsd and artifacts/swarmps in {0:0} s.' -f $clock.Elapsed.TotalSeconds)
}

function Publish-Project([string] $Name, [string] $Folder, [string[]] $Options) {
    $project = [IO.Path]::Combine($root, 'src', $Name)
    $output = [IO.Path]::Combine($artifacts, '.staging', $Folder)
    Assert-Program $dotnet (@('publish', $project, '-c', 'Release', '-o', $output, '-nologo', '-v', 'quiet') + $Options)
}

# A native program is linked by the system's compiler.
function Test-NativeCompiler {
    if (-not $IsLinux) { return $false }
    if ((Find-Program 'clang') -or (Find-Program 'gcc')) { return $true }
    Write-Line 'No clang and no gcc: the packed daemon will need .NET where it runs. Install one of them for a native daemon.'
    return $false
}

function Complete-Module([string] $Folder) {
    # PowerShell has this in its own box, and a second copy beside a module would only clash with it.
    [IO.File]::Delete([IO.Path]::Combine($Folder, 'Newtonsoft.Json.dll'))
    # What Get-Help reads is made of the documentation comments.
    Assert-Program $dotnet @('run', '-c', 'Release', '--project', [IO.Path]::Combine($root, 'build', 'Help'), '--', 'maml', $Folder)
    [IO.File]::Delete([IO.Path]::Combine($Folder, 'SwarmPS.Cmdlets.xml'))
}

# Puts a made folder in the place of the old one without writing into any file of it: a program that runs
# from there keeps its files until it ends. The same content leaves the old folder alone.
function Move-IntoPlace([string] $From, [string] $To) {
    $old = [IO.Path]::Combine($artifacts, '.old')
    if ([IO.Directory]::Exists($To)) {
        if (Test-SameContent $From $To) { [IO.Directory]::Delete($From, $true); return }
        $null = [IO.Directory]::CreateDirectory($old)
        [IO.Directory]::Move($To, [IO.Path]::Combine($old, [IO.Path]::GetRandomFileName()))
    }
    [IO.Directory]::Move($From, $To)
    try { if ([IO.Directory]::Exists($old)) { [IO.Directory]::Delete($old, $true) } }
    catch [UnauthorizedAccessException], [IO.IOException] {
        # Windows keeps files of running programs; the next build tries again.
        Write-Line "Left for the next build to remove: $old"
    }
}

function Test-SameContent([string] $Left, [string] $Right) {
    $lefts = [IO.Directory]::GetFiles($Left, '*', 'AllDirectories')
    if ($lefts.Count -ne [IO.Directory]::GetFiles($Right, '*', 'AllDirectories').Count) { return $false }
    foreach ($file in $lefts) {
        $other = [IO.Path]::Combine($Right, [IO.Path]::GetRelativePath($Left, $file))
        if (-not [IO.File]::Exists($other)) { return $false }
        if ([IO.FileInfo]::new($file).Length -ne [IO.FileInfo]::new($other).Length) { return $false }
        if ((Get-Digest $file) -cne (Get-Digest $other)) { return $false }
    }
    return $true
}

function Get-Digest([string] $File) {
    return [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([IO.File]::ReadAllBytes($File)))
}

function Build-Archive {
    $version = ([xml][IO.File]::ReadAllText([IO.Path]::Combine($root, 'Directory.Build.props'))).Project.PropertyGroup.Version
    $name = "swarmps-$version-$(Get-RuntimeIdentifier)"
    $folder = [IO.Path]::Combine($artifacts, '.staging', $name)
    if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) }
    $null = [IO.Directory]::CreateDirectory($folder)
    foreach ($part in 'module', 'swarmpsd', 'swarmps') {
        Copy-Folder ([IO.Path]::Combine($artifacts, $part)) ([IO.Path]::Combine($folder, $part))
    }
    foreach ($file in 'LICENSE', 'README.md') {
        [IO.File]::Copy([IO.Path]::Combine($root, $file), [IO.Path]::Combine($folder, $file), $true)
    }
    [IO.File]::Copy([IO.Path]::Combine($root, 'build', 'INSTALL.md'), [IO.Path]::Combine($folder, 'INSTALL.md'), $true)
    $archive = [IO.Path]::Combine($artifacts, "$name.tar.gz")
    $file = [IO.File]::Create("$archive.new")
    try {
        $zip = [IO.Compression.GZipStream]::new($file, [IO.Compression.CompressionLevel]::SmallestSize)
        try { [Formats.Tar.TarFile]::CreateFromDirectory($folder, $zip, $true) }
        finally { $zip.Dispose() }
    }
    finally { $file.Dispose() }
    [IO.File]::Move("$archive.new", $archive, $true)
    [IO.Directory]::Delete([IO.Path]::GetDirectoryName($folder), $true)
    Write-Line ('Packed artifacts/{0}.tar.gz, {1:0.0} MB.' -f $name, ([IO.FileInfo]::new($archive).Length / 1e6))
}

# Debug symbols stay behind: they are of use to those who build.
function Copy-Folder([string] $From, [string] $To) {
    $null = [IO.Directory]::CreateDirectory($To)
    foreach ($file in [IO.Directory]::GetFiles($From, '*', 'AllDirectories')) {
        if ($file.EndsWith('.pdb')) { continue }
        $target = [IO.Path]::Combine($To, [IO.Path]::GetRelativePath($From, $file))
        $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($target))
        [IO.File]::Copy($file, $target)
    }
}
