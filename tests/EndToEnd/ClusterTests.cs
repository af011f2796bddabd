using System.Diagnostics;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.EndToEnd;

/// <summary>
/// Managers of which the leader is lost again and again while clients of all of them read and write. SWARMPS_LONG=1 loses it twenty
/// times in each way, with three managers and with five.
/// </summary>
public sealed class ClusterTests(ITestOutputHelper report) : IAsyncDisposable
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("SWARMPS_LONG") == "1";
    private static readonly int Rounds = IsLong ? 20 : 1;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    private LabFixture lab = null!;
    private RegisterClients clients = null!;

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (clients is not null)
                await clients.DisposeAsync();
        }
        finally
        {
            if (lab is not null)
                await lab.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task LostLeaders_LeaveOneHistory_ForAllClients(int managers)
    {
        Assert.SkipUnless(managers == 3 || IsLong, "Five managers take part in the long run: SWARMPS_LONG=1.");
        lab = await LabFixture.StartAsync(managers, managers);
        clients = new(lab, () => lab.Names);
        await clients.StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await LoseAsync("killed", node => lab.KillAsync(node, LabPart.Daemon), round == 0 ? StartDamagedAsync : lab.StartAsync);
            await LoseAsync("cut off", lab.PartitionAsync, lab.HealAsync);
        }
        await clients.StopAsync();
        var operations = clients.History;
        report.WriteLine($"{operations.Count} operations, {operations.Count(operation => !operation.IsAcknowledged)} of unknown end");
        clients.AssertOneHistory();
        await clients.AgreeAsync(lab.Names);
        Assert.True(operations.Count(operation => operation.Written is not null && operation.IsAcknowledged) > Rounds * 4, "Hardly a write was acknowledged.");
    }

    /// <summary>Loses the leader, waits until a write that was begun after that is acknowledged, and brings it back.</summary>
    private async Task LoseAsync(string how, Func<string, Task> lose, Func<string, Task> bringBack)
    {
        string? leader = null;
        await Eventually.TrueAsync(async () => (leader = await LeaderAsync()) is not null, () => $"a leader\n{lab.Logs(40)}");
        await lose(leader!);
        var lost = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => Task.FromResult(clients.HasWrittenSince(lost)),
            () => $"an acknowledged write after {leader} was {how}\n{lab.Logs(40)}", Deadline);
        report.WriteLine($"{leader} {how}: a write acknowledged after {Stopwatch.GetElapsedTime(lost).TotalSeconds:0.0} s");
        await bringBack(leader!);
        await Eventually.TrueAsync(async () => await LeaderAsync() is not null && await AnswersAsync(leader!), () => $"{leader} to be back\n{lab.Logs(40)}", Deadline);
    }

    /// <summary>Starts a manager whose state the disk has spoiled: the others take it in anew, as the node it was, and it gets the state from them.</summary>
    private async Task StartDamagedAsync(string node)
    {
        var root = lab.Place(node).DataRoot;
        foreach (var file in Directory.GetFiles(root, "state.db*"))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            for (var i = 0; i < bytes.Length; i += 7)
                bytes[i] ^= 0x55;
            await File.WriteAllBytesAsync(file, bytes);
        }
        await lab.StartAsync(node);
        await Eventually.TrueAsync(async () => await AnswersAsync(node), () => $"{node} to be a manager again\n{lab.Logs(40)}", Deadline);
        // A node of another id would be one more.
        Assert.Equal(lab.Names.Count, (await Eventually.GetAsync(() => lab.Client(node).ListNodesAsync(new(), CancellationToken.None))).Count);
        var aside = Assert.Single(Directory.GetDirectories(root, "damaged-*"));
        Assert.True(File.Exists(Path.Combine(aside, "state.db")), "The damaged state was not kept aside.");
    }

    /// <summary>The leader, as a manager that has one says.</summary>
    private async Task<string?> LeaderAsync()
    {
        foreach (var node in lab.Names)
        {
            if (await ManagerRequests.TryAsync(lab, node, (client, stop) => client.ListNodesAsync(new(), stop)) is { } nodes && nodes.Find(one => one.ManagerStatus?.Leader == true) is { } leader)
                return leader.Description?.Hostname;
        }
        return null;
    }

    private async Task<bool> AnswersAsync(string node) => await ManagerRequests.TryAsync(lab, node, (client, stop) => client.ListServicesAsync(new(), stop)) is not null;
}
