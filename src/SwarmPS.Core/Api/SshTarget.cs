using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SwarmPS.Api;

/// <summary>Another machine, whose daemon is reached by <c>ssh</c> and <c>swarmpsd dial-stdio</c> there.</summary>
/// <param name="Host">The machine, with the user to log in as where one is named.</param>
/// <param name="Port">Its port; null for ssh's own choice.</param>
public sealed partial record SshTarget(string Host, int? Port)
{
    private const string Scheme = "ssh://";

    /// <summary>Reads an address. Throws <see cref="FormatException"/> where one that begins as such is wrong.</summary>
    internal static bool TryParse(string address, [NotNullWhen(true)] out SshTarget? target)
    {
        target = null;
        if (!address.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        // Nothing that ssh could take for an option, or its user's shell for more than a name.
        var match = Form().Match(address[Scheme.Length..]);
        if (!match.Success)
            throw new FormatException($"'{address}' is not the address of a machine. Give it as ssh://user@host or ssh://user@host:22; other settings belong in ssh's own configuration.");
        target = new(match.Groups["host"].Value, match.Groups["port"] is { Success: true } port ? int.Parse(port.Value, CultureInfo.InvariantCulture) : null);
        return true;
    }

    /// <summary>Starts ssh; the other daemon answers on the stream.</summary>
    internal Stream Connect()
    {
        var start = new ProcessStartInfo("ssh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30", .. PortArguments(), "--", Host, "swarmpsd", "dial-stdio"])
            start.ArgumentList.Add(argument);
        return new ProcessStream(Process.Start(start)!);
    }

    private IEnumerable<string> PortArguments() => Port is { } port ? ["-p", port.ToString(CultureInfo.InvariantCulture)] : [];

    [GeneratedRegex(@"^(?<host>([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*)(:(?<port>[0-9]{1,5}))?/?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
