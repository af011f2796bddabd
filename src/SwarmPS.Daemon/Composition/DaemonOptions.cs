using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Composition;

/// <summary>How log lines look.</summary>
internal enum LogFormat
{
    /// <summary>For readers.</summary>
    Text,

    /// <summary>For collectors: one object a line.</summary>
    Json,
}

/// <summary>What <c>swarmpsd run</c> was told.</summary>
internal sealed record DaemonOptions
{
    /// <summary>Where the node keeps its state.</summary>
    public string DataRoot { get; init; } = "/var/lib/swarmps";

    /// <summary>Where the API listens: <c>unix://PATH</c> or <c>tcp://IP:PORT</c>.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = ["unix:///run/swarmps/swarmps.sock"];

    /// <summary>The daemon's certificate for <c>tcp://</c>; null without.</summary>
    public ApiCertificate? Certificate { get; init; }

    /// <summary>The container engine beside this daemon.</summary>
    public string Engine { get; init; } = "unix:///var/run/docker.sock";

    /// <summary>The node's name in the swarm.</summary>
    public string Hostname { get; init; } = Environment.MachineName;

    /// <summary>The least important lines that are logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How log lines look.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>The path of a <c>unix://</c> address. Throws <see cref="ConfigurationException"/> for any other.</summary>
    public static string UnixPath(string option, string address)
    {
        if (address.StartsWith("unix://", StringComparison.Ordinal) && address.Length > "unix://".Length)
            return address["unix://".Length..];
        throw new ConfigurationException($"{option} {address}: only unix://PATH is supported. Give a socket's path, as unix:///run/swarmps/swarmps.sock.");
    }
}

/// <summary>What the API shows clients that come by TCP, and whom it takes: PEM files.</summary>
/// <param name="Authority">The certificates of the authorities whose clients are let in.</param>
/// <param name="Certificate">The daemon's own.</param>
/// <param name="Key">Its key.</param>
internal sealed record ApiCertificate(string Authority, string Certificate, string Key);

/// <summary>The daemon was told something that cannot work; the message says what to change. Exit code 1.</summary>
internal sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
