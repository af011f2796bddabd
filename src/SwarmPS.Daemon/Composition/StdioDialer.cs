using System.Net.Sockets;

namespace SwarmPS.Daemon.Composition;

/// <summary><c>swarmpsd dial-stdio</c>: connects its input and output to the daemon's socket, for clients that come by ssh.</summary>
internal static class StdioDialer
{
    /// <summary>Copies both ways until the daemon has said all; gives the exit code.</summary>
    public static async Task<int> RunAsync(string host, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(DaemonOptions.UnixPath("--host", host)), stop).ConfigureAwait(false);
        }
        catch (ConfigurationException wrong)
        {
            return await RefuseAsync(wrong.Message).ConfigureAwait(false);
        }
        catch (SocketException fault)
        {
            return await RefuseAsync($"no daemon answers at {host}: {fault.Message}. Start it, or name its socket with --host.").ConfigureAwait(false);
        }
        using var connection = new NetworkStream(socket);
        var sending = SendAsync(socket, connection, stop);
        await using var output = Console.OpenStandardOutput();
        await connection.CopyToAsync(output, stop).ConfigureAwait(false);
        return sending.IsFaulted ? ExitCode.Internal : ExitCode.Stopped;
    }

    /// <summary>The end of the input is passed on, and the answer still comes.</summary>
    private static async Task SendAsync(Socket socket, NetworkStream connection, CancellationToken stop)
    {
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(connection, stop).ConfigureAwait(false);
        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<int> RefuseAsync(string reason)
    {
        await Console.Error.WriteLineAsync($"swarmpsd: {reason}").ConfigureAwait(false);
        return ExitCode.Configuration;
    }
}
