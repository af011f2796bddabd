using System.Buffers.Binary;

namespace SwarmPS.Notation;

/// <summary>Ids as swarmkit writes them: 128 random bits in 25 characters of base 36.</summary>
public static class ObjectIds
{
    /// <summary>Characters of an id.</summary>
    public const int Length = 25;

    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The id of 16 random bytes.</summary>
    public static string Format(ReadOnlySpan<byte> random) => Base36(BinaryPrimitives.ReadUInt128BigEndian(random), Length);

    /// <summary>A number in base 36, filled up with zeros to <paramref name="width"/> characters.</summary>
    public static string Base36(UInt128 number, int width) => string.Create(width, number, static (text, rest) =>
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            (rest, var digit) = UInt128.DivRem(rest, 36);
            text[i] = Digits[(int)digit];
        }
    });
}
