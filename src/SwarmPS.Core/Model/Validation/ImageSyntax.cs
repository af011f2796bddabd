using System.Text.RegularExpressions;

namespace SwarmPS.Model.Validation;

/// <summary>How images are named: <c>registry:port/path:tag@digest</c>, or an image's id.</summary>
internal static partial class ImageSyntax
{
    private const int NameLengthMax = 255;

    /// <summary>Name, tag and digest together; beyond it there is nothing to look at.</summary>
    private const int LengthMax = 1024;

    public static bool IsValid(string image)
    {
        if (image.Length > LengthMax)
            return false;
        var match = Reference().Match(image);
        return match.Success && match.Groups["name"].Length <= NameLengthMax;
    }

    [GeneratedRegex(
        """
        \A(?:
          (?<name>
            (?:(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?/)?
            [a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*
            (?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*
          )
          (?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?
          (?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?
        |
          sha256:[0-9a-f]{64}
        )\z
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
