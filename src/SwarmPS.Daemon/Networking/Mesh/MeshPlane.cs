using System.Globalization;
using System.Text.RegularExpressions;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Mesh;

/// <summary>Keeps a node's part of the routing mesh as it should be. Calls are made one after another.</summary>
internal sealed partial class MeshPlane(NetworkTools tools) : IDisposable
{
    private const string RouteLoopback = "/proc/sys/net/ipv4/conf/all/route_localnet";
    private static readonly string[] EngineChain = ["DOCKER-USER"];
    /// <summary>The table of an engine that manages nftables itself, which has no chain for others' rules.</summary>
    private const string EngineTable = "docker-bridges";

    private static readonly string[] EngineRule = ["-m", "connmark", "--mark", $"{MeshScript.Mark}/{MeshScript.MarkBits}", "-j", "ACCEPT"];

    private readonly PortReservations reservations = new(tools.Space);
    private MeshTable? table;

    /// <summary>Whether the engine manages nftables itself.</summary>
    private bool marksPackets;

    /// <summary>Why connections of the mesh do not pass the engine's firewall; null where they do.</summary>
    private string? firewallFault;

    /// <summary>The table as the kernel prints it, right after it was brought about: what differs from that was done by others.</summary>
    private string printed = "";

    /// <summary>Why ports are left to other programs that have them, or do not lead anywhere.</summary>
    public IReadOnlyList<string> PortFaults { get; private set; } = [];

    /// <summary>
    /// Brings the mesh about on all ports that can be had; throws <see cref="AggregateException"/> with the reason where it cannot be at all.
    /// </summary>
    /// <param name="wanted">All that this node should have.</param>
    /// <param name="audit">Look at what there is, whatever is remembered.</param>
    /// <param name="stop">Stops it in the middle.</param>
    public async Task ReconcileAsync(NodeNetworks wanted, bool audit, CancellationToken stop)
    {
        PortFaults = [.. reservations.Set(wanted.Ports.Select(NodePort.Of).ToHashSet()).Select(fault => fault.Message)];
        try
        {
            await (wanted.Ports.Count == 0 ? RemoveAsync(audit, stop) : BringAsync(MeshTable.Of(wanted, reservations.Has), audit, stop)).ConfigureAwait(false);
            if (wanted.Ports.Count > 0 && firewallFault is { } fault)
                PortFaults = [.. PortFaults, fault];
        }
        catch (NetworkToolException fault)
        {
            throw new AggregateException(new NetworkToolException($"The routing mesh could not be brought about: {fault.Message}", fault)
            {
                Networks = [.. wanted.Networks.Where(network => network.Ingress).Select(network => network.Id)],
            });
        }
    }

    /// <summary>What of the mesh is not as it was brought about: ports that others have, rules that others changed. Nothing is changed.</summary>
    public async Task<IReadOnlyList<string>> CompareAsync(CancellationToken stop) =>
        table is null || await PrintAsync(stop).ConfigureAwait(false) == printed
            ? PortFaults
            : [.. PortFaults, $"The table {MeshScript.Table} of nftables was changed by another program. The daemon's next audit puts it back; find who does that."];

    /// <inheritdoc/>
    public void Dispose() => reservations.Dispose();

    private async Task BringAsync(MeshTable wanted, bool audit, CancellationToken stop)
    {
        var current = table is not null && (!audit || await PrintAsync(stop).ConfigureAwait(false) == printed) ? table : null;
        table = null;
        if ((current is null || audit) && await OpenWaysAsync(stop).ConfigureAwait(false))
            current = null;
        var script = current is null ? MeshScript.Whole(wanted, marksPackets) : MeshScript.Change(current, wanted);
        if (script.Length > 0)
        {
            await tools.RunAsync("nft", ["-f", "-"], script, stop).ConfigureAwait(false);
            printed = await PrintAsync(stop).ConfigureAwait(false);
        }
        table = wanted;
        foreach (var (port, backend) in current is null ? [] : MeshTable.Lost(current, wanted))
            await EndAsync(port, backend, stop).ConfigureAwait(false);
    }

    private async Task RemoveAsync(bool audit, CancellationToken stop)
    {
        if (!audit && table is null)
            return;
        table = null;
        await tools.RunAsync("nft", ["-f", "-"], MeshScript.Nothing, stop).ConfigureAwait(false);
        // It fails where the rule or the engine's chain is not there, which is what is wanted.
        await tools.TryAsync("iptables", ["-w", "-D", .. EngineChain, .. EngineRule], "", stop).ConfigureAwait(false);
    }

    /// <summary>Connections of the mesh pass the engine's firewall, and reach it from the loopback. True where the table must be replaced for it.</summary>
    private async Task<bool> OpenWaysAsync(CancellationToken stop)
    {
        NetworkSpace.Within(tools.Space, () =>
        {
            // A thread sees the settings of its own namespace.
            if (File.ReadAllText(RouteLoopback).Trim() != "1")
                File.WriteAllText(RouteLoopback, "1");
            return true;
        });
        var (code, rules, _) = await tools.TryAsync("iptables", ["-w", "-S", .. EngineChain], "", stop).ConfigureAwait(false);
        // Without the chain the engine has no firewall, or manages nftables itself.
        if (code == 0 && !rules.Contains($"--mark {MeshScript.Mark}/{MeshScript.MarkBits}", StringComparison.Ordinal))
            await tools.RunAsync("iptables", ["-w", "-I", .. EngineChain, .. EngineRule], "", stop).ConfigureAwait(false);
        return await LookAtEngineTableAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Nobody but the engine may write to its table; it lets packets with a mark pass where its administrator says so.</summary>
    private async Task<bool> LookAtEngineTableAsync(CancellationToken stop)
    {
        var (code, rules, _) = await tools.TryAsync("nft", ["-s", "list", "table", "ip", EngineTable], "", stop).ConfigureAwait(false);
        firewallFault = code != 0 || AcceptsMark().IsMatch(rules) ? null :
            "Published ports do not reach containers on this node: its engine manages nftables itself (firewall-backend), and drops their packets. "
            + $"Add \"bridge-accept-fwmark\": \"{MeshScript.Mark}/{MeshScript.MarkBits}\" to the engine's daemon.json and restart it, or set its firewall-backend to iptables.";
        var before = marksPackets;
        marksPackets = code == 0;
        return marksPackets != before;
    }

    /// <summary>As the kernel prints the rule, with the mark's mask or without.</summary>
    [GeneratedRegex($"meta mark (and|&) 0x0*ffff == 0x0*5350 .*accept|meta mark (== )?0x0*5350 .*accept", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AcceptsMark();

    private async Task<string> PrintAsync(CancellationToken stop)
    {
        var (code, output, _) = await tools.TryAsync("nft", ["-s", "list", "table", "ip", MeshScript.Table], "", stop).ConfigureAwait(false);
        return code == 0 ? output : "";
    }

    private async Task EndAsync(NodePort port, string backend, CancellationToken stop)
    {
        string[] address = port.Address.Length > 0 ? ["-d", port.Address] : [];
        string[] arguments = ["-D", "-p", port.Protocol, "--orig-port-dst", port.Number.ToString(CultureInfo.InvariantCulture), .. address, "-r", backend];
        await FlowTable.EndAsync(tools, arguments, stop).ConfigureAwait(false);
    }
}
