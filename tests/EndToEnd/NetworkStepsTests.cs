using System.Globalization;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>
/// Services on two networks that come, grow, shrink, change and go at random, and daemons that are killed; after each step names, virtual addresses and
/// published ports must lead to just the tasks that run. 12 steps of one seed; SWARMPS_LONG=1 makes it 200, SWARMPS_SEED another seed.
/// </summary>
public sealed class NetworkStepsTests(ITestOutputHelper report) : IAsyncLifetime
{
    private const uint FirstPort = 8100;
    private const int ServicesMax = 4;
    private static readonly string[] Networks = ["left", "right"];
    private static readonly int Steps = Environment.GetEnvironmentVariable("SWARMPS_LONG") == "1" ? 200 : 12;
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("SWARMPS_SEED") ?? "1", CultureInfo.InvariantCulture);

    private readonly Random random = new(Seed);
    private readonly SortedDictionary<string, NetworkOracle.Wanted> wanted = new(StringComparer.Ordinal);
    private readonly List<string> done = [];
    private LabFixture lab = null!;
    private int made;

    public async ValueTask InitializeAsync() => lab = await LabFixture.StartAsync(nodes: 3);

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
    }

    [Fact]
    public async Task RandomSteps_LeaveNamesAddressesAndPortsTrue()
    {
        report.WriteLine($"{Steps} steps, SWARMPS_SEED={Seed}");
        var oracle = await NetworkOracle.StartAsync(lab, "n1", Networks);
        for (var step = 0; step < Steps; step++)
        {
            await StepAsync();
            await oracle.CheckAsync([.. wanted.Values], () => $"after: {string.Join("; ", done)} (SWARMPS_SEED={Seed})");
        }
        report.WriteLine(string.Join("; ", done));
        foreach (var name in wanted.Keys.ToList())
            await RemoveAsync(name);
        await oracle.CheckAsync([], () => "after all services were removed");
    }

    private async Task StepAsync()
    {
        var choice = random.Next(10);
        if (wanted.Count == 0 || (choice < 4 && wanted.Count < ServicesMax))
            await CreateAsync();
        else if (choice < 8)
            await ChangeAsync();
        else if (choice == 8)
            await RemoveAsync(Any());
        else
            await KillAsync();
    }

    private string Any() => wanted.Keys.ElementAt(random.Next(wanted.Count));

    private async Task CreateAsync()
    {
        var number = made++;
        var networks = random.Next(3) switch { 0 => Networks[..1], 1 => Networks[1..], _ => Networks };
        var service = new NetworkOracle.Wanted($"s{number}", networks, random.Next(1, 4), random.Next(2) == 0 ? FirstPort + (uint)number : 0);
        done.Add($"{service.Name} made on {string.Join(" and ", networks)}, {service.Replicas} times, port {service.Port}");
        await lab.Client("n1").CreateServiceAsync(SpecOf(service), CancellationToken.None);
        wanted.Add(service.Name, service);
    }

    /// <summary>Another number of replicas, or all of them anew.</summary>
    private async Task ChangeAsync()
    {
        var service = wanted[Any()];
        var isAnew = random.Next(3) == 0;
        var changed = isAnew ? service with { Round = service.Round + 1 } : service with { Replicas = random.Next(0, 5) };
        done.Add(isAnew ? $"{service.Name} replaced" : $"{service.Name} resized to {changed.Replicas}");
        var known = await lab.Client("n1").GetServiceAsync(service.Name, CancellationToken.None);
        await lab.Client("n1").UpdateServiceAsync(known.Id, known.Version.Index, SpecOf(changed), CancellationToken.None);
        wanted[service.Name] = changed;
    }

    private async Task RemoveAsync(string name)
    {
        done.Add($"{name} removed");
        await lab.Client("n1").RemoveServiceAsync(name, CancellationToken.None);
        wanted.Remove(name);
    }

    /// <summary>A worker's daemon dies by kill -9 and is started again; its containers go on meanwhile.</summary>
    private async Task KillAsync()
    {
        var node = random.Next(2) == 0 ? "n2" : "n3";
        done.Add($"the daemon of {node} killed");
        await lab.KillAsync(node, LabPart.Daemon);
        await lab.StartAsync(node);
    }

    /// <summary>A web server that tells which task it is.</summary>
    private static ServiceSpec SpecOf(NetworkOracle.Wanted service) => new()
    {
        Name = service.Name,
        Mode = new() { Replicated = new((ulong)service.Replicas) },
        EndpointSpec = service.Port == 0 ? null : new() { Ports = [new() { TargetPort = 8080, PublishedPort = service.Port }] },
        UpdateConfig = new() { Parallelism = 0, Monitor = TimeSpan.FromMilliseconds(100) },
        TaskTemplate = new()
        {
            ForceUpdate = (ulong)service.Round,
            Networks = service.Networks.Select(network => new NetworkAttachmentConfig { Target = network }).ToValueList(),
            ContainerSpec = new()
            {
                Image = LabFixture.Image,
                Env = ["TASK={{.Task.ID}}"],
                StopGracePeriod = TimeSpan.FromSeconds(1),
                Command = ["sh", "-c", "mkdir -p /www; echo $TASK > /www/index.html; exec httpd -f -p 8080 -h /www"],
            },
        },
    };
}
