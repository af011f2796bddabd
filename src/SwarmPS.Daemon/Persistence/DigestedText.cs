using System.Security.Cryptography;
using System.Text;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// Guards small text files by the SHA-256 digest of their text, at their beginning, where neither a truncated nor a changed file keeps it. The files
/// stay readable for people and other tools. Files of earlier versions have none, and are recognized by how they begin.
/// </summary>
internal static class DigestedText
{
    private const string LineBegin = "# SHA256: ";
    private const string LineEnd = "\n";
    private const string JsonBegin = "{\"SHA256\":\"";
    private const string JsonEnd = "\",";

    /// <summary>Puts the digest in a line before others, as before PEM texts.</summary>
    public static string SealLines(string lines) => LineBegin + DigestOf(lines) + LineEnd + lines;

    /// <summary>The lines without the digest. Throws <see cref="InvalidDataException"/> with the reason where they were changed.</summary>
    public static string OpenLines(string text) => Open(text, LineBegin, LineEnd) ?? throw Unknown(text);

    /// <summary>PEM texts without the digest. Throws <see cref="InvalidDataException"/> with the reason where they were changed.</summary>
    public static string OpenPem(string text) => Open(text, LineBegin, LineEnd) ?? Undigested(text, "-----BEGIN ");

    /// <summary>Puts the digest first into a JSON object.</summary>
    public static string SealJson(string json) => JsonBegin + DigestOf(json) + JsonEnd + json[1..];

    /// <summary>The JSON object without the digest. Throws <see cref="InvalidDataException"/> with the reason where it was changed.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="begins">How a file without a digest begins, without white space.</param>
    public static string OpenJson(string text, string begins) => Open(text, JsonBegin, JsonEnd, "{") ?? Undigested(text, begins);

    private static string? Open(string text, string begin, string end, string restored = "")
    {
        if (!text.StartsWith(begin, StringComparison.Ordinal))
            return null;
        var body = begin.Length + (SHA256.HashSizeInBytes * 2) + end.Length;
        if (text.Length < body)
            throw new InvalidDataException("it is truncated");
        var content = restored + text[body..];
        return text.AsSpan(0, body).SequenceEqual(begin + DigestOf(content) + end)
            ? content
            : throw new InvalidDataException("its content does not match its SHA256 digest");
    }

    private static string Undigested(string text, string begins)
    {
        var start = string.Concat(text.Where(letter => !char.IsWhiteSpace(letter) || begins.Contains(letter)).Take(begins.Length));
        return start == begins ? text : throw Unknown(text);
    }

    private static InvalidDataException Unknown(string text) => new(text.Length == 0 ? "it is empty" : "it begins with neither its digest nor its content");

    private static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
