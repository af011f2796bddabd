using System.Net;
using Microsoft.AspNetCore.Connections;

namespace SwarmPS.Daemon.Rpc;

/// <summary>
/// The connections of those who have not shown a certificate of the swarm: all, until their handshake is over. They are few and short, so that
/// nobody keeps nodes out. Where there are too many, the oldest of the address that has most is ended for the next: a newcomer needs a
/// moment, and comes through a flood of others.
/// </summary>
internal sealed class Strangers(TimeProvider clock)
{
    /// <summary>Connections of all addresses together.</summary>
    public const int Max = 128;

    /// <summary>Connections of one address.</summary>
    public const int OfAddressMax = 32;

    /// <summary>How long one may last: as long as a newcomer may wait for its certificate, an election included.</summary>
    public static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, LinkedList<Stay>> stays = [];
    private int count;

    /// <summary>Serves a connection that has just come in.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = connection.RemoteEndPoint is IPEndPoint remote ? remote.Address : IPAddress.None;
        using var stay = new Stay(this, connection, address);
        Enter(stay)?.Break("Too many connections without a certificate of the swarm are open.");
        using var limit = clock.CreateTimer(_ => End(stay), null, LongestStay, Timeout.InfiniteTimeSpan);
        connection.Features.Set(stay);
        await next(connection).ConfigureAwait(false);
    }

    /// <summary>The other end of a connection has shown a certificate of the swarm.</summary>
    public static void Known(ConnectionContext connection) => connection.Features.Get<Stay>()?.Dispose();

    /// <summary>Lets one in; gives the one that has to go for it.</summary>
    private Stay? Enter(Stay stay)
    {
        lock (gate)
        {
            Stay? gone = null;
            if (stays.TryGetValue(stay.Address, out var same) && same.Count >= OfAddressMax)
                gone = same.First!.Value;
            else if (count >= Max)
                gone = stays.Values.MaxBy(some => some.Count)!.First!.Value;
            if (gone is not null)
                Remove(gone);
            if (!stays.TryGetValue(stay.Address, out var list))
                stays.Add(stay.Address, list = []);
            list.AddLast(stay.Place);
            count++;
            return gone;
        }
    }

    private void End(Stay stay)
    {
        if (Leave(stay))
            stay.Break("Without a certificate of the swarm, a connection does not last.");
    }

    private bool Leave(Stay stay)
    {
        lock (gate)
            return Remove(stay);
    }

    private bool Remove(Stay stay)
    {
        if (stay.Place.List is not { } list)
            return false;
        list.Remove(stay.Place);
        count--;
        if (list.Count == 0)
            stays.Remove(stay.Address);
        return true;
    }

    /// <summary>One connection, for as long as it is a stranger's.</summary>
    private sealed class Stay : IDisposable
    {
        private readonly Strangers all;
        private readonly ConnectionContext connection;

        public Stay(Strangers all, ConnectionContext connection, IPAddress address)
        {
            (this.all, this.connection, Address) = (all, connection, address);
            Place = new(this);
        }

        public IPAddress Address { get; }

        public LinkedListNode<Stay> Place { get; }

        public void Break(string why) => connection.Abort(new ConnectionAbortedException(why));

        public void Dispose() => all.Leave(this);
    }
}
