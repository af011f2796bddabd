# What the examples of the help name, in the swarm of these tests.

function Get-Secure([string] $Text) {
    $secure = [Security.SecureString]::new()
    foreach ($letter in $Text.ToCharArray()) { $secure.AppendChar($letter) }
    return $secure
}

# Makes what no object of this name and noun is there for; the cmdlet that makes such objects finds none.
function Add-Part([string] $Noun, [string] $Name, [string] $Cmdlet, [hashtable] $Rest) {
    if ($Cmdlet -ceq "New-Swarm$Noun" -or (& "Get-Swarm$Noun" | Where-Object Name -CEQ $Name)) { return }
    $null = & "New-Swarm$Noun" $Name @Rest
}

# Everything that an example names, but for what it is to make.
function Set-Scene([string] $Cmdlet, [string] $Code) {
    $ConfirmPreference = 'None'
    $quick = @{ UpdateMonitor = '100ms'; RollbackMonitor = '100ms' }
    if ($Cmdlet -clike 'New-*') { Clear-Scene }
    Add-Part Network back $Cmdlet @{ Label = 'team=a' }
    foreach ($name in 'db-password', 'db-password2') {
        Add-Part Secret $name $Cmdlet @{ SecureString = Get-Secure 'x'; Label = 'team=a' }
    }
    Add-Part Config app.conf $Cmdlet @{ Value = 'x'; Label = 'team=a' }
    if ($Cmdlet -clike '*-Swarm*Service*' -and $Cmdlet -cnotlike 'New-*' -or $Cmdlet -clike '*-SwarmTask') {
        # One that an example has made or has left without tasks is of no use.
        Get-SwarmService | Where-Object { $_.Name -ceq 'web' -and ($_.Labels.Count -eq 0 -or $_.Running -eq 0) } | Remove-SwarmService
        Add-Part Service web $Cmdlet (@{ Image = 'nginx:alpine'; Label = 'team=a'; Env = 'DEBUG=1' } + $quick)
    }
    switch -CaseSensitive -Wildcard ($Cmdlet) {
        'Update-SwarmService' { Add-Part Service db $Cmdlet (@{ Image = 'postgres:16'; Secret = 'db-password' } + $quick) }
        'Undo-SwarmServiceUpdate' { Update-SwarmService web -AddEnv "AT=$([DateTime]::UtcNow.Ticks)" }
        'Wait-SwarmService' { if ($Code -clike '*New-SwarmService web *') { Remove-SwarmService web } }
        'Backup-Swarm' { Remove-Item ./swarm.backup -ErrorAction Ignore }
        '*-SwarmUnlockKey' { Set-Swarm -Autolock -WarningAction Ignore }
    }
}

function Clear-Scene {
    $ConfirmPreference = 'None'
    Get-SwarmService | Remove-SwarmService
    Get-SwarmNetwork | Where-Object Name -CNE 'ingress' | Remove-SwarmNetwork
    Get-SwarmSecret | Remove-SwarmSecret
    Get-SwarmConfig | Remove-SwarmConfig
}

# The image behind all names of the examples: a web server, and stand-ins for the programs that they run in tasks.
function Write-TaskImage {
    $folder = Join-Path $Suite.Folder 'rootfs'
    foreach ($part in 'bin', 'tmp', 'etc', 'app', 'data') { New-Folder (Join-Path $folder $part) }
    Copy-Item (Find-StaticBusybox) "$folder/bin/busybox"
    foreach ($tool in 'sh', 'httpd', 'df', 'test', 'cat') { $null = New-Item -ItemType SymbolicLink "$folder/bin/$tool" -Target busybox }
    foreach ($program in @('bin/curl', 'exit 0'), @('bin/psql', 'cat'), @('app/migrate', 'exit 0')) {
        Set-Content "$folder/$($program[0])" "#!/bin/sh`n$($program[1])"
        [IO.File]::SetUnixFileMode("$folder/$($program[0])", [IO.UnixFileMode] 493)
    }
    Set-Content "$folder/etc/app.conf" 'mode = fast'
    Set-Content "$folder/etc/passwd" "root:x:0:0::/:/bin/sh`napp:x:500:500::/:/bin/sh`npostgres:x:501:501::/:/bin/sh"
    Assert-Program (Find-Program 'tar') @('-C', $folder, '-cf', "$folder.tar", '.')
    foreach ($name in 'nginx:alpine', 'nginx:1.27', 'example/agent:2', 'example/api:1', 'postgres:16') {
        Import-Tree "$folder.tar" $name 'CMD ["httpd","-f","-p","80"]'
    }
    Import-Tree "$folder.tar" 'example/import:3' 'CMD ["busybox","true"]'
}

function Import-Tree([string] $Archive, [string] $Name, [string] $Command) {
    Assert-Docker $Suite.Engine @('import', '--change', 'ENV PATH=/bin', '--change', $Command, $Archive, $Name)
}

function Write-BackupCertificate([string] $Path) {
    $key = [Security.Cryptography.RSA]::Create(2048)
    $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=backup', $key,
        [Security.Cryptography.HashAlgorithmName]::SHA256, [Security.Cryptography.RSASignaturePadding]::Pkcs1)
    $now = [DateTimeOffset]::UtcNow
    Set-Content $Path $request.CreateSelfSigned($now.AddDays(-1), $now.AddDays(1)).ExportCertificatePem()
}
