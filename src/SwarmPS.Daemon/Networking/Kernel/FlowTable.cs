namespace SwarmPS.Daemon.Networking.Kernel;

/// <summary>The connections that a kernel follows.</summary>
internal static class FlowTable
{
    /// <summary>Forgets connections, of which there may be none; the arguments are those of <c>conntrack</c>.</summary>
    public static async Task EndAsync(NetworkTools tools, IReadOnlyList<string> arguments, CancellationToken stop)
    {
        var (code, output, error) = await tools.TryAsync("conntrack", arguments, "", stop).ConfigureAwait(false);
        // It fails where there is nothing to forget, too.
        if (code != 0 && !error.Contains("0 flow entries", StringComparison.Ordinal))
            throw new NetworkToolException($"'conntrack {string.Join(' ', arguments)}' failed with {code}: {error}{output}");
    }
}
