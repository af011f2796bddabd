using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// Networks that every engine has of itself, as networks of the swarm: the docker client looks for those only, and then names
/// them by the id they have on this engine.
/// </summary>
internal sealed class NetworkNames(EngineLink engine)
{
    /// <summary>The attachments, with the names of predefined networks in place of their ids on this engine.</summary>
    public async Task<ValueList<NetworkAttachmentConfig>?> NamedAsync(ValueList<NetworkAttachmentConfig>? attachments, CancellationToken stop)
    {
        if (attachments is null || attachments.All(attachment => attachment?.Target is not { Length: > 0 } target || NetworkRules.Predefined.Contains(target)))
            return attachments;
        var named = new List<NetworkAttachmentConfig>();
        foreach (var attachment in attachments)
            named.Add(attachment?.Target is { Length: > 0 } target ? attachment with { Target = await NameAsync(target, stop).ConfigureAwait(false) } : attachment!);
        return named.ToValueList();
    }

    private async Task<string> NameAsync(string target, CancellationToken stop)
    {
        if (NetworkRules.Predefined.Contains(target))
            return target;
        try
        {
            var network = await engine.GetAsync($"/networks/{Uri.EscapeDataString(target)}", stop).ConfigureAwait(false);
            return (string?)network["Name"] is { } name && NetworkRules.Predefined.Contains(name) ? name : target;
        }
        catch (SwarmException)
        {
            // The engine does not know it, or does not answer: the name stays as it is, and is refused as such.
            return target;
        }
    }
}
