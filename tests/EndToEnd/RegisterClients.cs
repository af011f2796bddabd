using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using SwarmPS.Api;
using SwarmPS.EndToEnd.History;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>
/// Clients that read and write registers through all managers at once, and the history of it. A register is a service without tasks; its
/// value is a label.
/// </summary>
/// <param name="lab">The lab.</param>
/// <param name="managers">The nodes to ask; they may change at any time.</param>
/// <param name="isPaced">Whether a client rests after each request, as long as after one that failed: others need the processors, too.</param>
internal sealed class RegisterClients(LabFixture lab, Func<IReadOnlyList<string>> managers, bool isPaced = false) : IAsyncDisposable
{
    private const int Clients = 4;
    private const int Registers = 4;
    private const string Label = "value";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private readonly ConcurrentQueue<Operation> history = new();
    private readonly CancellationTokenSource stop = new();
    private List<Task> clients = [];
    private volatile int round;

    /// <summary>What was read and written, in no order.</summary>
    public IReadOnlyList<Operation> History => [.. history];

    /// <summary>Creates the registers and starts the clients.</summary>
    public async Task StartAsync()
    {
        await RenewAsync();
        clients = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(() => UseAsync(client, stop.Token)))];
    }

    /// <summary>Goes over to new registers: a history that is checked register by register has to be short.</summary>
    public async Task RenewAsync()
    {
        for (var register = 0; register < Registers; register++)
            await CreateAsync(Name(round + 1, register));
        round++;
    }

    /// <summary>Throws what made a client end.</summary>
    public Task ThrowIfFaultedAsync() => Task.WhenAll(clients.Where(client => client.IsFaulted));

    /// <summary>Ends the clients and throws what made one of them end before.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(clients);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        // What made one of them end was thrown where it was asked for.
        await Task.WhenAll(clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    /// <summary>Whether a write was acknowledged that was begun after a time.</summary>
    public bool HasWrittenSince(long called) => history.Any(operation => operation.Written is not null && operation.IsAcknowledged && operation.Called > called);

    /// <summary>Fails where what the clients were told is not one history, and says what is stale.</summary>
    public void AssertOneHistory()
    {
        var operations = History;
        var broken = Linearizability.Broken(operations, "");
        Assert.True(broken.Count == 0, $"No order of operations explains what was read of {string.Join(", ", broken)}.\n{StaleReads.Describe(operations)}\n{lab.Logs(40)}");
    }

    /// <summary>Fails where managers hold different registers.</summary>
    public async Task AgreeAsync(IEnumerable<string> nodes)
    {
        var held = new List<string>();
        foreach (var node in nodes)
        {
            var services = await lab.Client(node).ListServicesAsync(new(), CancellationToken.None);
            held.Add(string.Join(", ", services.OrderBy(service => service.Spec.Name).Select(service => $"{service.Spec.Name}@{service.Version.Index} {service.Spec.Labels?.GetValueOrDefault(Label)}")));
        }
        Assert.Single(held.Distinct());
    }

    /// <summary>Writes through a node until a write is acknowledged; false where none was before <paramref name="late"/>.</summary>
    public async Task<bool> WriteUntilAcknowledgedAsync(string node, CancellationToken late)
    {
        using var tick = new PeriodicTimer(Pause);
        while (!late.IsCancellationRequested)
        {
            // A write is not broken off: one of unknown end is the harder to find a place for in the history.
            if (await WriteAsync(node, Name(round, Random.Shared.Next(Registers)), $"{node}.{Stopwatch.GetTimestamp()}") is Outcome.Written)
                return !late.IsCancellationRequested;
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
        return false;
    }

    /// <summary>One client: it reads and writes registers through a manager, and goes to the next where that one fails.</summary>
    private async Task UseAsync(int client, CancellationToken ended)
    {
        var random = new Random(client);
        using var tick = new PeriodicTimer(Pause);
        var manager = client;
        for (var i = 0; !ended.IsCancellationRequested; i++)
        {
            var register = Name(round, random.Next(Registers));
            var asked = managers();
            var node = asked[manager % asked.Count];
            var isAnswered = random.Next(2) == 0
                ? await ReadAsync(node, register) is not null
                : await WriteAsync(node, register, $"{client}.{i}") is not Outcome.Lost;
            if (!isAnswered)
                manager++;
            if (isPaced || !isAnswered)
                await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task<Service?> ReadAsync(string node, string register)
    {
        var called = Stopwatch.GetTimestamp();
        var service = await ManagerRequests.TryAsync(lab, node, (client, late) => client.GetServiceAsync(register, late));
        if (service is not null)
            history.Enqueue(new(register, null, service.Spec.Labels?.GetValueOrDefault(Label) ?? "", called, Stopwatch.GetTimestamp()) { Node = node });
        return service;
    }

    /// <summary>Writes on top of what was read; a refusal for having read too old a version is no write at all.</summary>
    private async Task<Outcome> WriteAsync(string node, string register, string value)
    {
        if (await ReadAsync(node, register) is not { } service)
            return Outcome.Lost;
        var called = Stopwatch.GetTimestamp();
        try
        {
            using var late = new CancellationTokenSource(ManagerRequests.Patience);
            await lab.Client(node).UpdateServiceAsync(service.Id, service.Version.Index, Spec(register) with { Labels = new ValueMap<string>([new(Label, value)]) }, late.Token);
            history.Enqueue(new(register, value, null, called, Stopwatch.GetTimestamp()) { Node = node });
            return Outcome.Written;
        }
        catch (SwarmApiException refusal) when (refusal.IsOutOfSequence)
        {
            return Outcome.Overtaken;
        }
        catch (Exception fault) when (ManagerRequests.IsLoss(fault))
        {
            history.Enqueue(new(register, value, null, called, long.MaxValue) { Node = node });
            return Outcome.Lost;
        }
    }

    /// <summary>Creates a register. One that is there already was created by a try whose answer was lost.</summary>
    private async Task CreateAsync(string register)
    {
        var manager = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                var asked = managers();
                try
                {
                    return await ManagerRequests.TryAsync(lab, asked[manager++ % asked.Count], (client, late) => client.CreateServiceAsync(Spec(register), late)) is not null;
                }
                catch (SwarmApiException there) when (there.Status is HttpStatusCode.Conflict && manager > 1)
                {
                    return true;
                }
            },
            () => $"the register {register} to be created\n{lab.Logs(40)}",
            ManagerRequests.Patience);
    }

    private static string Name(int round, int register) => $"r{round}-{register}";

    private static ServiceSpec Spec(string name) => new()
    {
        Name = name,
        Mode = new() { Replicated = new(0) },
        TaskTemplate = new() { ContainerSpec = new() { Image = LabFixture.Image, Command = ["true"] } },
    };

    /// <summary>What became of a write.</summary>
    private enum Outcome
    {
        /// <summary>It was acknowledged.</summary>
        Written,

        /// <summary>It was refused: another write came first.</summary>
        Overtaken,

        /// <summary>It is not known.</summary>
        Lost,
    }
}
