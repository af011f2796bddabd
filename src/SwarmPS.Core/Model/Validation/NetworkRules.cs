namespace SwarmPS.Model.Validation;

/// <summary>Which networks a service may be on.</summary>
public static class NetworkRules
{
    /// <summary>Networks that every engine has of itself.</summary>
    public static readonly ValueList<string> Predefined = ["bridge", "host", "none"];

    internal static void Check(ValueList<NetworkAttachmentConfig>? networks, bool usesMesh, string path, SpecProblems problems)
    {
        var attachments = networks.OrEmpty();
        for (var i = 0; i < attachments.Count; i++)
        {
            var target = attachments[i]?.Target ?? "";
            var at = $"{path}[{i}]";
            if (target == "")
                problems.Add(at + ".Target", "a network needs a name or an id");
            else if (Predefined.Contains(target))
                CheckPredefined(attachments[i], attachments.Count, usesMesh, at, problems);
            else
                CheckOwn(attachments[i], at, problems);
        }
    }

    /// <summary>An engine's own network knows no names, and leads nowhere from other nodes.</summary>
    private static void CheckPredefined(NetworkAttachmentConfig attachment, int all, bool usesMesh, string at, SpecProblems problems)
    {
        problems.AddUnless(all == 1, at, $"the network {attachment.Target} is the engine's own and cannot be had beside others: take it away, or the others");
        problems.AddUnless(
            attachment.Aliases is not { Count: > 0 } && attachment.DriverOpts is not { Count: > 0 }, at, $"the network {attachment.Target} takes neither aliases nor driver options");
        problems.AddUnless(
            !usesMesh || attachment.Target == "bridge", at, $"the routing mesh does not lead to tasks on the network {attachment.Target}: publish the port with mode=host, or put the service on a network of the swarm");
    }

    private static void CheckOwn(NetworkAttachmentConfig attachment, string at, SpecProblems problems)
    {
        if (attachment.Aliases.OrEmpty().SelectMany(alias => alias.Split('.')).Select(ObjectNames.Problem).FirstOrDefault(wrong => wrong is not null) is { } problem)
            problems.Add(at + ".Aliases", problem);
        if (attachment.DriverOpts is { Count: > 0 })
            problems.Unsupported(at + ".DriverOpts", "options for a service's part in a network are not supported");
    }
}
