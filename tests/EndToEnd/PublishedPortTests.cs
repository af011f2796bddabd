using System.Diagnostics;

namespace SwarmPS.EndToEnd;

/// <summary>Ports that services publish on three nodes, asked from outside.</summary>
public sealed class PublishedPortTests(SharedLab shared) : IClassFixture<SharedLab>, IAsyncLifetime
{
    private const int Inside = 8080;

    private LabFixture lab = null!;

    public async ValueTask InitializeAsync() => lab = await shared.GetAsync();

    public async ValueTask DisposeAsync() => await shared.ClearAsync();

    /// <summary>Tasks that are on the mesh's network alone, and such that have a network besides: these answer past their default route.</summary>
    [Fact]
    public async Task Datagrams_AreAnswered_ByEveryNode_FromTasksThereAndElsewhere()
    {
        await MakeAsync("New-SwarmNetwork back -DriverOption com.docker.network.driver.overlay.vxlanid_list=10000 | Out-Null", Service("alone", "-Publish 5301:8080/udp"), Service("more", "-Publish 5302:8080/udp -Network back"));
        foreach (var (service, port) in ((string, int)[])[("alone", 5301), ("more", 5302)])
        {
            using var echo = await TaskEcho.StartAsync(lab, service, Inside);
            foreach (var node in lab.Names)
                await AnsweredByAsync(lab.Place(node).Address, port, TaskEcho.SendAsync, lab.Names, () => $"UDP port {port} of {node}, which leads to {service}; {echo.Faults}");
        }
    }

    /// <summary>One port of each node on the loopback, one on an address that moves from node to node, one with a port of the engine's.</summary>
    [Fact]
    public async Task PortsOnAddresses_AreAnsweredThereAlone_AndFollowAnAddressThatMoves()
    {
        var moving = lab.Place("n1").Address[..(lab.Place("n1").Address.LastIndexOf('.') + 1)] + "200";
        await MakeAsync(Service("inner", "-Publish 127.0.0.1:5400:8080"), Service("outer", $"-Publish {moving}:5400:8080"));
        await MakeAsync(Service("host", "-Publish published=5401,target=8080,mode=host,host_ip=127.0.0.1"));
        var refused = await MakeAsync($$"""try { New-SwarmService third {{LabFixture.Image}} -Publish 5400:8080 -Detach } catch { "refused: $_" }""");
        Assert.Contains("is already in use by service 'inner'", Assert.Single(refused, line => line.StartsWith("refused:", StringComparison.Ordinal)));
        Assert.Contains("127.0.0.1:5400->8080/tcp", await MakeAsync("(Get-SwarmService inner).Ports"));
        using var inner = await TaskEcho.StartAsync(lab, "inner", Inside);
        using var outer = await TaskEcho.StartAsync(lab, "outer", Inside);
        foreach (var node in (string[])["n1", "n2"])
        {
            Assert.Contains("refused", await TaskEcho.AskAsync(lab.Place(node).Address, 5400));
            Assert.Contains("refused", await TaskEcho.AskAsync(lab.Place(node).Address, 5401));
            await IpAsync("-n", lab.Place(node).Namespace, "addr", "add", moving + "/24", "dev", "eth0");
            await AnsweredByAsync(moving, 5400, TaskEcho.AskAsync, lab.Names, () => $"port 5400 of {moving} on {node}; {inner.Faults}; {outer.Faults}");
            await IpAsync("-n", lab.Place(node).Namespace, "addr", "del", moving + "/24", "dev", "eth0");
            await IpAsync("neigh", "flush", "to", moving);
        }
        // From the node itself its loopback answers, whichever node has the task.
        await Eventually.TrueAsync(async () => (await InsideAsync("n2", 5400)).Contains("n1 ", StringComparison.Ordinal), () => "an answer of n1's task by 127.0.0.1:5400 of n2");
    }

    /// <summary>The client is this machine, by its address in the lab; it is no node, and every node has a way of its own to it.</summary>
    [Fact]
    public async Task PreservedSource_IsSeenByTasksOfEveryNode_AndAnswersComeBack()
    {
        const string Options = "target=8080,preserve-source=true";
        await MakeAsync(
            "New-SwarmNetwork back -DriverOption com.docker.network.driver.overlay.vxlanid_list=10000 | Out-Null",
            Service("alone", $"-Publish published=5601,{Options},published=5601,{Options},protocol=udp"),
            Service("more", $"-Network back -Publish published=5602,{Options},published=5602,{Options},protocol=udp"));
        foreach (var (service, port) in ((string, int)[])[("alone", 5601), ("more", 5602)])
        {
            using var echo = await TaskEcho.StartAsync(lab, service, Inside);
            foreach (var node in lab.Names)
            {
                foreach (var ask in (Func<string, int, Task<string>>[])[TaskEcho.AskAsync, TaskEcho.SendAsync])
                {
                    HashSet<string> answers = [];
                    await AnsweredByAsync(lab.Place(node).Address, port, async (address, number) => Noted(answers, await ask(address, number)), lab.Names, () => $"port {port} of {node}; {echo.Faults}");
                    Assert.Equal(lab.Names.Select(name => $"{name} {lab.Lab.HostAddress}").Order(), answers.Where(answer => answer.StartsWith('n')).Order());
                }
            }
        }
    }

    [Fact]
    public async Task PreferredLocalTasks_AreAskedAlone_AndTheOthersWhereThereAreNone()
    {
        await MakeAsync($"New-SwarmService near {LabFixture.Image} -Command sleep, 36000 -Replicas 2 -MaxReplicasPerNode 1 -Constraint node.hostname!=n3 -StopGracePeriod 1s -Timeout 2m -Publish published=5701,target=8080,prefer-local=true");
        using var echo = await TaskEcho.StartAsync(lab, "near", Inside);
        await AnsweredByAsync(lab.Place("n3").Address, 5701, TaskEcho.AskAsync, ["n1", "n2"], () => $"port 5701 of n3; {echo.Faults}");
        foreach (var node in (string[])["n1", "n2"])
        {
            HashSet<string> answers = [];
            for (var visit = 0; visit < 6; visit++)
                Noted(answers, (await TaskEcho.AskAsync(lab.Place(node).Address, 5701)).Split(' ')[0]);
            Assert.Equal([node], answers);
        }
    }

    private static string Noted(HashSet<string> answers, string answer)
    {
        answers.Add(answer);
        return answer;
    }

    /// <summary>A service that runs on every node and serves by <see cref="TaskEcho"/>.</summary>
    private static string Service(string name, string more) => $"New-SwarmService {name} {LabFixture.Image} -Command sleep, 36000 -Mode Global -StopGracePeriod 1s -Timeout 2m {more}";

    private Task<List<string>> MakeAsync(params string[] lines) =>
        ShellScript.RunAsync($"Connect-Swarm -Socket '{lab.Place("n1").Socket}' | Out-Null\n" + string.Join('\n', lines));

    /// <summary>What a node's loopback answers on a port.</summary>
    private async Task<string> InsideAsync(string node, int port) => (await RunAsync("ip", "netns", "exec", lab.Place(node).Namespace, ImageFile.Busybox, "nc", "-w", "5", "127.0.0.1", $"{port}")).Trim();

    private static Task IpAsync(params string[] arguments) => RunAsync("ip", arguments);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} failed with {process.ExitCode}");
        return output;
    }

    /// <summary>Asks until each of these nodes' tasks has answered.</summary>
    private static async Task AnsweredByAsync(string address, int port, Func<string, int, Task<string>> ask, IEnumerable<string> expected, Func<string> what)
    {
        var missing = expected.ToHashSet();
        var last = "";
        await Eventually.TrueAsync(
            async () =>
            {
                missing.Remove((last = await ask(address, port)).Split(' ')[0]);
                return missing.Count == 0;
            },
            () => $"answers of {string.Join(", ", missing)} by {what()}; the last was '{last}'");
    }
}
