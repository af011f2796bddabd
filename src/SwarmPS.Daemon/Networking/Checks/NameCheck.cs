using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Names;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Checks;

/// <summary>Asks the node's DNS server from within a container for the services of a network.</summary>
internal sealed class NameCheck(TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Asks for every service's name; the first wrong answer is the finding.</summary>
    /// <param name="network">The network.</param>
    /// <param name="space">The container's network namespace.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<NetworkFinding> RunAsync(NodeNetwork network, string space, CancellationToken stop)
    {
        var finding = new NetworkFinding { NetworkId = network.Id, Network = network.Name, Check = NetworkCheck.Names };
        var (server, table) = (new IPEndPoint(IPAddress.Parse(network.Gateway), NameServer.Port), new NameTable(network));
        using var socket = NetworkSpace.Within(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        var asked = 0;
        foreach (var name in network.Services.Select(service => service.Name.ToLowerInvariant()).Distinct(StringComparer.Ordinal))
        {
            asked++;
            var known = table.Find(name) ?? [];
            // The network's name with it: the container may be on others, too.
            if (await AskAsync(socket, server, $"{name}.{network.Name}", stop).ConfigureAwait(false) is not { } answer)
                return finding with { Message = $"The DNS server does not answer at {server}, so containers of this node find no names. See that the daemon can listen there and that no firewall of the node is in the way." };
            if (answer.Outcome != DnsOutcome.Answered)
                return finding with { Message = $"The DNS server at {server} did not answer what was asked for {name}: {answer.Outcome.ToString().ToLowerInvariant()}. Restart the daemon of this node, and report it." };
            if (!answer.IsCut && !answer.Addresses.ToHashSet().SetEquals(known))
                return finding with { Message = $"The DNS server at {server} answers {Listed(answer.Addresses)} for {name}, where {Listed(known)} is known. Restart the daemon of this node, and report it." };
        }
        return finding with { Ok = true, Message = $"{asked} known at {server.Address}" };
    }

    private async Task<DnsAddresses?> AskAsync(Socket socket, IPEndPoint server, string name, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var asked = DnsMessage.WriteQuestion(BitConverter.ToUInt16(RandomNumberGenerator.GetBytes(sizeof(ushort))), name, DnsMessage.Address);
        try
        {
            await socket.SendToAsync(asked, server, both.Token).ConfigureAwait(false);
            var buffer = new byte[DnsMessage.DatagramMax];
            while (true)
            {
                var came = await socket.ReceiveFromAsync(buffer, server, both.Token).ConfigureAwait(false);
                if (DnsMessage.ReadAddresses(buffer.AsSpan(0, came.ReceivedBytes), asked) is { } answer)
                    return answer;
            }
        }
        catch (Exception none) when (none is SocketException || (none is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    private static string Listed(IReadOnlyCollection<IPAddress> addresses) => addresses.Count == 0 ? "no address" : string.Join(", ", addresses);
}
