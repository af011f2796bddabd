Describe 'A gallery' {
    BeforeAll {
        Import-Module Microsoft.PowerShell.PSResourceGet
        $gallery = "swarmps-$PID"
        $shelf = Join-Path $Suite.Folder 'gallery'
        $saved = Join-Path $Suite.Folder 'saved'
        $null = New-Item -ItemType Directory $shelf, $saved
        Register-PSResourceRepository $gallery -Uri $shelf -Trusted
        $version = (Import-PowerShellDataFile $Suite.Module).ModuleVersion
    }

    AfterAll { Unregister-PSResourceRepository $gallery }

    It 'takes the module' {
        Publish-PSResource -Path (Split-Path $Suite.Module) -Repository $gallery
        (Get-ChildItem $shelf).Name | Should-Be "SwarmPS.$version.nupkg"
    }

    It 'shows what it is' {
        $found = Find-PSResource SwarmPS -Repository $gallery
        "$($found.Version)" | Should-Be $version
        $found.ProjectUri.AbsoluteUri | Should-BeLikeString 'https://github.com/swarmps/swarmps*'
        $found.LicenseUri.AbsoluteUri | Should-BeLikeString '*/LICENSE'
        $found.ReleaseNotes | Should-BeLikeString '*/CHANGELOG.md'
        $found.Tags | Should-ContainCollection 'Docker'
    }

    It 'gives it as it was, and the copy can be imported' {
        Save-PSResource SwarmPS -Repository $gallery -Path $saved
        $copy = Join-Path $saved 'SwarmPS' $version
        foreach ($file in Get-ChildItem (Split-Path $Suite.Module) -Recurse -File) {
            $name = [IO.Path]::GetRelativePath((Split-Path $Suite.Module), $file.FullName)
            (Get-FileHash (Join-Path $copy $name)).Hash | Should-Be (Get-FileHash $file.FullName).Hash
        }
        $program, $arguments = $Suite.Pwsh
        $told = & $program @arguments -Command "`$env:PSModulePath = '$saved'; New-SwarmService a b -Env x=y -WhatIf -ErrorAction Ignore; (Get-Module SwarmPS).ModuleBase" 2>&1
        "$($told[-1])" | Should-Be $copy
    }

    # Elsewhere the suite has a home of its own.
    It 'installs it for one user' -Skip:$IsWindows {
        $program, $arguments = $Suite.Pwsh
        $told = & $program @arguments -Command @"
`$ErrorActionPreference = 'Stop'
Install-PSResource SwarmPS -Repository $gallery -Scope CurrentUser
(Get-InstalledPSResource SwarmPS).Version.ToString()
Import-Module SwarmPS
(Get-Command Get-SwarmService).Version.ToString()
Remove-Module SwarmPS
Uninstall-PSResource SwarmPS -Scope CurrentUser
"@ 2>&1
        $told -join ' ' | Should-Be "$version $version"
    }
}
