namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>Which datagrams of a sender have been seen. What is older than the window counts as seen.</summary>
internal sealed class ReplayWindow
{
    /// <summary>How many datagrams one may come late by: over forty full frames.</summary>
    public const int Size = 2048;

    private readonly ulong[] seen = new ulong[Size / 64];
    private ulong newest;

    /// <summary>Whether a datagram has not been seen. Ask before it is opened, to spend nothing on what is old.</summary>
    public bool IsNew(ulong counter) =>
        counter > newest || (newest - counter < Size && (seen[Word(counter)] & Bit(counter)) == 0);

    /// <summary>Takes note of a datagram that is authentic.</summary>
    public void Note(ulong counter)
    {
        if (counter > newest)
        {
            Forget(newest, counter);
            newest = counter;
        }
        seen[Word(counter)] |= Bit(counter);
    }

    /// <summary>Clears the places between what was newest and what is.</summary>
    private void Forget(ulong before, ulong now)
    {
        if (now - before >= Size)
        {
            Array.Clear(seen);
            return;
        }
        for (var counter = before + 1; counter <= now; counter++)
            seen[Word(counter)] &= ~Bit(counter);
    }

    private static int Word(ulong counter) => (int)(counter % Size / 64);

    private static ulong Bit(ulong counter) => 1ul << (int)(counter % 64);
}
