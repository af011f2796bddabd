# The image of the quickstart's containers: a web server in a file system with nothing but busybox, as a file that any engine
# loads. It is made here, so that nothing is pulled.

$image = 'swarmps/quickstart:1'

function Write-Image([string] $File) {
    $busybox = Find-StaticBusybox
    if (-not $busybox) { throw 'The image is made of a static busybox, which is missing: install busybox-static and run this again.' }
    $layer = Get-Layer ([IO.File]::ReadAllBytes($busybox))
    $config = Get-Bytes ('{"architecture":"' + $(if ([Runtime.InteropServices.RuntimeInformation]::OSArchitecture -eq 'Arm64') { 'arm64' } else { 'amd64' }) +
        '","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["httpd","-f","-vv","-p","8080","-h","/www"]},"rootfs":{"type":"layers","diff_ids":["sha256:' + (Get-Sha256 $layer) + '"]}}')
    $manifest = Get-Bytes ('[{"Config":"config.json","RepoTags":["' + $image + '"],"Layers":["layer.tar"]}]')
    $tar = [Formats.Tar.TarWriter]::new([IO.File]::Create($File), [Formats.Tar.TarEntryFormat]::Pax, $false)
    try {
        Add-Entry $tar 'RegularFile' 'layer.tar' 420 $layer
        Add-Entry $tar 'RegularFile' 'config.json' 420 $config
        Add-Entry $tar 'RegularFile' 'manifest.json' 420 $manifest
    }
    finally { $tar.Dispose() }
    Write-Host "Made the image $image of $busybox."
}

function Get-Layer([byte[]] $Busybox) {
    $stream = [IO.MemoryStream]::new()
    $tar = [Formats.Tar.TarWriter]::new($stream, [Formats.Tar.TarEntryFormat]::Pax, $true)
    try {
        foreach ($folder in 'bin/', 'tmp/', 'www/') { Add-Entry $tar 'Directory' $folder 493 }
        Add-Entry $tar 'RegularFile' 'bin/busybox' 493 $Busybox
        Add-Entry $tar 'RegularFile' 'www/index.html' 420 (Get-Bytes "Hello from SwarmPS`n")
        foreach ($applet in 'sh', 'httpd', 'wget', 'sleep', 'echo', 'cat', 'ls', 'ps', 'hostname', 'ip', 'nslookup', 'env') {
            $link = [Formats.Tar.PaxTarEntry]::new([Formats.Tar.TarEntryType]::SymbolicLink, "bin/$applet")
            $link.LinkName = 'busybox'
            $tar.WriteEntry($link)
        }
    }
    finally { $tar.Dispose() }
    return , $stream.ToArray()
}

# Modes are decimal: 493 is 0755, 420 is 0644.
function Add-Entry($Tar, [string] $Kind, [string] $Name, [int] $Mode, [byte[]] $Content) {
    $entry = [Formats.Tar.PaxTarEntry]::new([Formats.Tar.TarEntryType]$Kind, $Name)
    $entry.Mode = [IO.UnixFileMode]$Mode
    if ($Content) { $entry.DataStream = [IO.MemoryStream]::new($Content) }
    $Tar.WriteEntry($entry)
}

function Get-Bytes([string] $Text) { return , [Text.Encoding]::UTF8.GetBytes($Text) }

function Get-Sha256([byte[]] $Bytes) {
    return [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($Bytes)).ToLowerInvariant()
}
