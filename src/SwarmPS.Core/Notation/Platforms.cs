using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Compares platforms whose architecture the kernel and Go name differently.</summary>
public static class Platforms
{
    /// <summary>Go's name of an architecture: <c>amd64</c> for <c>x86_64</c>, <c>arm64</c> for <c>aarch64</c>; others as they are, in lower case.</summary>
    public static string Architecture(string name) => name.ToLowerInvariant() switch
    {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        var other => other,
    };

    /// <summary>Whether what is made for one platform runs on another. What is left open fits any.</summary>
    public static bool Fits(Platform wanted, Platform actual) =>
        Open(wanted.OS, actual.OS ?? "") &&
        Open(Architecture(wanted.Architecture ?? ""), Architecture(actual.Architecture ?? ""));

    private static bool Open(string? wanted, string actual) =>
        string.IsNullOrEmpty(wanted) || string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase);
}
