using System.Diagnostics;
using System.Globalization;
using SwarmPS.EndToEnd.Membership;

namespace SwarmPS.EndToEnd;

/// <summary>
/// Nodes that are promoted, demoted, leave, join, are removed, killed and restarted at random, while clients read and write through the
/// managers: two, three and five of them, one after another in one lab. After each step there is a leader within 10 s, and every live node
/// comes to its role. 40 steps of one seed in all; SWARMPS_LONG=1 makes it 200, SWARMPS_SEED another seed.
/// </summary>
public sealed class MembershipStepsTests(ITestOutputHelper report) : IAsyncDisposable
{
    private const int Nodes = 5;

    /// <summary>The search for an order of a register's history takes time and room by the square of its length.</summary>
    private const int StepsOfARegister = 10;

    private static readonly int[] Sizes = [2, 3, 5];
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("SWARMPS_LONG") == "1";
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("SWARMPS_SEED") ?? "1", CultureInfo.InvariantCulture);

    private readonly Random random = new(Seed);
    private readonly List<string> done = [];
    private LabFixture lab = null!;
    private RegisterClients clients = null!;
    private MembershipModel model = null!;

    /// <summary>The managers at the end of the last step: during a step they may become something else.</summary>
    private volatile IReadOnlyList<string> managers = ["n1"];

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

    [Fact]
    public async Task RandomSteps_KeepALeader_RolesAndOneHistory()
    {
        report.WriteLine($"SWARMPS_SEED={Seed}");
        lab = await LabFixture.StartAsync(Nodes, managers: Sizes[0]);
        model = new(lab.Names, Sizes[0], random);
        var steps = new MembershipSteps(lab, model, random);
        foreach (var node in model.Nodes)
            await steps.LearnIdAsync(node);
        clients = new(lab, () => managers, isPaced: true);
        await clients.StartAsync();
        var check = new MembershipCheck(lab, model, clients);
        await ExplainAsync("the start", check.RunAsync);
        foreach (var size in Sizes)
        {
            model.Size = size;
            for (var step = 0; step < StepsOf(size); step++)
                await StepAsync(steps, check);
        }
        await EndAsync(steps, check);
    }

    private static int StepsOf(int size) => (size, IsLong) switch { (2, false) => 12, (_, false) => 14, (2, true) => 60, (_, true) => 70 };

    private async Task StepAsync(MembershipSteps steps, MembershipCheck check)
    {
        var (step, node) = model.Next();
        var what = $"{step} {node.Name}{(node.Name == model.Leader ? ", the leader" : "")}";
        await ExplainAsync(what, async () =>
        {
            var began = Stopwatch.GetTimestamp();
            await steps.DoAsync(step, node);
            return $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, {await check.RunAsync()}";
        });
        if (done.Count % StepsOfARegister == 0)
            await clients.RenewAsync();
    }

    /// <summary>Does something and notes it; where it fails, says after what.</summary>
    private async Task ExplainAsync(string what, Func<Task<string>> act)
    {
        try
        {
            var took = await act();
            await clients.ThrowIfFaultedAsync();
            managers = [.. model.LiveManagers.Select(node => node.Name)];
            done.Add(what);
            report.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}: {took}; managers {string.Join(", ", managers)}");
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"SWARMPS_SEED={Seed}: {what} failed after: {string.Join("; ", done)}\n{fault.Message}\n{lab.Logs(40)}", fault);
        }
    }

    /// <summary>All daemons run again, the clients end, and what they were told is one history, which every manager holds.</summary>
    private async Task EndAsync(MembershipSteps steps, MembershipCheck check)
    {
        await ExplainAsync("the end", async () =>
        {
            await Task.WhenAll(model.Nodes.Where(node => !node.IsUp).Select(steps.StartAsync));
            return await check.RunAsync();
        });
        await clients.StopAsync();
        var operations = clients.History;
        report.WriteLine($"{operations.Count} operations, {operations.Count(operation => !operation.IsAcknowledged)} of unknown end");
        clients.AssertOneHistory();
        await clients.AgreeAsync(managers);
        Assert.True(operations.Count(operation => operation.Written is not null && operation.IsAcknowledged) > done.Count * 4, "Hardly a write was acknowledged.");
    }
}
