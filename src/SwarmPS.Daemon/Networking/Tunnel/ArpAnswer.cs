using System.Buffers.Binary;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>Answers who has an address, so that nothing of a tunnelled network needs to be sent to everyone.</summary>
internal static class ArpAnswer
{
    public const int Size = 42;

    private const ushort ArpType = 0x0806;
    private const ushort Request = 1;
    private const ushort Reply = 2;

    /// <summary>The address that a frame asks for; nothing where it is no question for the owner of an IPv4 address.</summary>
    public static uint? Asked(ReadOnlySpan<byte> frame) =>
        frame.Length >= Size && Half(frame, 12) == ArpType && Half(frame, 14) == 1 && Half(frame, 16) == 0x0800 && frame[18] == 6 && frame[19] == 4 && Half(frame, 20) == Request
            ? BinaryPrimitives.ReadUInt32BigEndian(frame[38..])
            : null;

    /// <summary>Writes the frame that tells the asker the hardware address.</summary>
    public static void Write(ReadOnlySpan<byte> question, ulong owner, Span<byte> answer)
    {
        question[..Size].CopyTo(answer);
        var asker = question.Slice(22, 10);
        Span<byte> hardware = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(hardware, owner);
        asker[..6].CopyTo(answer);
        hardware[2..].CopyTo(answer[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(answer[20..], Reply);
        hardware[2..].CopyTo(answer[22..]);
        question.Slice(38, 4).CopyTo(answer[28..]);
        asker.CopyTo(answer[32..]);
    }

    private static ushort Half(ReadOnlySpan<byte> frame, int at) => BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
}
