using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>
/// Tells from inside containers and from outside whether networks are as the services want them. A guest on all of the networks asks on
/// every node in turn.
/// </summary>
internal sealed class NetworkOracle
{
    private readonly LabFixture lab;
    private readonly SwarmClient swarm;
    private readonly List<SwarmTask> guests;
    private int asked;

    private NetworkOracle(LabFixture lab, SwarmClient swarm, List<SwarmTask> guests) => (this.lab, this.swarm, this.guests) = (lab, swarm, guests);

    /// <summary>Makes the networks, and the guests.</summary>
    public static async Task<NetworkOracle> StartAsync(LabFixture lab, string manager, IReadOnlyList<string> networks)
    {
        await ShellScript.RunAsync($$"""
            Connect-Swarm -Socket '{{lab.Place(manager).Socket}}' | Out-Null
            foreach ($name in '{{string.Join("', '", networks)}}') { New-SwarmNetwork $name | Out-Null }
            New-SwarmService guest {{LabFixture.Image}} -Command sleep, 36000 -Network {{string.Join(", ", networks)}} -Mode Global -StopGracePeriod 1s -Timeout 2m
            """);
        var swarm = lab.Client(manager);
        return new(lab, swarm, await NetworkReach.RunningAsync(swarm, "guest", CancellationToken.None));
    }

    /// <summary>Waits until all that these services want is so; fails with what is not.</summary>
    public async Task CheckAsync(IReadOnlyList<Wanted> services, Func<string> after)
    {
        foreach (var service in services)
        {
            var wrong = "";
            await Eventually.TrueAsync(
                async () => (wrong = await WrongAsync(service)) == "",
                () => $"service {service.Name}: {wrong}\n{after()}\n{lab.Logs()}");
        }
    }

    /// <summary>What is not as a service wants it; nothing where all is.</summary>
    private async Task<string> WrongAsync(Wanted service)
    {
        var all = await swarm.ListTasksAsync(new ApiFilters().Add("service", service.Name), CancellationToken.None);
        var live = all.Where(task => task.Status.State <= TaskState.Running).ToList();
        if (live.Count != service.Replicas || live.Exists(task => task is not { Status.State: TaskState.Running, DesiredState: TaskState.Running } || task.Spec.ForceUpdate != (ulong)service.Round))
            return $"{live.Count} tasks are on their way";
        var guest = guests[asked++ % guests.Count];
        var tasks = Sorted(live.Select(task => task.Id));
        var addresses = Sorted(service.Networks.SelectMany(network => live.Select(task => NetworkReach.AddressOf(task, network))));
        var told = NetworkReach.AddressesIn(await NetworkReach.AskAsync(swarm, guest.Id, ["nslookup", $"tasks.{service.Name}"], CancellationToken.None));
        // A name that is on several of the asker's networks leads to the first of them.
        if (!told.All(addresses.Contains) || told.Count != service.Replicas)
            return $"its tasks' name means [{string.Join(' ', told)}] on {guest.NodeId}, where the tasks have [{string.Join(' ', addresses)}]";
        if (service.Replicas == 0)
            return "";
        var answers = Sorted((await NetworkReach.AskAsync(swarm, guest.Id, ["sh", "-c", Repeated(service)], CancellationToken.None)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct());
        if (!answers.SequenceEqual(tasks))
            return $"its virtual address leads to [{string.Join(' ', answers)}] on {guest.NodeId} and not to [{string.Join(' ', tasks)}]";
        foreach (var node in service.Port == 0 ? [] : lab.Names)
        {
            HashSet<string> reached = [];
            for (var visit = 0; visit < VisitsOf(service); visit++)
                reached.Add((await NetworkReach.VisitAsync(lab, node, service.Port, CancellationToken.None)).Trim());
            if (!Sorted(reached).SequenceEqual(tasks))
                return $"port {service.Port} of {node} leads to [{string.Join(' ', Sorted(reached))}] and not to [{string.Join(' ', tasks)}]";
        }
        return "";
    }

    /// <summary>Connections that surely reach each task once.</summary>
    private static int VisitsOf(Wanted service) => 3 * service.Replicas;

    private static string Repeated(Wanted service) =>
        $"i=0; while [ $i -lt {VisitsOf(service)} ]; do wget -q -O - http://{service.Name}:8080/; i=$((i+1)); done 2>&1";

    private static List<string> Sorted(IEnumerable<string> words) => [.. words.Order(StringComparer.Ordinal)];

    /// <summary>A service that is wanted.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Networks">The networks it is on.</param>
    /// <param name="Replicas">Its tasks.</param>
    /// <param name="Port">The port it publishes on every node; 0 for none.</param>
    /// <param name="Round">How often its tasks were replaced.</param>
    internal sealed record Wanted(string Name, string[] Networks, int Replicas, uint Port, int Round = 0);
}
