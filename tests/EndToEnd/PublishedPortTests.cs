using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.EndToEnd;

/// <summary>Ports that services publish on three nodes, asked from outside.</summary>
public sealed class PublishedPortTests : IAsyncLifetime
{
    private const int Inside = 8080;

    private LabFixture lab = null!;

    public async ValueTask InitializeAsync() => lab = await LabFixture.StartAsync(nodes: 3);

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
    }

    /// <summary>Tasks that are on the mesh's network alone, and such that have a network besides: these answer past their default route.</summary>
    [Fact]
    public async Task Datagrams_AreAnswered_ByEveryNode_FromTasksThereAndElsewhere()
    {
        await MakeAsync("New-SwarmNetwork back -DriverOption com.docker.network.driver.overlay.vxlanid_list=10000 | Out-Null", Service("alone", "-Publish 5301:8080/udp"), Service("more", "-Publish 5302:8080/udp -Network back"));
        foreach (var (service, port) in ((string, int)[])[("alone", 5301), ("more", 5302)])
        {
            using var echo = await TaskEcho.StartAsync(lab, service, Inside);
            foreach (var node in lab.Names)
                await AnsweredByAsync(node, port, TaskEcho.SendAsync, lab.Names, $"UDP port {port} of {node}, which leads to {service}");
        }
    }

    /// <summary>A service that runs on every node and serves by <see cref="TaskEcho"/>.</summary>
    private static string Service(string name, string more) => $"New-SwarmService {name} {LabFixture.Image} -Command sleep, 36000 -Mode Global -StopGracePeriod 1s -Timeout 2m {more}";

    private Task<List<string>> MakeAsync(params string[] lines) =>
        ShellScript.RunAsync($"Connect-Swarm -Socket '{lab.Place("n1").Socket}' | Out-Null\n" + string.Join('\n', lines));

    /// <summary>Asks until each of these nodes' tasks has answered.</summary>
    private async Task AnsweredByAsync(string node, int port, Func<string, int, Task<string>> ask, IEnumerable<string> expected, string what)
    {
        var missing = expected.ToHashSet();
        var last = "";
        await Eventually.TrueAsync(
            async () =>
            {
                missing.Remove((last = await ask(lab.Place(node).Address, port)).Split(' ')[0]);
                return missing.Count == 0;
            },
            () => $"answers of {string.Join(", ", missing)} by {what}; the last was '{last}'\n{lab.Logs()}");
    }
}
