using SwarmPS.Daemon.Persistence;

namespace SwarmPS.Daemon.Tests.Composition.StateFiles;

/// <summary>One way to damage one file of a data root.</summary>
/// <param name="File">The file, relative to the data root.</param>
/// <param name="How">What happens to it, for messages.</param>
/// <param name="Content">Its content afterwards.</param>
internal sealed record FileDamage(string File, string How, byte[] Content)
{
    private const int SectorBytes = 512;
    private const int RandomBytesMax = 16;

    private const string Keyring = "keyring";
    private const int LockByte = 7;

    private static readonly Func<byte[], Random, (string How, byte[] Content)>[] Kinds = [Truncated, FlippedBit, ReplacedBytes, ZeroedSector];

    /// <summary>Every file below a folder: emptied, filled with zeros, and damaged in ways drawn by chance.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="random">Draws.</param>
    /// <param name="each">How many ways to draw for each file.</param>
    /// <param name="truncatedOnly">Files, relative to the folder, of which nothing but the length tells.</param>
    public static IEnumerable<FileDamage> Of(string root, Random random, int each, IReadOnlyCollection<string> truncatedOnly)
    {
        foreach (var path in Directory.GetFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var file = Path.GetRelativePath(root, path);
            var before = System.IO.File.ReadAllBytes(path);
            List<(string How, byte[] Content)> ways = before.Length == 0 ? [Garbage(random)] : [("emptied", []), ("filled with zeros", new byte[before.Length])];
            for (var i = 0; i < each && before.Length > 0; i++)
                ways.Add((truncatedOnly.Contains(file) ? Truncated : Kinds[random.Next(Kinds.Length)])(before, random));
            if (file == Keyring)
            {
                // With more than this byte damaged it is like any keyring whose unlock key nobody has: unlocking fails, and says so.
                ways.RemoveAll(way => way.Content.Length > LockByte && way.Content[LockByte] == (byte)KeyringLock.UnlockKey);
                ways.Add(SealedByUnlockKey(before));
            }
            foreach (var (how, content) in ways.Where(way => !way.Content.AsSpan().SequenceEqual(before)))
                yield return new(file, how, content);
        }
    }

    /// <summary>Damages the file in a copy of the data root.</summary>
    public void Apply(string root) => System.IO.File.WriteAllBytes(Path.Combine(root, File), Content);

    /// <inheritdoc/>
    public override string ToString() => $"{File} {How}";

    private static (string How, byte[] Content) Garbage(Random random)
    {
        var content = new byte[1 + random.Next(64)];
        random.NextBytes(content);
        return ($"filled with {content.Length} random bytes", content);
    }

    private static (string How, byte[] Content) SealedByUnlockKey(byte[] before)
    {
        var content = before.ToArray();
        content[LockByte] = (byte)KeyringLock.UnlockKey;
        return ("that says that the unlock key seals it", content);
    }

    private static (string How, byte[] Content) Truncated(byte[] before, Random random)
    {
        var length = Place(before, random);
        return ($"truncated to {length} of {before.Length} bytes", before[..length]);
    }

    private static (string How, byte[] Content) FlippedBit(byte[] before, Random random)
    {
        var (at, bit, content) = (Place(before, random), random.Next(8), before.ToArray());
        content[at] ^= (byte)(1 << bit);
        return ($"with bit {bit} of byte {at} flipped", content);
    }

    private static (string How, byte[] Content) ReplacedBytes(byte[] before, Random random)
    {
        var (at, content) = (Place(before, random), before.ToArray());
        var count = Math.Min(1 + random.Next(RandomBytesMax), content.Length - at);
        random.NextBytes(content.AsSpan(at, count));
        return ($"with {count} random bytes at {at}", content);
    }

    private static (string How, byte[] Content) ZeroedSector(byte[] before, Random random)
    {
        var (at, content) = (Place(before, random) / SectorBytes * SectorBytes, before.ToArray());
        content.AsSpan(at, Math.Min(SectorBytes, content.Length - at)).Clear();
        return ($"with zeros in the sector at {at}", content);
    }

    /// <summary>Near the beginning more often than not: the pages of the log are mostly empty.</summary>
    private static int Place(byte[] before, Random random) => (int)(before.Length * (random.Next(2) == 0 ? random.NextDouble() : Math.Pow(random.NextDouble(), 6)));
}
