using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace SwarmPS.Cmdlets.Tests;

public sealed class ModuleTests(ITestOutputHelper report)
{
    private static readonly Type[] Implemented =
        [.. typeof(Cmdlets.Pipeline.SwarmCmdlet).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(PSCmdlet)) && !type.IsAbstract)];

    private static CmdletAttribute Attribute(Type type) => type.GetCustomAttribute<CmdletAttribute>() ?? throw new InvalidOperationException($"{type} has no Cmdlet attribute.");

    [Fact]
    public void Manifest_ExportsJustWhatIsImplemented()
    {
        using var prompt = new Prompt();
        var exported = prompt.Run("(Get-Module SwarmPS).ExportedCmdlets.Keys").Clean().Select(name => (string)name.BaseObject);
        Assert.Equal(Implemented.Select(type => $"{Attribute(type).VerbName}-{Attribute(type).NounName}").Order(), exported.Order());
    }

    [Fact]
    public void Module_HasTheVersionOfItsAssemblies()
    {
        using var prompt = new Prompt();
        var version = (Version)prompt.Run("(Get-Module SwarmPS).Version").Clean().Single().BaseObject;
        var assembly = typeof(Cmdlets.Pipeline.SwarmCmdlet).Assembly;
        Assert.Equal(assembly.GetName().Version!.ToString(3), version.ToString());
        Assert.Equal(assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion, version.ToString());
    }

    [Fact]
    public void Import_HasNoWarnings_AndTellsItsTime()
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        var clock = Stopwatch.StartNew();
        shell.AddScript($"Import-Module '{Prompt.Module}'").Invoke();
        report.WriteLine($"Import-Module: {clock.ElapsedMilliseconds} ms");
        Assert.Empty(shell.Streams.Error);
        Assert.Empty(shell.Streams.Warning);
    }

    [Fact]
    public void WhatChanges_CanBeTriedWithoutChanging()
    {
        string[] reading = [VerbsCommon.Get, VerbsCommunications.Receive, VerbsCommunications.Connect, VerbsCommunications.Disconnect, VerbsLifecycle.Wait, VerbsCommon.Watch, VerbsDiagnostic.Test];
        Assert.All(Implemented, type => Assert.True(Attribute(type).SupportsShouldProcess != reading.Contains(Attribute(type).VerbName), $"{type.Name}: SupportsShouldProcess"));
    }

    [Fact]
    public void WhatCannotBeUndone_AsksFirst() =>
        Assert.All(Implemented, type =>
        {
            var isFinal = Attribute(type).VerbName is "Remove" or "Exit" or "Restore";
            Assert.True(isFinal == (Attribute(type).ConfirmImpact == ConfirmImpact.High), $"{type.Name}: ConfirmImpact {Attribute(type).ConfirmImpact}");
        });

    [Fact]
    public void Cmdlets_SayWhatTheyGive() =>
        Assert.All(Implemented, type => Assert.NotEmpty(type.GetCustomAttributes<OutputTypeAttribute>()));

    [Fact]
    public void Parameters_NeverShareAnAlias() => Assert.All(Implemented, type =>
    {
        var names = type.GetProperties().Where(property => property.GetCustomAttribute<ParameterAttribute>() is not null)
            .SelectMany(property => (property.GetCustomAttribute<AliasAttribute>()?.AliasNames ?? []).Append(property.Name));
        Assert.Empty(names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => $"{type.Name}: {group.Key}"));
    });
}
