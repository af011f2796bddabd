using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Networking.Checks;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Mesh;
using SwarmPS.Daemon.Networking.Names;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Daemon.Networking.VirtualAddresses;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking;

/// <summary>
/// A node's data plane: overlay networks, names, virtual addresses and the routing mesh. Each part remembers what it brought about, so
/// that a change costs what it changes; a record that comes again has every part look at what there is.
/// </summary>
internal sealed class NodePlane : INodePlane, IAsyncDisposable
{
    private readonly ILogger log;
    private readonly NetworkTools tools;
    private readonly OverlayPlane overlay;
    private readonly VirtualAddressPlane addresses;
    private readonly MeshPlane mesh;
    private readonly ReturnPlane returns;
    private readonly NameServer names;
    private readonly NameAnswers answers;
    private readonly ResolverFiles files;
    private readonly PlaneCheck check;
    private readonly TimeProvider clock;

    /// <summary>Held while the plane is changed, or compared with what there is.</summary>
    private readonly SemaphoreSlim turn = new(1);
    private volatile NodeNetworks? wanted;
    private IReadOnlyDictionary<string, string> lacking = new Dictionary<string, string>();
    private IReadOnlyList<string> portFaults = [];

    /// <summary>A plane that has done nothing yet.</summary>
    /// <param name="options">What it is told.</param>
    /// <param name="engine">The node's engine.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">The log.</param>
    public NodePlane(NodePlaneOptions options, IEngineNetworks engine, TimeProvider clock, ILogger log)
    {
        (this.log, this.clock) = (log, clock);
        tools = new(clock, options.Space);
        overlay = new(tools, engine, options, log);
        addresses = new(tools);
        mesh = new(tools);
        returns = new(tools);
        files = new(options.RuntimeFolder);
        var host = new HostResolvers(options.HostResolverFile);
        answers = new(new(options.Space, 53, clock), task => files.Resolvers(task) is { Count: > 0 } own ? own : host.Current(), addresses.StandsAsync, clock);
        names = new(options.Space, answers, clock);
        check = new(overlay, addresses, mesh, new(clock));
    }

    /// <inheritdoc/>
    public async ValueTask ReconcileAsync(NodeNetworks wanted, CancellationToken stop)
    {
        await turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            lacking = new Dictionary<string, string>();
            await BringAsync(wanted, stop).ConfigureAwait(false);
        }
        catch (NetworksNotReachedException fault)
        {
            lacking = fault.Reasons;
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NetworkFinding>> CheckAsync(IReadOnlyCollection<string> ids, CancellationToken stop)
    {
        IReadOnlyList<NodeNetwork> networks;
        List<NetworkFinding> findings;
        await turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            networks = [.. (wanted ?? NodeNetworks.None).Networks.Where(network => ids.Count == 0 || ids.Contains(network.Id))];
            findings = await check.RunAsync(networks, lacking, stop).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
        if (networks.Count == 0)
            return findings;
        // What goes by the wire may take seconds, in which changes go on.
        await using var echo = EchoSocket.Open(tools.Space, clock);
        var paths = new PathCheck(echo);
        foreach (var found in await Task.WhenAll(networks.Select(network => paths.RunAsync(network, stop))).ConfigureAwait(false))
            findings.AddRange(found);
        return findings;
    }

    private async Task BringAsync(NodeNetworks wanted, CancellationToken stop)
    {
        var audit = this.wanted is null || this.wanted == wanted;
        // A node that has none, and is to have none, needs none of the programs and starts none.
        if (audit && wanted == NodeNetworks.None && !OverlayNames.AreAnyHere(tools.Space))
        {
            this.wanted = wanted;
            return;
        }
        this.wanted = wanted;
        List<Exception> faults = [];
        // What is known of names changes at once, so that nobody is led any more to a task that is to stop; the ways to those that come are
        // made before addresses and ports lead there.
        answers.Set(wanted.Networks);
        await TryAsync(faults, overlay.ReconcileAsync(wanted.Networks, wanted.Keys, audit, stop)).ConfigureAwait(false);
        var rules = addresses.ReconcileAsync(wanted.Networks, audit, stop);
        await TryAsync(faults, returns.ReconcileAsync(wanted, audit, stop)).ConfigureAwait(false);
        var ports = mesh.ReconcileAsync(wanted, audit, stop);
        await TryAsync(faults, rules).ConfigureAwait(false);
        await TryAsync(faults, ports).ConfigureAwait(false);
        ReportPorts(mesh.PortFaults);
        await TryAsync(faults, names.ReconcileAsync(wanted.Networks)).ConfigureAwait(false);
        if (audit)
            files.Keep(NodeTasks.Networks(wanted.Networks).Select(task => task.Key));
        if (faults.Count > 0)
            throw new NetworksNotReachedException(faults);
    }

    /// <inheritdoc/>
    public bool IsSettled => overlay.IsSettled;

    /// <inheritdoc/>
    public ValueTask<ContainerNetworking> AttachAsync(SwarmTask task, CancellationToken stop)
    {
        var own = Own(task.Id);
        if (own.Count == 0)
            return new(new ContainerNetworking([]));
        var way = ContainerRoutes.DefaultOf(own);
        var places = own.Select(place => new ContainerPlace(OverlayNames.Bridge(place.Network.Vni), place.Endpoint.Address, place.Endpoint.Mac, place.Network == way));
        return new(new ContainerNetworking([.. places], files.Write(task.Id, own[0].Network.Gateway, task.Spec.ContainerSpec?.DnsConfig)));
    }

    /// <inheritdoc/>
    public async ValueTask StartedAsync(string taskId, int processId, CancellationToken stop)
    {
        addresses.Add(taskId, processId);
        returns.Add(taskId, processId);
        // After the daemon's own restart a container has all it needs; what that is, the record will say.
        if (wanted is not { } known)
            return;
        var own = Own(taskId);
        await ContainerLinks.SetAsync(tools, processId, own, stop).ConfigureAwait(false);
        await ContainerRoutes.SetAsync(tools, processId, own, stop).ConfigureAwait(false);
        await returns.ReconcileAsync(taskId, known, stop).ConfigureAwait(false);
        if (own is [{ Network: { Ingress: true } mesh }])
            await HairpinPorts.OpenAsync(tools, mesh, stop).ConfigureAwait(false);
        await addresses.ReconcileAsync(taskId, known.Networks, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask StoppedAsync(string taskId, CancellationToken stop)
    {
        addresses.Remove(taskId);
        returns.Remove(taskId);
        files.Remove(taskId);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await names.DisposeAsync().ConfigureAwait(false);
        mesh.Dispose();
        returns.Dispose();
        overlay.Dispose();
        addresses.Dispose();
    }

    /// <summary>A task's places, the routing mesh's last: the gateway of the first one answers a container's questions for names.</summary>
    private List<(NodeNetwork Network, NetworkEndpoint Endpoint)> Own(string task) =>
        [.. (wanted ?? NodeNetworks.None).Networks
            .Select(network => (network, endpoint: network.Endpoints.FirstOrDefault(endpoint => endpoint.Task == task && endpoint.DataPath.Length == 0)))
            .Where(pair => pair.endpoint is not null).Select(pair => (pair.network, pair.endpoint!))
            .OrderBy(pair => pair.network.Ingress)];

    /// <summary>A port that another program has keeps nothing else from working: it is told in the log, once, and tried again with each audit.</summary>
    private void ReportPorts(IReadOnlyList<string> faults)
    {
        foreach (var fault in faults.Except(portFaults))
            log.PortNotHad(fault);
        portFaults = faults;
    }

    private static async Task TryAsync(List<Exception> faults, Task step)
    {
        try
        {
            await step.ConfigureAwait(false);
        }
        catch (AggregateException several)
        {
            faults.AddRange(several.InnerExceptions);
        }
    }
}
