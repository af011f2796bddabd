using System.Net.Sockets;

namespace SwarmPS.Api;

/// <summary>Where a daemon answers: <c>unix://PATH</c>, or <c>ssh://[USER@]HOST[:PORT]</c> for the daemon of another machine.</summary>
public sealed record SwarmEndpoint
{
    /// <summary>Where a daemon listens unless told otherwise.</summary>
    public const string Default = "unix:///run/swarmps/swarmps.sock";

    /// <summary>The environment variable that names another default.</summary>
    public const string Variable = "SWARMPS_HOST";

    private SwarmEndpoint(string address, string socketPath, SshTarget? ssh = null) => (Address, SocketPath, Ssh) = (address, socketPath, ssh);

    /// <summary>The address as it was given.</summary>
    public string Address { get; }

    /// <summary>The socket's path; empty where the daemon is another machine's.</summary>
    public string SocketPath { get; }

    /// <summary>The machine to go to; null for this one.</summary>
    public SshTarget? Ssh { get; }

    /// <summary>The endpoint of <see cref="Variable"/>, or the default one.</summary>
    public static SwarmEndpoint FromEnvironment() =>
        Parse(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Default);

    /// <summary>Reads <c>unix://PATH</c>, a bare path, or <c>ssh://[USER@]HOST[:PORT]</c>. Throws <see cref="FormatException"/> for anything else.</summary>
    public static SwarmEndpoint Parse(string address)
    {
        if (SshTarget.TryParse(address, out var ssh))
            return new(address, "", ssh);
        const string Scheme = "unix://";
        var path = address.StartsWith(Scheme, StringComparison.Ordinal) ? address[Scheme.Length..] : address;
        if (path.StartsWith('/') || (OperatingSystem.IsWindows() && Path.IsPathFullyQualified(path)))
            return new(Scheme + path, path);
        throw new FormatException($"'{address}' is not the address of a daemon. Give a socket as {Default}, or another machine as ssh://user@host.");
    }

    /// <summary>Opens a connection.</summary>
    internal async ValueTask<Stream> ConnectAsync(CancellationToken stop)
    {
        if (Ssh is not null)
            return Ssh.Connect();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
