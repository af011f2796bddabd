namespace SwarmPS.Model.Validation;

/// <summary>Which networks a service may be on.</summary>
public static class NetworkRules
{
    /// <summary>Networks that every engine has of itself.</summary>
    public static readonly ValueList<string> Predefined = ["bridge", "host", "none"];

    internal static void Check(ValueList<NetworkAttachmentConfig>? networks, string path, SpecProblems problems)
    {
        var attachments = networks.OrEmpty();
        for (var i = 0; i < attachments.Count; i++)
        {
            var target = attachments[i]?.Target ?? "";
            var at = $"{path}[{i}]";
            if (target == "")
                problems.Add(at + ".Target", "a network needs a name or an id");
            else if (!Predefined.Contains(target))
                problems.Unsupported(at + ".Target", $"the network {target} cannot be joined: only {string.Join(", ", Predefined)} are supported yet");
            else if (attachments[i].Aliases is { Count: > 0 } || attachments[i].DriverOpts is { Count: > 0 })
                problems.Unsupported(at, $"the network {target} takes neither aliases nor driver options");
        }
        if (attachments.Count > 1)
            problems.Unsupported(path, "more than one network is not supported yet");
    }
}
