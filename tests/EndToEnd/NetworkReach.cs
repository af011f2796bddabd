using System.Text;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>Services on networks of the swarm find each other by name across nodes, and every node answers on a published port.</summary>
internal static class NetworkReach
{
    private const uint Published = 8088;

    /// <summary>Makes networks and services with the cmdlets, and asks from inside the containers and from outside.</summary>
    public static async Task CheckAsync(LabFixture lab, string manager)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var swarm = lab.Client(manager);
        await ShellScript.RunAsync($$"""
            Connect-Swarm -Socket '{{lab.Place(manager).Socket}}' | Out-Null
            New-SwarmNetwork back | Out-Null
            New-SwarmNetwork front -Subnet 10.99.0.0/24 -Encrypted | Out-Null
            $serve = 'mkdir -p /www; echo from $NODE > /www/index.html; exec httpd -f -p 8080 -h /www'
            New-SwarmService shop {{LabFixture.Image}} -Command sh, '-c', $serve -Replicas {{lab.Names.Count}} -MaxReplicasPerNode 1 -Env 'NODE={{"{{.Node.Hostname}}"}}' -Network name=back,alias=store, front -Publish {{Published}}:8080 -Timeout 2m
            New-SwarmService guest {{LabFixture.Image}} -Command sleep, 3600 -Network back -Mode Global -StopGracePeriod 1s -Timeout 2m
            New-SwarmService names {{LabFixture.Image}} -Command sleep, 3600 -Network back -EndpointMode Dnsrr -Replicas 3 -StopGracePeriod 1s -Timeout 2m
            New-SwarmService stranger {{LabFixture.Image}} -Command sleep, 3600 -Network front -StopGracePeriod 1s -Timeout 2m
            """);
        var docker = new DockerClient($"unix://{lab.Place(manager).Socket}");
        await docker.RunAsync("network", "create", "-d", "overlay", "--opt", "encrypted", "quiet");
        Assert.Contains("\"encrypted\": \"\"", await docker.RunAsync("network", "inspect", "quiet"));
        await docker.RunAsync("network", "rm", "quiet");
        var guests = await swarm.ListTasksAsync(new ApiFilters().Add("service", "guest").Add("desired-state", "running"), late.Token);
        foreach (var guest in guests)
        {
            foreach (var name in (string[])["shop", "store", "tasks.shop"])
                await ReachesAllAsync(() => AskAsync(swarm, guest.Id, $"http://{name}:8080/", late.Token), lab, $"{name}, asked by the guest on {guest.NodeId}");
        }
        foreach (var node in lab.Names)
            await ReachesAllAsync(() => VisitAsync(lab, node, late.Token), lab, $"port {Published} of {node}");
        var findings = await FindingsAsync(lab, manager);
        Assert.DoesNotContain(findings, finding => finding.StartsWith("broken", StringComparison.Ordinal));
        foreach (var network in (string[])["back", "front", "ingress"])
            Assert.Equal(lab.Names.Count * (lab.Names.Count - 1), findings.Count(finding => finding.StartsWith($"fine {network} Path ", StringComparison.Ordinal)));
        await NamesAreAddressesAsync(swarm, guests[0].Id, late.Token);
        await IsKeptOutAsync(swarm, late.Token);
        await RemoveAsync(lab, manager, late.Token);
    }

    /// <summary>What the nodes find when they try their networks, as <c>fine back Path n1>n2</c>, with what was said.</summary>
    public static Task<List<string>> FindingsAsync(LabFixture lab, string manager) => ShellScript.RunAsync($$"""
        Connect-Swarm -Socket '{{lab.Place(manager).Socket}}' | Out-Null
        Test-SwarmNetwork | ForEach-Object { "$(if ($_.Ok) { 'fine' } else { 'broken' }) $($_.Network) $($_.Check) $($_.Node)>$($_.Target) $($_.Message)" }
        """);

    /// <summary>With the endpoint mode dnsrr a service's name means its tasks' own addresses, and all of them.</summary>
    private static async Task NamesAreAddressesAsync(SwarmClient swarm, string guest, CancellationToken stop)
    {
        var wanted = (await RunningAsync(swarm, "names", stop)).Select(task => AddressOf(task, "back")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(3, wanted.Count);
        var answer = "";
        await Eventually.TrueAsync(
            async () =>
            {
                answer = await AskAsync(swarm, guest, ["nslookup", "names"], stop);
                return AddressesIn(answer).Order(StringComparer.Ordinal).SequenceEqual(wanted);
            },
            () => $"the addresses {string.Join(", ", wanted)} of names; the last answer was '{answer}'");
    }

    /// <summary>What is on one network hears no names of another one, and reaches nobody there, though a service is on both.</summary>
    private static async Task IsKeptOutAsync(SwarmClient swarm, CancellationToken stop)
    {
        var stranger = (await RunningAsync(swarm, "stranger", stop)).Single().Id;
        var shop = await RunningAsync(swarm, "shop", stop);
        foreach (var task in shop)
        {
            Assert.Equal("open", await TryAsync(AddressOf(task, "front")));
            Assert.Equal("closed", await TryAsync(AddressOf(task, "back")));
        }
        Assert.Contains("Name:", await AskAsync(swarm, stranger, ["nslookup", "shop"], stop), StringComparison.Ordinal);
        Assert.DoesNotContain("Name:", await AskAsync(swarm, stranger, ["nslookup", "guest"], stop), StringComparison.Ordinal);

        async Task<string> TryAsync(string address) =>
            (await AskAsync(swarm, stranger, ["sh", "-c", $"nc -w 2 {address} 8080 -e true 2> /dev/null && echo open || echo closed"], stop)).Trim();
    }

    /// <summary>What a name means by nslookup's answer; nothing where it is not known.</summary>
    public static List<string> AddressesIn(string answer) => !answer.Contains("Name:", StringComparison.Ordinal) ? [] :
    [
        .. answer[answer.IndexOf("Name:", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("Address", StringComparison.Ordinal))
            .Select(line => line.Split(' ').First(word => word.Contains('.', StringComparison.Ordinal))),
    ];

    /// <summary>A service's tasks that run and are wanted to.</summary>
    public static async Task<List<SwarmTask>> RunningAsync(SwarmClient swarm, string service, CancellationToken stop) =>
        [.. (await swarm.ListTasksAsync(new ApiFilters().Add("service", service), stop)).Where(task => task is { Status.State: TaskState.Running, DesiredState: TaskState.Running })];

    /// <summary>A task's address in a network.</summary>
    public static string AddressOf(SwarmTask task, string network) =>
        task.NetworksAttachments!.Single(attachment => attachment.Network!.Spec.Name == network).Addresses![0].Split('/')[0];

    /// <summary>What is used cannot be removed; what is not leaves nothing behind.</summary>
    private static async Task RemoveAsync(LabFixture lab, string manager, CancellationToken stop)
    {
        var swarm = lab.Client(manager);
        var refused = await Assert.ThrowsAsync<SwarmApiException>(() => swarm.RemoveNetworkAsync("back", stop));
        Assert.Contains("is in use by services guest, names, shop", refused.Message);
        foreach (var service in (string[])["guest", "names", "shop", "stranger"])
            await swarm.RemoveServiceAsync(service, stop);
        foreach (var network in (string[])["back", "front"])
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    try
                    {
                        await swarm.RemoveNetworkAsync(network, stop);
                        return true;
                    }
                    catch (SwarmApiException used) when (used.Message.Contains("is in use by task", StringComparison.Ordinal))
                    {
                        return false;
                    }
                },
                () => $"the tasks to leave network {network}");
        }
    }

    /// <summary>Asks until every node's task has answered.</summary>
    private static async Task ReachesAllAsync(Func<Task<string>> ask, LabFixture lab, string what)
    {
        HashSet<string> missing = [.. lab.Names.Select(node => $"from {node}")];
        var last = "";
        await Eventually.TrueAsync(
            async () =>
            {
                missing.Remove(last = (await ask()).Trim());
                return missing.Count == 0;
            },
            () => $"answers {string.Join(", ", missing)} by {what}; the last was '{last}'\n{lab.Logs()}");
    }

    private static Task<string> AskAsync(SwarmClient client, string task, string url, CancellationToken stop) => AskAsync(client, task, ["wget", "-q", "-O", "-", url], stop);

    /// <summary>What a command in a task prints.</summary>
    public static async Task<string> AskAsync(SwarmClient client, string task, ValueList<string> command, CancellationToken stop)
    {
        await using var process = await client.StartProcessAsync(task, new() { Cmd = command }, stop);
        var output = new StringBuilder();
        await foreach (var frame in process.ReadAsync(stop))
            output.Append(Encoding.UTF8.GetString(frame.Data.Span));
        return output.ToString();
    }

    /// <summary>Asks a node from outside the lab, each time over a new connection.</summary>
    private static Task<string> VisitAsync(LabFixture lab, string node, CancellationToken stop) => VisitAsync(lab, node, Published, stop);

    /// <inheritdoc cref="VisitAsync(LabFixture, string, CancellationToken)"/>
    public static async Task<string> VisitAsync(LabFixture lab, string node, uint port, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            return await http.GetStringAsync($"http://{lab.Place(node).Address}:{port}/", stop);
        }
        catch (HttpRequestException refused)
        {
            return refused.Message;
        }
        catch (TaskCanceledException) when (!stop.IsCancellationRequested)
        {
            return "(no answer)";
        }
    }
}
