Describe 'The manifest' {
    BeforeAll {
        $folder = Split-Path $Suite.Module
        $manifest = Test-ModuleManifest $Suite.Module -ErrorAction Stop
        $written = Import-PowerShellDataFile $Suite.Module
    }

    It 'has what a gallery shows: <_>' -ForEach 'Author', 'CompanyName', 'Copyright', 'Description', 'ReleaseNotes' {
        $manifest.$_ | Should-NotBeWhiteSpaceString
    }

    It 'has <_> below the address of the project' -ForEach 'ProjectUri', 'LicenseUri' {
        $manifest.$_.AbsoluteUri | Should-BeLikeString 'https://github.com/swarmps/swarmps*'
    }

    It 'is of PowerShell 7.4 and later, Core alone' {
        "$($manifest.PowerShellVersion)" | Should-Be '7.4'
        $manifest.CompatiblePSEditions | Should-BeCollection @('Core')
    }

    It 'has the version of the assemblies' {
        foreach ($file in Get-ChildItem (Join-Path $folder 'SwarmPS.*.dll')) {
            "$($manifest.Version)" | Should-Be ($file.VersionInfo.ProductVersion -replace '[-+].*')
        }
    }

    It 'exports the cmdlets that the assembly has, by their names' {
        Import-Module $Suite.Module
        $made = [Reflection.Assembly]::LoadFrom((Join-Path $folder 'SwarmPS.Cmdlets.dll')).GetExportedTypes() |
            ForEach-Object { $_.GetCustomAttributes([Management.Automation.CmdletAttribute], $false) } |
            ForEach-Object { "$($_.VerbName)-$($_.NounName)" } | Sort-Object
        ($written.CmdletsToExport | Sort-Object) | Should-BeCollection $made
        ((Get-Module SwarmPS).ExportedCommands.Keys | Sort-Object) | Should-BeCollection $made
        ($made -match '[*?]') | Should-BeNull
    }

    It 'is beside what it names and nothing that only builders need' {
        $names = @((Get-ChildItem $folder -Recurse -File).Name)
        foreach ($name in @($written.RootModule) + $written.TypesToProcess + $written.FormatsToProcess) {
            $names | Should-ContainCollection $name
        }
        @($names -match '\.pdb$|\.xml$' -notmatch '-Help\.xml$') | Should-BeCollection @()
    }

    It 'has only approved verbs' {
        $approved = (Get-Verb).Verb
        foreach ($command in Get-Command -Module SwarmPS) { $approved | Should-ContainCollection $command.Verb }
    }
}
