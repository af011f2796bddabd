using System.Net;
using System.Net.Sockets;

namespace SwarmPS.TestKit;

/// <summary>
/// Ports for what a test lets listen later. They lie below those that outgoing connections take by themselves, which would now and
/// then take one between its choice and its use.
/// </summary>
public static class FreePorts
{
    private const int First = 11000;
    private const int Count = 20000;

    // Test programs that run at the same time begin at different places.
    private static int last = Environment.ProcessId * 500 % Count;

    /// <summary>The first of two ports in a row that no one uses: managers listen on both.</summary>
    public static int Pair()
    {
        while (true)
        {
            var port = First + ((Interlocked.Add(ref last, 2) & int.MaxValue) % Count);
            try
            {
                using var first = new TcpListener(IPAddress.Loopback, port);
                first.Start();
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next ones.
            }
        }
    }
}
