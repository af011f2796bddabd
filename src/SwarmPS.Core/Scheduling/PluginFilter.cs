using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>The engine has the drivers that the task's networks, volumes and log need. A node that has not said what it has may have anything.</summary>
internal sealed class PluginFilter : NodeFilter
{
    private const string Latest = ":latest";

    private readonly EnginePlugin[] wanted;
    private readonly Refusal[] refusals;

    private PluginFilter(EnginePlugin[] wanted)
    {
        this.wanted = wanted;
        refusals = Array.ConvertAll(wanted, Lack);
    }

    public static PluginFilter? For(SwarmTask task) => NeedsOf(task).Distinct().ToArray() is { Length: > 0 } wanted ? new(wanted) : null;

    public override Refusal? Check(NodeLoad load)
    {
        if (load.Node.Description?.Engine?.Plugins is not { } plugins)
            return null;
        for (var i = 0; i < wanted.Length; i++)
        {
            if (!Has(plugins, wanted[i]))
                return refusals[i];
        }
        return null;
    }

    /// <summary>The drivers that a task needs. Overlays are the swarm's own, and every engine keeps local volumes.</summary>
    public static IEnumerable<EnginePlugin> NeedsOf(SwarmTask task)
    {
        foreach (var attachment in task.NetworksAttachments.OrEmpty())
        {
            if (attachment.Network?.DriverState?.Name is { Length: > 0 } network and not "overlay")
                yield return new("Network", network);
        }
        foreach (var mount in task.Spec.ContainerSpec?.Mounts.OrEmpty() ?? ValueList<Mount>.Empty)
        {
            if (mount.Type is null or MountType.Volume && mount.VolumeOptions?.DriverConfig?.Name is { Length: > 0 } volume and not "local")
                yield return new("Volume", volume);
        }
        if (task.Spec.LogDriver?.Name is { Length: > 0 } log and not "none")
            yield return new("Log", log);
    }

    private static bool Has(ValueList<EnginePlugin> plugins, EnginePlugin wanted)
    {
        var told = false;
        foreach (var plugin in plugins.AsSpan())
        {
            if (plugin.Type != wanted.Type)
                continue;
            told = true;
            if (plugin.Name is { } name && (name == wanted.Name || (name.Length == wanted.Name!.Length + Latest.Length && name.StartsWith(wanted.Name, StringComparison.Ordinal) && name.EndsWith(Latest, StringComparison.Ordinal))))
                return true;
        }
        // Old engines do not tell of their log drivers.
        return wanted.Type == "Log" && !told;
    }

    private static Refusal Lack(EnginePlugin plugin)
    {
        var what = $"the {plugin.Type!.ToLowerInvariant()} driver '{plugin.Name}'";
        return new("lacks " + what, "lack " + what);
    }
}
