namespace SwarmPS.Daemon.Networking.Names;

/// <summary>Bounds of the DNS server.</summary>
internal static class Limits
{
    /// <summary>Questions that wait for something at the same time; more are told to try again (SERVFAIL).</summary>
    public const int WaitingMax = 1024;

    /// <summary>Of these, questions of one container.</summary>
    public const int WaitingOfOneMax = 64;

    /// <summary>Connections at the same time; more are closed at once.</summary>
    public const int ConnectionsMax = 128;

    /// <summary>Resolvers of the host that are asked for one question, one after another.</summary>
    public const int ResolversMax = 3;

    /// <summary>How long one of them has to answer.</summary>
    public static readonly TimeSpan ResolverTime = TimeSpan.FromSeconds(2);

    /// <summary>How long an answer is withheld from a container whose rules do not stand yet.</summary>
    public static readonly TimeSpan WithheldTime = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may be silent.</summary>
    public static readonly TimeSpan SilenceTime = TimeSpan.FromSeconds(10);

    /// <summary>How long an asker may keep an answer: not at all, since tasks come and go.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.Zero;
}
