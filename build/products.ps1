# What the build leaves in artifacts/: the module and the daemon, and an archive of them.

function Get-RuntimeIdentifier {
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    $runtime = [Runtime.InteropServices.RuntimeInformation]
    if ($runtime::RuntimeIdentifier.Contains('musl')) { $system = 'linux-musl' }
    return "$system-$($runtime::OSArchitecture.ToString().ToLowerInvariant())"
}

# Ready-made for this machine, or with -Native, which takes minutes longer, a program that needs no .NET where it runs.
function Build-Product([switch] $Native) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $staging = Join-Path $artifacts '.staging'
    Remove-Folder $staging
    Publish-Project 'SwarmPS.Cmdlets' 'module/SwarmPS' @()
    # Compiled ahead of time for this machine, a daemon is ready in a third of the time.
    $ahead = @('-r', (Get-RuntimeIdentifier), '--self-contained', 'false', '-p:PublishReadyToRun=true')
    Publish-Project 'SwarmPS.Daemon' 'swarmpsd' ($Native ? @('-r', (Get-RuntimeIdentifier), '-p:PublishAot=true') : $ahead)
    Complete-Module (Join-Path $staging 'module' 'SwarmPS')
    foreach ($name in 'module', 'swarmpsd') { Move-IntoPlace (Join-Path $staging $name) (Join-Path $artifacts $name) }
    Remove-Folder $staging
    Write-Host ('Built artifacts/module/SwarmPS and artifacts/swarmpsd in {0:0} s.' -f $clock.Elapsed.TotalSeconds)
}

function Publish-Project([string] $Name, [string] $Folder, [string[]] $Options) {
    $project = Join-Path $root 'src' $Name
    $output = Join-Path $artifacts '.staging' $Folder
    Assert-Program $dotnet (@('publish', $project, '-c', 'Release', '-o', $output, '-nologo', '-v', 'quiet') + $Options)
}

# A native program is linked by the system's compiler.
function Test-NativeCompiler {
    if (-not $IsLinux) { return $false }
    if ((Find-Program 'clang') -or (Find-Program 'gcc')) { return $true }
    Write-Host 'No clang and no gcc: the packed daemon will need .NET where it runs. Install one of them for a native daemon.'
    return $false
}

function Complete-Module([string] $Folder) {
    # PowerShell has this in its own box, and a second copy beside a module would only clash with it.
    Remove-Item -LiteralPath (Join-Path $Folder 'Newtonsoft.Json.dll')
    # What Get-Help reads is made of the documentation comments.
    Assert-Program $dotnet @('run', '-c', 'Release', '--project', (Join-Path $root 'build' 'Help'), '--', 'maml', $Folder)
    Remove-Item -LiteralPath (Join-Path $Folder 'SwarmPS.Cmdlets.xml')
    # Debug symbols are of use to those who build, who have them in bin.
    Get-ChildItem -LiteralPath $Folder -Recurse -File -Filter '*.pdb' | Remove-Item
}

function Remove-Folder([string] $Folder) {
    if (Test-Path -LiteralPath $Folder) { Remove-Item -LiteralPath $Folder -Recurse -Force }
}

function New-Folder([string] $Folder) { $null = New-Item -ItemType Directory -Path $Folder -Force }

# Puts a made folder in the place of the old one without writing into any file of it: a program that runs
# from there keeps its files until it ends. The same content leaves the old folder alone.
function Move-IntoPlace([string] $From, [string] $To) {
    $old = Join-Path $artifacts '.old'
    if (Test-Path -LiteralPath $To) {
        if (Test-SameContent $From $To) { Remove-Folder $From; return }
        New-Folder $old
        Move-Item -LiteralPath $To -Destination (Join-Path $old ([IO.Path]::GetRandomFileName()))
    }
    Move-Item -LiteralPath $From -Destination $To
    try { Remove-Folder $old }
    catch [UnauthorizedAccessException], [IO.IOException] {
        # Windows keeps files of running programs; the next build tries again.
        Write-Host "Left for the next build to remove: $old"
    }
}

function Test-SameContent([string] $Left, [string] $Right) {
    return -not (Compare-Object @(Get-FolderDigest $Left) @(Get-FolderDigest $Right) -CaseSensitive)
}

# A line for each file below a folder: its digest and its name there.
function Get-FolderDigest([string] $Folder) {
    foreach ($file in Get-ChildItem -LiteralPath $Folder -Recurse -File -Force) {
        "$((Get-FileHash -LiteralPath $file.FullName).Hash) $([IO.Path]::GetRelativePath($Folder, $file.FullName))"
    }
}

function Build-Archive {
    $version = ([xml](Get-Content -LiteralPath (Join-Path $root 'Directory.Build.props') -Raw)).Project.PropertyGroup.Version
    $name = "swarmps-$version-$(Get-RuntimeIdentifier)"
    $staging = Join-Path $artifacts '.staging'
    Remove-Folder $staging
    $folder = Join-Path $staging $name
    New-Folder $folder
    foreach ($part in 'module', 'swarmpsd') { Copy-Folder (Join-Path $artifacts $part) (Join-Path $folder $part) }
    foreach ($file in 'LICENSE', 'README.md', 'build/INSTALL.md') { Copy-Item -LiteralPath (Join-Path $root $file) -Destination $folder }
    $archive = Join-Path $artifacts "$name.tar.gz"
    $file = [IO.File]::Create("$archive.new")
    try {
        $zip = [IO.Compression.GZipStream]::new($file, [IO.Compression.CompressionLevel]::SmallestSize)
        try { [Formats.Tar.TarFile]::CreateFromDirectory($folder, $zip, $true) }
        finally { $zip.Dispose() }
    }
    finally { $file.Dispose() }
    Move-Item -LiteralPath "$archive.new" -Destination $archive -Force
    Remove-Folder $staging
    Write-Host ('Packed artifacts/{0}.tar.gz, {1:0.0} MB.' -f $name, ((Get-Item -LiteralPath $archive).Length / 1e6))
}

# Debug symbols stay behind: they are of use to those who build.
function Copy-Folder([string] $From, [string] $To) {
    Copy-Item -LiteralPath $From -Destination $To -Recurse
    Get-ChildItem -LiteralPath $To -Recurse -File -Filter '*.pdb' | Remove-Item
}
