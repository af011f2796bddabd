using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.EndToEnd.History;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>
/// Managers of which the leader is lost again and again while clients of all of them read and write. SWARMPS_LONG=1 loses it twenty
/// times in each way, with three managers and with five.
/// </summary>
public sealed class ClusterTests(ITestOutputHelper report) : IAsyncDisposable
{
    private const int Clients = 4;
    private const int Registers = 4;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("SWARMPS_LONG") == "1";
    private static readonly int Rounds = IsLong ? 20 : 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    private readonly ConcurrentQueue<Operation> history = new();
    private LabFixture lab = null!;

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task LostLeaders_LeaveOneHistory_ForAllClients(int managers)
    {
        Assert.SkipUnless(managers == 3 || IsLong, "Five managers take part in the long run: SWARMPS_LONG=1.");
        lab = await LabFixture.StartAsync(managers, managers);
        for (var register = 0; register < Registers; register++)
            await lab.Client("n1").CreateServiceAsync(Register($"r{register}"), CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(() => UseAsync(client, stop.Token))).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            await LoseAsync("killed", node => lab.KillAsync(node, LabPart.Daemon), round == 0 ? StartDamagedAsync : lab.StartAsync);
            await LoseAsync("cut off", lab.PartitionAsync, lab.HealAsync);
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        var operations = history.ToList();
        report.WriteLine($"{operations.Count} operations, {operations.Count(operation => !operation.IsAcknowledged)} of unknown end");
        Assert.Empty(Linearizability.Broken(operations, ""));
        await AgreeAsync();
        Assert.True(operations.Count(operation => operation.Written is not null && operation.IsAcknowledged) > Rounds * 4, "Hardly a write was acknowledged.");
    }

    /// <summary>Every manager has come to the same registers.</summary>
    private async Task AgreeAsync()
    {
        var held = new List<string>();
        foreach (var node in lab.Names)
        {
            var services = await lab.Client(node).ListServicesAsync(new(), CancellationToken.None);
            held.Add(string.Join(", ", services.OrderBy(service => service.Spec.Name).Select(service => $"{service.Spec.Name}@{service.Version.Index} {service.Spec.Labels?.GetValueOrDefault("value")}")));
        }
        Assert.Single(held.Distinct());
    }

    /// <summary>Loses the leader, waits until a write that was begun after that is acknowledged, and brings it back.</summary>
    private async Task LoseAsync(string how, Func<string, Task> lose, Func<string, Task> bringBack)
    {
        string? leader = null;
        await Eventually.TrueAsync(async () => (leader = await LeaderAsync()) is not null, () => $"a leader\n{lab.Logs(40)}");
        await lose(leader!);
        var lost = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => Task.FromResult(history.Any(operation => operation.Written is not null && operation.IsAcknowledged && operation.Called > lost)),
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
            if (await AskAsync(node, (client, stop) => client.ListNodesAsync(new(), stop)) is { } nodes && nodes.Find(one => one.ManagerStatus?.Leader == true) is { } leader)
                return leader.Description?.Hostname;
        }
        return null;
    }

    private async Task<bool> AnswersAsync(string node) => await AskAsync(node, (client, stop) => client.ListServicesAsync(new(), stop)) is not null;

    /// <summary>One client: it reads and writes registers through a manager, and goes to the next where that one fails.</summary>
    private async Task UseAsync(int client, CancellationToken stop)
    {
        var random = new Random(client);
        var manager = client;
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var register = $"r{random.Next(Registers)}";
            var node = lab.Names[manager % lab.Names.Count];
            if (!(random.Next(2) == 0 ? await ReadAsync(node, register) is not null : await WriteAsync(node, register, $"{client}.{i}")))
                manager++;
        }
    }

    private async Task<Service?> ReadAsync(string node, string register)
    {
        var called = Stopwatch.GetTimestamp();
        var service = await AskAsync(node, (client, stop) => client.GetServiceAsync(register, stop));
        if (service is not null)
            history.Enqueue(new(register, null, service.Spec.Labels?.GetValueOrDefault("value") ?? "", called, Stopwatch.GetTimestamp()));
        return service;
    }

    /// <summary>Writes on top of what was read; a refusal for having read too old a version is no write at all.</summary>
    private async Task<bool> WriteAsync(string node, string register, string value)
    {
        if (await ReadAsync(node, register) is not { } service)
            return false;
        var called = Stopwatch.GetTimestamp();
        try
        {
            using var late = new CancellationTokenSource(Patience);
            await lab.Client(node).UpdateServiceAsync(service.Id, service.Version.Index, Register(register) with { Labels = new ValueMap<string>([new("value", value)]) }, late.Token);
            history.Enqueue(new(register, value, null, called, Stopwatch.GetTimestamp()));
            return true;
        }
        catch (SwarmApiException refusal) when (refusal.IsOutOfSequence)
        {
            return true;
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            history.Enqueue(new(register, value, null, called, long.MaxValue));
            return false;
        }
    }

    private async Task<T?> AskAsync<T>(string node, Func<SwarmClient, CancellationToken, Task<T>> ask) where T : class
    {
        try
        {
            using var late = new CancellationTokenSource(Patience);
            return await ask(lab.Client(node), late.Token);
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            return null;
        }
    }

    /// <summary>What a client sees of a lost manager; anything else fails the test.</summary>
    private static bool IsLoss(Exception fault) =>
        fault is SwarmUnreachableException or IOException or OperationCanceledException or SwarmApiException { Status: HttpStatusCode.ServiceUnavailable or HttpStatusCode.InternalServerError or HttpStatusCode.GatewayTimeout };

    private static ServiceSpec Register(string name) => new()
    {
        Name = name,
        Mode = new() { Replicated = new(0) },
        TaskTemplate = new() { ContainerSpec = new() { Image = LabFixture.Image, Command = ["true"] } },
    };
}
