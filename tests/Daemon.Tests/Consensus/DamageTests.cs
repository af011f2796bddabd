using System.Diagnostics;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>Damaged files and full disks end in an error that says what to do, and lose nothing.</summary>
public sealed class DamageTests
{
    [Theory]
    [InlineData("data", 100)]
    [InlineData("metadata", 80)]
    public async Task AChangedByteOfTheLog_IsNoticedAtStart(string part, int at)
    {
        var directory = await CrashedAsync();
        var page = Directory.GetFiles(Path.Combine(directory.Raft, "log", part)).Order().First();
        var content = File.ReadAllBytes(page);
        content[at] ^= 0x10;
        File.WriteAllBytes(page, content);
        await RefusedAsync(directory, directory.Raft);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("metadata")]
    public async Task AMissingFileOfTheLog_IsNoticedAtStart(string part)
    {
        var directory = await CrashedAsync();
        File.Delete(Directory.GetFiles(Path.Combine(directory.Raft, "log", part)).Order().First());
        await RefusedAsync(directory, directory.Raft);
    }

    [Fact]
    public async Task ALogOfAnotherKeyring_IsNoticedAtStart()
    {
        var directory = await CrashedAsync();
        Keyring.Create(directory.KeyringFile, KeyEncryptionKey.FromFile(directory.KeyringKeyFile));
        await RefusedAsync(directory, "Entry 1");
    }

    [Fact]
    public void ARefusalThatReadsLikeDamage_IsNone()
    {
        var damage = Damage.Missing("state.db", "the log");
        Assert.True(Damage.Is(damage));
        Assert.False(Damage.Is(new(damage.Code, damage.Message)));
    }

    [Fact]
    public async Task AFullDisk_RefusesChanges_LosesNothing_AndHeals()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            Assert.Skip("mounting a small file system needs Linux and root");
        var directory = TestManager.NewDirectory();
        if (Run("mount", "-t", "tmpfs", "-o", "size=12m", "swarmps-test", directory.Root) != 0)
            Assert.Skip("a small file system cannot be mounted here");
        try
        {
            var ballast = Path.Combine(directory.Root, "ballast");
            var manager = await TestManager.StartAsync(directory, options => options with { DiskReserveBytes = 4 << 20 });
            await manager.PutAsync(new Node { Id = "before" });
            File.WriteAllBytes(ballast, new byte[9 << 20]);
            var refusal = await Assert.ThrowsAsync<SwarmException>(() => manager.PutAsync(new Node { Id = "during" }));
            Assert.Contains("disk is full", refusal.Message);
            Assert.Contains(directory.Raft, refusal.Message);
            File.Delete(ballast);
            await manager.PutAsync(new Node { Id = "after" });
            await manager.Node.StopAsync();
            var again = await TestManager.StartAsync(directory);
            Assert.Equal(["after", "before"], again.Store.Current.Nodes.All.Select(node => node.Id).Order());
            await again.Node.StopAsync();
        }
        finally
        {
            Run("umount", directory.Root);
        }
    }

    /// <summary>The disk fills up under the log itself, with no reserve: the node gives up with an error, and a restart has everything acknowledged.</summary>
    [Fact]
    public async Task ADiskThatFillsUpUnderTheLog_LosesNothingAcknowledged()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            Assert.Skip("mounting a small file system needs Linux and root");
        var directory = TestManager.NewDirectory();
        if (Run("mount", "-t", "tmpfs", "-o", "size=6m", "swarmps-test", directory.Root) != 0)
            Assert.Skip("a small file system cannot be mounted here");
        try
        {
            var manager = await TestManager.StartAsync(directory, options => options with { DiskReserveBytes = long.MinValue / 2 });
            List<string> acknowledged = [];
            var name = new string('x', 200_000);
            var fault = await Assert.ThrowsAsync<SwarmException>(async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await manager.PutAsync(new Node { Id = $"n{i}", Spec = new() { Name = name } });
                    acknowledged.Add($"n{i}");
                }
            });
            Assert.Equal(SwarmErrorCode.Unavailable, fault.Code);
            Assert.NotEmpty(acknowledged);
            var end = await Assert.ThrowsAsync<SwarmException>(() => manager.Node.Completion.WaitAsync(TestManager.Deadline));
            Assert.Contains(directory.Raft, end.Message);
            await manager.Node.StopAsync().WaitAsync(TestManager.Deadline);
            Run("mount", "-o", "remount,size=32m", directory.Root);
            var again = await TestManager.StartAsync(directory);
            Assert.Empty(acknowledged.Except(again.Store.Current.Nodes.All.Select(node => node.Id)));
            await again.PutAsync(new Node { Id = "after" });
            await again.Node.StopAsync();
        }
        finally
        {
            Run("umount", directory.Root);
        }
    }

    /// <summary>A data root as a crash leaves it: everything is in the log, nothing in a checkpoint.</summary>
    private static async Task<SwarmDirectory> CrashedAsync()
    {
        await using var manager = await TestManager.StartAsync(TestManager.NewDirectory());
        for (var i = 0; i < 3; i++)
            await manager.PutAsync(new Node { Id = $"n{i}" });
        var copy = TestManager.NewDirectory();
        copy.Create();
        foreach (var from in Directory.GetFiles(manager.Directory.Root, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy.Root, Path.GetRelativePath(manager.Directory.Root, from));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            await using var target = File.Create(to);
            await source.CopyToAsync(target);
        }
        return copy;
    }

    [Fact]
    public async Task WhatACrashLeaves_HasEverythingAcknowledged()
    {
        var directory = await CrashedAsync();
        await using var manager = await TestManager.StartAsync(directory);
        Assert.Equal(3, manager.Store.Current.Nodes.Count);
    }

    private static async Task RefusedAsync(SwarmDirectory directory, string named)
    {
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => TestManager.StartAsync(directory));
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.True(refusal.Message.Contains(named), refusal.ToString());
        Assert.Contains("Put back a copy", refusal.Message);
        Assert.True(Damage.Is(refusal), "it is not marked as damage");
    }

    private static int Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
