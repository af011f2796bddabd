using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Terminal;

/// <summary>The terminal that a person sits at.</summary>
internal interface ITerminal
{
    /// <summary>Its size now; null where it does not tell.</summary>
    TerminalSize? Size { get; }

    /// <summary>Hands every key through as it is pressed, until disposed of; then it is as it was.</summary>
    IDisposable MakeRaw();

    /// <summary>Hears of new sizes, until disposed of.</summary>
    IDisposable WhenResized(Action hear);

    /// <summary>The next keys, as bytes; 0 where there will be none any more. Keys that come after <paramref name="stop"/> are left for the next reader.</summary>
    Task<int> ReadAsync(byte[] buffer, CancellationToken stop);

    /// <summary>Shows something.</summary>
    void Write(ReadOnlySpan<byte> text);
}
