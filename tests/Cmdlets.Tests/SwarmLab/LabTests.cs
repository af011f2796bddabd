using System.Diagnostics;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.Cmdlets.Tests.SwarmLab;

/// <summary>What a lab remembers and whom it may end; whole labs are tested end to end.</summary>
public sealed class LabTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-labs-").FullName;

    private LabStore Store => new(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static LabState Sample(string boot) => new()
    {
        Name = "one",
        Folder = "/tmp/one",
        Program = "/bin/swarmpsd",
        Subnet = 7,
        Boot = boot,
        Nodes = [new() { Number = 1, IsManager = true, Daemon = new(42, 4711) }, new() { Number = 2, IsManager = false, IsPartitioned = true }],
    };

    [Fact]
    public async Task Lab_IsFoundByAnotherSession_AsItWasLeft()
    {
        await Store.ChangeAsync("one", _ => Sample(LabStore.Boot));
        var lab = new LabStore(folder).Get("one");
        Assert.Equal(["one"], Store.Names());
        Assert.Equal(new LabProcess(42, 4711), lab["n1"].Daemon);
        Assert.True(lab["n2"].IsPartitioned);
        Assert.Equal(("10.90.7.2", "swps-one-n2", "/tmp/one/n2/swarmps.sock"), (lab.PlaceOf(lab["n2"]).Address, lab.PlaceOf(lab["n2"]).Namespace, lab.PlaceOf(lab["n2"]).Socket));
    }

    [Fact]
    public async Task AfterTheMachinesRestart_NoProcessIsTheLabs()
    {
        await Store.ChangeAsync("one", _ => Sample("an earlier one"));
        Assert.All(Store.Get("one").Nodes, node => Assert.Equal(LabNodeState.Stopped, LabNodes.StateOf(node)));
        Assert.All(Store.Get("one").Nodes, node => Assert.Null(node.Daemon));
        Assert.False(Store.Get("one")["n2"].IsPartitioned);
    }

    [Fact]
    public async Task ChangesAtOnce_AreAllKept()
    {
        await Store.ChangeAsync("one", _ => Sample(LabStore.Boot) with { Nodes = [.. Enumerable.Range(1, 20).Select(number => new LabNode { Number = number, IsManager = false })] });
        await Task.WhenAll(Enumerable.Range(1, 20).Select(number => Store.ChangeAsync("one", $"n{number}", node => node with { IsPartitioned = true })));
        Assert.All(Store.Get("one").Nodes, node => Assert.True(node.IsPartitioned));
    }

    [Fact]
    public void WhatIsNotThere_IsToldWithWhatIs()
    {
        Assert.Equal("LabNotFound", Assert.Throws<LabException>(() => Store.Get("none")).Id);
        Assert.Contains("It has n1, n2", Assert.Throws<LabException>(() => Sample("")["n3"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherProcessWithTheSameNumber_IsNotKilled()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked at through /proc.");
        using var process = Process.Start("sleep", "30");
        var own = LabProcess.Of(process.Id)!;
        await (own with { Start = own.Start - 1 }).KillAsync();
        Assert.True(own.IsAlive());
        await own.KillAsync();
        Assert.False(own.IsAlive());
    }

    [Fact]
    public void LabsElsewhere_AreRefusedInASentence()
    {
        Assert.SkipWhen(LabControl.Obstacle() is null, "Labs run here.");
        using var prompt = new Prompt();
        Assert.Equal("LabNotSupported", prompt.Run("Start-SwarmLab").ErrorId);
    }
}
