using System.Net;

namespace SwarmPS.Daemon.Consensus;

/// <summary>Managers' log traffic has the port after the one that nodes reach them by.</summary>
public static class RaftAddress
{
    private const int PortOffset = 1;

    /// <summary>The log's address of a manager that nodes reach at <paramref name="address"/>, <c>IP:PORT</c>.</summary>
    public static IPEndPoint Of(string address)
    {
        var named = IPEndPoint.Parse(address);
        return new(named.Address, named.Port + PortOffset);
    }

    /// <summary>Where nodes reach the manager of a log's address, <c>IP:PORT</c>; null where that is none.</summary>
    public static string? NodeAddress(EndPoint? raft) =>
        raft is IPEndPoint member ? new IPEndPoint(member.Address, member.Port - PortOffset).ToString() : null;
}
