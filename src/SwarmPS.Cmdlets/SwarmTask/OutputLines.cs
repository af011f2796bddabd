using System.Text;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>Cuts what a command writes to one stream into lines. What has no end yet is kept for the next piece.</summary>
internal sealed class OutputLines
{
    /// <summary>Letters of a line; a longer one comes in pieces.</summary>
    internal const int LettersMax = 1 << 20;

    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder begun = new();

    /// <summary>The lines that are whole with this piece.</summary>
    public IEnumerable<string> Take(ReadOnlyMemory<byte> piece)
    {
        var letters = new char[decoder.GetCharCount(piece.Span, flush: false)];
        decoder.GetChars(piece.Span, letters, flush: false);
        foreach (var letter in letters)
        {
            if (letter != '\n')
                begun.Append(letter);
            if (letter == '\n' || begun.Length >= LettersMax)
                yield return Cut();
        }
    }

    /// <summary>What is left without an end, or null.</summary>
    public string? Rest() => begun.Length > 0 ? Cut() : null;

    private string Cut()
    {
        var length = begun.Length > 0 && begun[^1] == '\r' ? begun.Length - 1 : begun.Length;
        var line = begun.ToString(0, length);
        begun.Clear();
        return line;
    }
}
