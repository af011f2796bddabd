namespace SwarmPS.Cmdlets.Lab;

/// <summary>The network of a lab: a bridge in a namespace of its own, a namespace with one link to it for each node, and one link for the machine.</summary>
internal static class LabNetwork
{
    private const int Subnets = 256;

    /// <summary>Makes the bridge and the machine's link to it, on the first subnet from <paramref name="wanted"/> on that no other lab has.</summary>
    /// <returns>The subnet.</returns>
    public static async Task<int> MakeBridgeAsync(LabState lab, int? wanted)
    {
        await AddNamespaceAsync(lab.BridgeNamespace).ConfigureAwait(false);
        await BatchAsync(lab.BridgeNamespace, "link set lo up", "link add br0 type bridge", "link set br0 up").ConfigureAwait(false);
        for (var subnet = wanted ?? 0; subnet < (wanted is null ? Subnets : wanted + 1); subnet++)
        {
            var tried = lab with { Subnet = subnet };
            // Whoever makes the link has the subnet: of two labs that try at once one fails here.
            var (code, _, _) = await LabTool.TryAsync("ip", ["link", "add", tried.HostLink, "type", "veth", "peer", "name", "host", "netns", lab.BridgeNamespace]).ConfigureAwait(false);
            if (code != 0)
                continue;
            await BatchAsync(null, $"addr add {tried.HostAddress}/24 dev {tried.HostLink}", $"link set {tried.HostLink} up").ConfigureAwait(false);
            await BatchAsync(lab.BridgeNamespace, "link set host master br0 up").ConfigureAwait(false);
            return subnet;
        }
        throw new LabException("LabNoSubnet", wanted is null
            ? $"None of 10.90.0.0/24 to 10.90.{Subnets - 1}.0/24 is free for the lab: each has a link swpsN. Stop labs you no longer need with Stop-SwarmLab."
            : $"The lab's subnet 10.90.{wanted}.0/24 is another's now: there is a link swps{wanted}. Stop that lab, or remove this one with Stop-SwarmLab and start it anew.");
    }

    /// <summary>Makes a node's namespace and its link to the bridge, as after its start: nothing of an earlier one is left.</summary>
    public static async Task MakeNodeAsync(LabState lab, LabPlace node)
    {
        await RemoveNodeAsync(lab, node).ConfigureAwait(false);
        await AddNamespaceAsync(node.Namespace).ConfigureAwait(false);
        await BatchAsync(lab.BridgeNamespace,
            $"link add {node.Port} type veth peer name eth0 address {node.Mac} netns {node.Namespace}", $"link set {node.Port} master br0 up").ConfigureAwait(false);
        // No default route: what is not in the lab is refused at once, and no engine waits for a registry it cannot reach.
        await BatchAsync(node.Namespace, "link set lo up", $"addr add {node.Address}/24 dev eth0", "link set eth0 up").ConfigureAwait(false);
    }

    /// <summary>Cuts a node off, or joins it again.</summary>
    public static Task SetLinkAsync(LabState lab, LabPlace node, bool isUp) => BatchAsync(lab.BridgeNamespace, $"link set {node.Port} {(isUp ? "up" : "down")}");

    /// <summary>Whether the namespace is there.</summary>
    public static bool Has(string space) => File.Exists("/run/netns/" + space);

    /// <summary>Removes a node's link and namespace, where they are there.</summary>
    public static async Task RemoveNodeAsync(LabState lab, LabPlace node)
    {
        await RemoveLinkAsync(lab, node).ConfigureAwait(false);
        await RemoveNamespaceAsync(node.Namespace).ConfigureAwait(false);
    }

    /// <summary>Takes a node's cable away.</summary>
    public static async Task RemoveLinkAsync(LabState lab, LabPlace node)
    {
        if (Has(lab.BridgeNamespace))
            await LabTool.TryAsync("ip", ["-n", lab.BridgeNamespace, "link", "del", node.Port]).ConfigureAwait(false);
    }

    /// <summary>Removes the bridge and the machine's link, where they are there.</summary>
    public static async Task RemoveBridgeAsync(LabState lab)
    {
        // The link is the lab's only where its other end is in the lab's own namespace.
        if (Has(lab.BridgeNamespace))
            await LabTool.TryAsync("ip", ["-n", lab.BridgeNamespace, "link", "del", "host"]).ConfigureAwait(false);
        await RemoveNamespaceAsync(lab.BridgeNamespace).ConfigureAwait(false);
    }

    /// <summary>Processes in a namespace.</summary>
    public static async Task<IReadOnlyList<int>> ProcessesInAsync(string space)
    {
        if (!Has(space))
            return [];
        var (code, output, _) = await LabTool.TryAsync("ip", ["netns", "pids", space]).ConfigureAwait(false);
        return code == 0 ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))] : [];
    }

    private static async Task AddNamespaceAsync(string space)
    {
        await RemoveNamespaceAsync(space).ConfigureAwait(false);
        await LabTool.RunAsync("ip", ["netns", "add", space]).ConfigureAwait(false);
    }

    private static async Task RemoveNamespaceAsync(string space)
    {
        if (Has(space))
            await LabTool.RunAsync("ip", ["netns", "del", space]).ConfigureAwait(false);
    }

    private static Task BatchAsync(string? space, params string[] commands) =>
        LabTool.RunAsync("ip", [.. space is null ? (string[])[] : ["-n", space], "-batch", "-"], string.Join('\n', commands) + "\n");
}
