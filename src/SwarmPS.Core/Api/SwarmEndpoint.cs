using System.Net.Sockets;

namespace SwarmPS.Api;

/// <summary>
/// Where a daemon answers: <c>unix://PATH</c>, or <c>ssh://[USER@]HOST[:PORT]</c> or <c>tcp://HOST[:PORT]</c> for the daemon of another
/// machine.
/// </summary>
public sealed record SwarmEndpoint
{
    /// <summary>Where a daemon listens unless told otherwise.</summary>
    public const string Default = "unix:///run/swarmps/swarmps.sock";

    /// <summary>The environment variable that names another default.</summary>
    public const string Variable = "SWARMPS_HOST";

    private SwarmEndpoint(string address, string socketPath) => (Address, SocketPath) = (address, socketPath);

    /// <summary>The address as it was given.</summary>
    public string Address { get; }

    /// <summary>The socket's path; empty where the daemon is another machine's.</summary>
    public string SocketPath { get; }

    /// <summary>The machine to go to by ssh; null where that is not the way.</summary>
    public SshTarget? Ssh { get; private init; }

    /// <summary>The machine to go to by TCP with certificates; null where that is not the way.</summary>
    public TlsTarget? Tls { get; private init; }

    /// <summary>The endpoint of <see cref="Variable"/>, or the default one.</summary>
    public static SwarmEndpoint FromEnvironment() =>
        Parse(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Default);

    /// <summary>
    /// Reads <c>unix://PATH</c>, a bare path, <c>ssh://[USER@]HOST[:PORT]</c> or <c>tcp://HOST[:PORT]</c>. Throws <see cref="FormatException"/>
    /// for anything else.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="certificates">The folder of certificates for TCP; null for the one that <see cref="TlsTarget.Variables"/> name, else docker's.</param>
    public static SwarmEndpoint Parse(string address, string? certificates = null)
    {
        if (SshTarget.TryParse(address, out var ssh))
            return new(address, "") { Ssh = ssh };
        if (TlsTarget.TryParse(address, certificates, out var tls))
            return new(address, "") { Tls = tls };
        const string Scheme = "unix://";
        var path = address.StartsWith(Scheme, StringComparison.Ordinal) ? address[Scheme.Length..] : address;
        if (path.StartsWith('/') || (OperatingSystem.IsWindows() && Path.IsPathFullyQualified(path)))
            return new(Scheme + path, path);
        throw new FormatException($"'{address}' is not the address of a daemon. Give a socket as {Default}, or another machine as ssh://user@host or tcp://host:{TlsTarget.PortDefault}.");
    }

    /// <summary>Opens a connection.</summary>
    internal async ValueTask<Stream> ConnectAsync(CancellationToken stop)
    {
        if (Ssh is not null)
            return Ssh.Connect();
        if (Tls is not null)
            return await Tls.ConnectAsync(stop).ConfigureAwait(false);
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
