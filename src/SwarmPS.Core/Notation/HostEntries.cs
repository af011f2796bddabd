using System.Net;

namespace SwarmPS.Notation;

/// <summary>Names for <c>/etc/hosts</c> as docker's <c>--host</c> has them: <c>NAME:ADDRESS</c>, or <c>NAME=ADDRESS</c>.</summary>
public static class HostEntries
{
    /// <summary>Reads an entry and gives it as the API has it: <c>ADDRESS NAME</c>. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static string Parse(string text)
    {
        var at = text.IndexOfAny(['=', ':']);
        var (name, address) = at < 1 ? ("", "") : (text[..at].Trim(), text[(at + 1)..].Trim().Trim('[', ']'));
        return name.Length > 0 && !name.Any(char.IsWhiteSpace) && IPAddress.TryParse(address, out _)
            ? $"{address} {name}"
            : throw new FormatException($"'{text}' is not a host with its address. Write NAME:ADDRESS, as db:10.0.0.5.");
    }

    /// <summary>Reads a name, with an address or without: which entries go.</summary>
    public static (string Name, string? Address) ParsePart(string text) =>
        text.IndexOfAny(['=', ':']) < 0 ? (text.Trim(), null) : Parse(text).Split(' ', 2) is [var address, var name] ? (name, address) : (text, null);
}
