using SwarmPS.Daemon.Agent.Engine;

namespace SwarmPS.Daemon.Agent;

/// <summary>Cuts one stream of output into lines, each with its line feed. What has no line feed yet is kept for the next piece.</summary>
internal sealed class LogLines(bool stderr)
{
    private readonly MemoryStream begun = new();

    /// <summary>The lines that are whole with this piece.</summary>
    public IEnumerable<EngineOutput> Take(ReadOnlyMemory<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            var end = piece.Span.IndexOf((byte)'\n') + 1;
            var part = end > 0 ? piece[..end] : piece;
            begun.Write(part.Span);
            piece = piece[part.Length..];
            if (end > 0 || begun.Length >= Limits.LogLineBytesMax)
                yield return Rest()!.Value;
        }
    }

    /// <summary>What is left without a line feed, or null.</summary>
    public EngineOutput? Rest()
    {
        if (begun.Length == 0)
            return null;
        var line = begun.ToArray();
        begun.SetLength(0);
        return new(stderr, line);
    }
}
