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
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var swarm = lab.Client(manager);
        await ShellScript.RunAsync($$"""
            Connect-Swarm -Socket '{{lab.Place(manager).Socket}}' | Out-Null
            New-SwarmNetwork back | Out-Null
            New-SwarmNetwork front -Subnet 10.99.0.0/24 | Out-Null
            $serve = 'mkdir -p /www; echo from $NODE > /www/index.html; exec httpd -f -p 8080 -h /www'
            New-SwarmService shop {{LabFixture.Image}} -Command sh, '-c', $serve -Replicas {{lab.Names.Count}} -MaxReplicasPerNode 1 -Env 'NODE={{"{{.Node.Hostname}}"}}' -Network name=back,alias=store, front -Publish {{Published}}:8080 -Timeout 2m
            New-SwarmService guest {{LabFixture.Image}} -Command sleep, 3600 -Network back -Mode Global -StopGracePeriod 1s -Timeout 2m
            """);
        var guests = await swarm.ListTasksAsync(new ApiFilters().Add("service", "guest").Add("desired-state", "running"), late.Token);
        foreach (var guest in guests)
        {
            foreach (var name in (string[])["shop", "store", "tasks.shop"])
                await ReachesAllAsync(() => AskAsync(swarm, guest.Id, $"http://{name}:8080/", late.Token), lab, $"{name}, asked by the guest on {guest.NodeId}");
        }
        foreach (var node in lab.Names)
            await ReachesAllAsync(() => VisitAsync(lab, node, late.Token), lab, $"port {Published} of {node}");
        await RemoveAsync(lab, manager, late.Token);
    }

    /// <summary>What is used cannot be removed; what is not leaves nothing behind.</summary>
    private static async Task RemoveAsync(LabFixture lab, string manager, CancellationToken stop)
    {
        var swarm = lab.Client(manager);
        var refused = await Assert.ThrowsAsync<SwarmApiException>(() => swarm.RemoveNetworkAsync("back", stop));
        Assert.Contains("is in use by services guest, shop", refused.Message);
        foreach (var service in (string[])["guest", "shop"])
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

    private static async Task<string> AskAsync(SwarmClient client, string task, string url, CancellationToken stop)
    {
        await using var process = await client.StartProcessAsync(task, new() { Cmd = ["wget", "-q", "-O", "-", url] }, stop);
        var output = new StringBuilder();
        await foreach (var frame in process.ReadAsync(stop))
            output.Append(Encoding.UTF8.GetString(frame.Data.Span));
        return output.ToString();
    }

    /// <summary>Asks a node from outside the lab, each time over a new connection.</summary>
    private static async Task<string> VisitAsync(LabFixture lab, string node, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            return await http.GetStringAsync($"http://{lab.Place(node).Address}:{Published}/", stop);
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
