using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Tunnel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>
/// Makes the engine's networks, the bridges, the VXLAN devices and the tunnel of a node agree with what there should be. What the kernel was
/// last brought to is remembered, so that a change costs its own entries only; after a failure, and at each audit, it is read anew.
/// Calls are made one after another.
/// </summary>
internal sealed class OverlayPlane(NetworkTools tools, IEngineNetworks engine, NodePlaneOptions options, ILogger log) : IDisposable
{
    /// <summary>The engine's networks, where they are known to be as wanted.</summary>
    private ImmutableHashSet<EngineNetwork>? made;

    private readonly NodeTunnel? tunnel = OperatingSystem.IsLinux() ? new(options) : null;

    /// <summary>The kernel's state, where it is known.</summary>
    private OverlayState? kernel;

    /// <summary>False where the engine still had containers on a network that is to go.</summary>
    public bool IsSettled { get; private set; } = true;

    /// <summary>
    /// Brings the networks about. What can be done is done; what cannot is told by <see cref="AggregateException"/> of the
    /// reasons, and tried anew with the next call.
    /// </summary>
    /// <param name="networks">The networks that the node should have.</param>
    /// <param name="keys">The keys of those that are encrypted; null where there are none yet.</param>
    /// <param name="audit">Look at what there is, whatever is remembered.</param>
    /// <param name="stop">Stops it in the middle.</param>
    public async Task ReconcileAsync(IReadOnlyList<NodeNetwork> networks, TunnelKeyRing? keys, bool audit, CancellationToken stop)
    {
        if (audit)
            (made, kernel) = (null, null);
        List<Exception> faults = [];
        IReadOnlySet<string>? present = null;
        await TryAsync(faults, networks, async () => present = await MakeAsync(networks, faults, stop).ConfigureAwait(false)).ConfigureAwait(false);
        var standing = ChangeTunnel(networks, keys, audit, faults);
        await TryAsync(faults, networks, () => ChangeKernelAsync(standing, present, faults, stop)).ConfigureAwait(false);
        if (faults.Count > 0)
            throw new AggregateException(faults);
    }

    /// <summary>What is not as it should be: for each network's id what would mend it. Nothing is changed.</summary>
    public async Task<ILookup<string, string>> CompareAsync(IReadOnlyList<NodeNetwork> networks, CancellationToken stop)
    {
        var there = (await engine.ListNetworksAsync(options.SwarmId, stop).ConfigureAwait(false)).Select(pair => pair.Value).ToHashSet();
        var current = await ReadAsync(stop).ConfigureAwait(false);
        return networks.SelectMany(network => Missing(network).Select(line => (network.Id, line))).ToLookup(pair => pair.Id, pair => pair.line);

        IEnumerable<string> Missing(NodeNetwork network)
        {
            var plan = OverlayPlan.Between(current.Only(network.Vni), OverlayState.Of([network], options.DataPath), _ => false);
            return [.. there.Contains(EngineNetwork.Of(network)) ? [] : new[] { $"the engine's network {OverlayNames.Bridge(network.Vni)}" }, .. plan.Ip, .. plan.Bridge];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
            tunnel?.Dispose();
    }

    /// <returns>The networks that the kernel can be made to have: an encrypted one without a device must not have any other.</returns>
    private IReadOnlyList<NodeNetwork> ChangeTunnel(IReadOnlyList<NodeNetwork> networks, TunnelKeyRing? keys, bool audit, List<Exception> faults)
    {
        if (!OperatingSystem.IsLinux() || tunnel is null)
            return networks;
        var outcome = tunnel.Apply([.. networks.Where(network => network.Encrypted)], keys, audit);
        faults.AddRange(outcome.Faults);
        if (outcome.Made || outcome.Missing.Count > 0)
            kernel = null;
        return outcome.Missing.Count == 0 ? networks : [.. networks.Where(network => !outcome.Missing.Contains(network.Id))];
    }

    /// <returns>The names of all networks that the engine has of the swarm's.</returns>
    private async Task<IReadOnlySet<string>> MakeAsync(IReadOnlyList<NodeNetwork> networks, List<Exception> faults, CancellationToken stop)
    {
        var wanted = networks.Select(EngineNetwork.Of).ToImmutableHashSet();
        if (made is not null && made.SetEquals(wanted))
            return made.Select(network => network.Name).ToHashSet();
        (made, kernel) = (null, null);
        var there = await engine.ListNetworksAsync(options.SwarmId, stop).ConfigureAwait(false);
        var present = there.Select(pair => pair.Value.Name).ToHashSet();
        var names = wanted.Select(network => network.Name).ToHashSet();
        var before = faults.Count;
        IsSettled = true;
        // A network that differs has the name, the bridge or the addresses of the one that is wanted: it must go first.
        foreach (var (id, network) in there.Where(pair => !wanted.Contains(pair.Value)))
        {
            await TryAsync(faults, Named(network.Name), RemoveAsync, $"The engine's network {network.Name} of {network.Subnet}, which is not what this node should have, cannot be removed").ConfigureAwait(false);

            async Task RemoveAsync()
            {
                try
                {
                    await engine.RemoveNetworkAsync(id, stop).ConfigureAwait(false);
                    present.Remove(network.Name);
                }
                catch (EngineException refusal) when (refusal.Status is HttpStatusCode.Forbidden or HttpStatusCode.Conflict && !names.Contains(network.Name))
                {
                    // Its last container is about to go. Nobody waits for that, so the next call comes back to it.
                    IsSettled = false;
                    log.NetworkStillUsed(network.Name, refusal.Message);
                }
            }
        }
        foreach (var network in wanted.Except(there.Select(pair => pair.Value)))
        {
            await TryAsync(faults, Named(network.Name), CreateAsync, $"The engine's network {network.Name} of {network.Subnet} cannot be made").ConfigureAwait(false);

            async Task CreateAsync()
            {
                await engine.CreateNetworkAsync(options.SwarmId, network, stop).ConfigureAwait(false);
                present.Add(network.Name);
            }
        }
        made = faults.Count == before && IsSettled ? wanted : null;
        return present;

        IEnumerable<NodeNetwork> Named(string name) => networks.Where(network => OverlayNames.Bridge(network.Vni) == name);
    }

    private async Task ChangeKernelAsync(IReadOnlyList<NodeNetwork> networks, IReadOnlySet<string>? present, List<Exception> faults, CancellationToken stop)
    {
        var current = kernel ?? await ReadAsync(stop).ConfigureAwait(false);
        kernel = null;
        // Bridges are the engine's to make. Where it does not answer, those that it left are looked after as before.
        var based = networks.Where(network => present?.Contains(OverlayNames.Bridge(network.Vni)) ?? current.Bridges.ContainsKey(OverlayNames.Bridge(network.Vni)));
        var wanted = OverlayState.Of(based, options.DataPath);
        var plan = OverlayPlan.Between(current, wanted, name => present?.Contains(name) == false);
        List<Exception> failed = [];
        // A line that fails keeps no other from being tried: one bad entry must not cut off everybody else.
        if (plan.Ip.Count > 0)
            await TryAsync(failed, [], () => tools.RunAsync("ip", ["-force", "-batch", "-"], Lines(plan.Ip), stop)).ConfigureAwait(false);
        if (plan.Bridge.Count > 0)
            await TryAsync(failed, [], () => tools.RunAsync("bridge", ["-force", "-batch", "-"], Lines(plan.Bridge), stop)).ConfigureAwait(false);
        if (failed.Count == 0)
            kernel = wanted;
        else
            await TryAsync(faults, await LackingAsync(networks, stop).ConfigureAwait(false), () => throw new NetworkToolException(string.Join(' ', failed.Select(fault => fault.Message)), new AggregateException(failed))).ConfigureAwait(false);
    }

    /// <summary>The networks that are not in the kernel as they should be: what a line that failed was about is not asked of its words.</summary>
    private async Task<IReadOnlyCollection<NodeNetwork>> LackingAsync(IReadOnlyList<NodeNetwork> networks, CancellationToken stop)
    {
        try
        {
            var current = await ReadAsync(stop).ConfigureAwait(false);
            return [.. networks.Where(network => !OverlayPlan.Between(current.Only(network.Vni), OverlayState.Of([network], options.DataPath), _ => false).IsEmpty)];
        }
        catch (NetworkToolException)
        {
            return networks;
        }
    }

    private async Task<OverlayState> ReadAsync(CancellationToken stop)
    {
        var ip = tools.RunAsync("ip", ["-j", "-d", "-batch", "-"], OverlayReading.IpQueries, stop);
        var forwarding = tools.RunAsync("bridge", ["-j", "fdb", "show"], "", stop);
        return OverlayReading.Read(await ip.ConfigureAwait(false), await forwarding.ConfigureAwait(false));
    }

    /// <param name="faults">Takes the reason where the step fails.</param>
    /// <param name="concerned">The networks that do not stand without it.</param>
    /// <param name="step">The step.</param>
    /// <param name="otherwise">What cannot be done then.</param>
    private static async Task TryAsync(List<Exception> faults, IEnumerable<NodeNetwork> concerned, Func<Task> step, string? otherwise = null)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is NetworkToolException or EngineException or EngineUnreachableException)
        {
            faults.Add(new NetworkToolException(otherwise is null ? fault.Message : $"{otherwise}: {fault.Message}", fault) { Networks = [.. concerned.Select(network => network.Id)] });
        }
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines) + "\n";
}
