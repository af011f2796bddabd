using System.Diagnostics;
using System.Globalization;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Tests.Composition.StateFiles;
using SwarmPS.Model;
using SwarmPS.TestKit;

namespace SwarmPS.Daemon.Tests.Composition;

/// <summary>
/// Damages every file of a manager's and a worker's data root, one at a time: the daemon refuses it with exit code 2 and advice, or has all that
/// it had. <c>SWARMPS_SEED=7</c> draws other damage, <c>SWARMPS_FUZZ_SECONDS=600</c> goes on drawing for that long.
/// </summary>
public sealed class StateFileDamageTests : IAsyncLifetime
{
    /// <summary>
    /// The log's own files without a checksum: a stop leaves their digests, a crash cannot. After a crash they are emptied, cut off and filled with
    /// zeros, all of which is noticed or does no harm; a changed bit is out of reach, since any term, vote, mark or address may be true.
    /// </summary>
    private static readonly string[] Undigested = [.. LogDigests.Files.Select(file => $"raft/{file}")];

    private static readonly int Seed = Setting("SWARMPS_SEED") ?? 1;
    private static readonly TimeSpan Extended = TimeSpan.FromSeconds(Setting("SWARMPS_FUZZ_SECONDS") ?? 0);

    private readonly string address = $"127.0.0.1:{FreePorts.Pair()}";
    private readonly TestNodes nodes = new();
    private readonly List<string> roots = [];
    private StateNode manager = null!;
    private StateNode worker = null!;

    public async ValueTask InitializeAsync()
    {
        (manager, worker) = (new(NewRoot(), nodes.Engine.Socket), new(NewRoot(), nodes.Engine.Socket));
        await manager.Membership.InitAsync(new() { ListenAddr = address, AdvertiseAddr = address }, CancellationToken.None);
        var tokens = manager.Member.Store.Current.Swarm!.JoinTokens!;
        var other = $"127.0.0.1:{FreePorts.Pair()}";
        await worker.Membership.JoinAsync(new() { RemoteAddrs = [address], JoinToken = tokens.Worker, ListenAddr = other, AdvertiseAddr = other }, CancellationToken.None);
        await manager.Member.Store.UpdateAsync(
            tx =>
            {
                tx.Put(new Service { Id = "web", Spec = new() { Name = "web", Mode = new() { Replicated = new(0) } } });
                tx.Put(new Secret { Id = "password", Spec = new() { Name = "password" }, Data = new("swordfish"u8.ToArray()) });
                tx.Put(new Config { Id = "settings", Spec = new() { Name = "settings", Data = new("colour=blue"u8.ToArray()) } });
                for (var i = 0; i < 12; i++)
                    tx.Put(Task($"m{i}", manager.Member.NodeId));
                for (var i = 0; i < 12; i++)
                    tx.Put(Task($"w{i}", worker.Member.NodeId));
            },
            CancellationToken.None);
        foreach (var node in (StateNode[])[manager, worker])
            await TestNodes.UntilAsync(() => StateView.OfRunningAgent(node.Directory).Count == 12, () => $"the agent keeps {StateView.OfRunningAgent(node.Directory).Count} of 12 tasks");
    }

    public async ValueTask DisposeAsync()
    {
        await worker.DisposeAsync();
        await manager.DisposeAsync();
        await nodes.DisposeAsync();
        foreach (var root in roots)
            Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task DamagedWorker_RefusesWithAdvice_OrHasAllThatItHad()
    {
        var crashed = Keep(StateNode.Copy(worker.Directory.Root));
        await worker.DisposeAsync();
        await DamageAsync(crashed, worker.Directory.Root);
    }

    [Fact]
    public async Task DamagedManager_RefusesWithAdvice_OrHasAllThatItHad()
    {
        var crashed = Keep(StateNode.Copy(manager.Directory.Root));
        await worker.DisposeAsync();
        await manager.DisposeAsync();
        await DamageAsync(crashed, manager.Directory.Root);
    }

    /// <summary>Damages copies of data roots, as a crash and as a stop have left them.</summary>
    private async Task DamageAsync(string crashed, string stopped)
    {
        var began = Stopwatch.GetTimestamp();
        List<string> violations = [];
        var random = new Random(Seed);
        var cases = new StateCase(nodes.Engine.Socket);
        do
        {
            foreach (var (root, left, truncatedOnly) in ((string, string, string[])[])[(crashed, "after a crash", Undigested), (stopped, "after a stop", [])])
            {
                var before = await cases.ViewAsync(root);
                foreach (var damage in FileDamage.Of(root, random, each: 1, truncatedOnly))
                {
                    if (await cases.RunAsync(root, damage, before) is { } violation)
                        violations.Add($"{left}, {damage}: {violation}");
                }
            }
        }
        while (Stopwatch.GetElapsedTime(began) < Extended);
        Assert.True(violations.Count == 0, $"SWARMPS_SEED={Seed}:\n{string.Join('\n', violations)}");
    }

    private static SwarmTask Task(string id, string nodeId) =>
        new() { Id = id, NodeId = nodeId, DesiredState = TaskState.Running, Status = new() { State = TaskState.Assigned }, Spec = new() { ContainerSpec = new() { Image = $"image:{id}" } } };

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private string NewRoot() => Keep(Directory.CreateTempSubdirectory("swarmps-test-").FullName);

    private string Keep(string root)
    {
        roots.Add(root);
        return root;
    }
}
