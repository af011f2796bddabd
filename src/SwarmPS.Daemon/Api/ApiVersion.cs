using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SwarmPS.Daemon.Api;

/// <summary>A version of the Engine API.</summary>
/// <param name="Major">Before the point.</param>
/// <param name="Minor">After the point.</param>
internal readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>The newest version of the API that swarmpsd serves, whatever the engine's.</summary>
    public static readonly ApiVersion Newest = new(1, 56);

    /// <summary>The oldest version of the API that swarmpsd serves, whatever the engine's.</summary>
    public static readonly ApiVersion Oldest = new(1, 24);

    /// <summary>Reads <c>1.41</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ApiVersion version)
    {
        version = default;
        var point = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (point <= 0 || !Number(text.AsSpan(0, point), out var major) || !Number(text.AsSpan(point + 1), out var minor))
            return false;
        version = new(major, minor);
        return true;
    }

    /// <summary>Splits <c>/v1.41/services</c> into its version and the rest; null where a path has no version.</summary>
    public static (ApiVersion? Version, string Path) Split(string path)
    {
        if (!path.StartsWith("/v", StringComparison.Ordinal))
            return (null, path);
        var slash = path.IndexOf('/', 2);
        var end = slash < 0 ? path.Length : slash;
        return TryParse(path[2..end], out var version) ? (version, slash < 0 ? "/" : path[slash..]) : (null, path);
    }

    /// <summary>The lower of two.</summary>
    public static ApiVersion Lower(ApiVersion a, ApiVersion b) => a.CompareTo(b) < 0 ? a : b;

    /// <summary>The higher of two.</summary>
    public static ApiVersion Higher(ApiVersion a, ApiVersion b) => a.CompareTo(b) > 0 ? a : b;

    /// <inheritdoc/>
    public int CompareTo(ApiVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    private static bool Number(ReadOnlySpan<char> digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
