using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>One lab of three nodes, the first a manager, for all tests of a class; each test leaves it as it was.</summary>
public sealed class SharedLab : IAsyncDisposable
{
    private LabFixture? lab;

    /// <summary>The lab, which the first test starts; skips the calling test where none can run.</summary>
    public async Task<LabFixture> GetAsync() => lab ??= await LabFixture.StartAsync(nodes: 3);

    /// <summary>Removes all services and networks, and waits until nothing is left of their tasks.</summary>
    public async Task ClearAsync()
    {
        if (lab is null)
            return;
        var swarm = lab.Client("n1");
        foreach (var service in await swarm.ListServicesAsync(new(), CancellationToken.None))
            await swarm.RemoveServiceAsync(service.Id, CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await swarm.ListTasksAsync(new(), CancellationToken.None)).Count == 0, () => "the tasks of removed services to go\n" + lab.Logs());
        foreach (var network in await swarm.ListNetworksAsync(new ApiFilters().Add("driver", NetworkOptions.Driver), CancellationToken.None))
        {
            if (!network.Ingress)
                await swarm.RemoveNetworkAsync(network.Id, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
    }
}
