using System.Globalization;
using System.Net;
using Docker.DotNet.Models;
using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Networking.Overlay;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>The engine's bridge networks that carry the swarm's.</summary>
internal sealed partial class DockerEngine : IEngineNetworks
{
    private const string BridgeOption = "com.docker.network.bridge.name";
    private const string MtuOption = "com.docker.network.driver.mtu";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyValuePair<string, EngineNetwork>>> ListNetworksAsync(string swarmId, CancellationToken stop)
    {
        var wanted = new NetworksListParameters { Filters = Filters(("label", [$"{AgentLabels.SwarmId}={swarmId}"])) };
        var found = await AskAsync(client.Networks.ListNetworksAsync(wanted, stop)).ConfigureAwait(false);
        return [.. found.Select(network => KeyValuePair.Create(network.ID, Read(network)))];
    }

    /// <inheritdoc/>
    public Task CreateNetworkAsync(string swarmId, EngineNetwork network, CancellationToken stop) =>
        AskAsync(client.Networks.CreateNetworkAsync(
            new()
            {
                Name = network.Name,
                Driver = "bridge",
                Internal = network.Internal,
                IPAM = new() { Driver = "default", Config = [new() { Subnet = network.Subnet, Gateway = network.Gateway }] },
                Options = new Dictionary<string, string> { [BridgeOption] = network.Name, [MtuOption] = network.MtuText },
                Labels = new Dictionary<string, string> { [AgentLabels.SwarmId] = swarmId, [AgentLabels.NetworkId] = network.NetworkId },
            },
            stop));

    /// <inheritdoc/>
    public Task RemoveNetworkAsync(string id, CancellationToken stop) => IfThereAsync(client.Networks.DeleteNetworkAsync(id, stop));

    /// <inheritdoc/>
    public async Task ConnectNetworkAsync(string id, ContainerPlace place, CancellationToken stop)
    {
        try
        {
            await AskAsync(client.Networks.ConnectNetworkAsync(place.EngineNetwork, new() { Container = id, EndpointConfig = ContainerNetworks.Settings(place) }, stop)).ConfigureAwait(false);
        }
        catch (EngineException there) when (there.Status == HttpStatusCode.Forbidden && there.Message.Contains("already exists in network", StringComparison.Ordinal))
        {
            // An earlier try got through.
        }
    }

    private static EngineNetwork Read(NetworkResponse network)
    {
        var range = network.IPAM?.Config?.FirstOrDefault();
        return new(
            network.Name,
            Value(network.Labels, AgentLabels.NetworkId),
            range?.Subnet ?? "",
            range?.Gateway ?? "",
            int.TryParse(Value(network.Options, MtuOption), NumberStyles.None, CultureInfo.InvariantCulture, out var mtu) ? mtu : 0,
            network.Internal);
    }

    private static string Value(IDictionary<string, string>? all, string name) => all is not null && all.TryGetValue(name, out var value) ? value : "";
}
