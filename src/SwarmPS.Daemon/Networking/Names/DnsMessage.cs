using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>What a question about a name may end with, by its number in the message.</summary>
internal enum DnsOutcome : byte
{
    /// <summary>Answered, also where the name has nothing of the kind that was asked for.</summary>
    Answered = 0,

    /// <summary>It cannot be answered now.</summary>
    Failed = 2,

    /// <summary>There is no such name.</summary>
    Unknown = 3,

    /// <summary>Nobody serves this kind of request here.</summary>
    Unsupported = 4,

    /// <summary>This asker is not answered.</summary>
    Refused = 5,
}

/// <summary>A question of a DNS message (RFC 1035): what a server must read of it to answer or to pass it on.</summary>
/// <param name="Id">The message's number.</param>
/// <param name="Name">The name in small letters without the last dot.</param>
/// <param name="Type">The kind of record that is asked for.</param>
/// <param name="Class">The class; 1 is the Internet's.</param>
/// <param name="End">Where the question ends in the message.</param>
/// <param name="SizeMax">The largest answer in a datagram, in bytes.</param>
/// <param name="IsQuery">It is a plain question.</param>
internal readonly record struct DnsQuestion(ushort Id, string Name, ushort Type, ushort Class, int End, int SizeMax, bool IsQuery);

/// <summary>An answer of addresses.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Addresses">The addresses in it.</param>
/// <param name="IsCut">There are more, which did not fit.</param>
internal sealed record DnsAddresses(DnsOutcome Outcome, IReadOnlyList<IPAddress> Addresses, bool IsCut);

/// <summary>
/// Reads questions and writes answers. A library would read and write all of DNS; of those to be had, one cannot write an answer from
/// outside itself and brings five megabytes of cryptography along, the others only ask.
/// </summary>
internal static class DnsMessage
{
    /// <summary>Bytes of a message's head.</summary>
    public const int HeadSize = 12;

    /// <summary>The kind of record that holds an IPv4 address.</summary>
    public const ushort Address = 1;

    /// <summary>The kind of record that holds the name of an address.</summary>
    public const ushort Pointer = 12;

    private const ushort Internet = 1;
    private const ushort Extension = 41;
    private const int PlainSizeMax = 512;

    /// <summary>What is offered at most over UDP, as resolvers have agreed on: it fits into one packet everywhere.</summary>
    public const int DatagramMax = 1232;

    private const int NameMax = 255;

    /// <summary>Reads a question; null for what is none.</summary>
    public static DnsQuestion? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeadSize || (message[2] & 0x80) != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
            return null;
        var name = new StringBuilder();
        var at = HeadSize;
        while (true)
        {
            if (at >= message.Length)
                return null;
            var length = message[at++];
            if (length == 0)
                break;
            // A question's name is written out: nothing comes before it that it could point to.
            if (length > 63 || at + length > message.Length || name.Length + length > NameMax)
                return null;
            if (name.Length > 0)
                name.Append('.');
            foreach (var letter in message.Slice(at, length))
                name.Append(char.ToLowerInvariant((char)letter));
            at += length;
        }
        if (at + 4 > message.Length)
            return null;
        return new(
            BinaryPrimitives.ReadUInt16BigEndian(message),
            name.ToString(),
            BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]),
            at + 4,
            SizeMax(message, at + 4),
            IsQuery: (message[2] & 0x78) == 0 && BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) == Internet);
    }

    /// <summary>Writes an answer of addresses; those that do not fit are left out, and the answer says so.</summary>
    public static byte[] WriteAddresses(ReadOnlySpan<byte> asked, DnsQuestion question, IReadOnlyList<IPAddress> addresses, TimeSpan lifetime, int sizeMax)
    {
        var fitting = Math.Clamp((sizeMax - question.End) / 16, 0, addresses.Count);
        var answer = WriteHead(asked, question, DnsOutcome.Answered, fitting, 16, isCut: fitting < addresses.Count);
        for (var place = 0; place < fitting; place++)
        {
            var record = answer.AsSpan(question.End + (place * 16), 16);
            WriteRecord(record, Address, lifetime, 4);
            addresses[place].TryWriteBytes(record[12..], out _);
        }
        return answer;
    }

    /// <summary>Writes an answer that is a name.</summary>
    public static byte[] WritePointer(ReadOnlySpan<byte> asked, DnsQuestion question, string name, TimeSpan lifetime)
    {
        // A label's length stands where the dot before it would.
        var size = name.Length + 2;
        var answer = WriteHead(asked, question, DnsOutcome.Answered, 1, 12 + size, isCut: false);
        var record = answer.AsSpan(question.End);
        WriteRecord(record, Pointer, lifetime, (ushort)size);
        WriteName(record[12..], name);
        return answer;
    }

    /// <summary>Writes an answer without records.</summary>
    public static byte[] WriteEmpty(ReadOnlySpan<byte> asked, DnsQuestion question, DnsOutcome outcome) => WriteHead(asked, question, outcome, 0, 0, isCut: false);

    /// <summary>Whether a message answers what was asked.</summary>
    public static bool Answers(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> asked, DnsQuestion question) =>
        answer.Length >= question.End
        && (answer[2] & 0x80) != 0
        && BinaryPrimitives.ReadUInt16BigEndian(answer) == question.Id
        && answer[HeadSize..question.End].SequenceEqual(asked[HeadSize..question.End]);

    /// <summary>Writes a question, with room for the largest answer that a datagram may have.</summary>
    public static byte[] WriteQuestion(ushort id, string name, ushort type)
    {
        var question = new byte[HeadSize + name.Length + 2 + 4 + 11];
        BinaryPrimitives.WriteUInt16BigEndian(question, id);
        (question[2], question[5], question[11]) = (1, 1, 1);
        var rest = question.AsSpan(HeadSize + WriteName(question.AsSpan(HeadSize), name));
        BinaryPrimitives.WriteUInt16BigEndian(rest, type);
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], Internet);
        BinaryPrimitives.WriteUInt16BigEndian(rest[5..], Extension);
        BinaryPrimitives.WriteUInt16BigEndian(rest[7..], DatagramMax);
        return question;
    }

    /// <summary>An answer as <see cref="WriteAddresses"/> or <see cref="WriteEmpty"/> makes it; null for what does not answer the question.</summary>
    public static DnsAddresses? ReadAddresses(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> asked)
    {
        if (Read(asked) is not { } question || !Answers(answer, asked, question))
            return null;
        List<IPAddress> addresses = [];
        for (var at = question.End; at + 16 <= answer.Length && addresses.Count < BinaryPrimitives.ReadUInt16BigEndian(answer[6..]); at += 16)
            addresses.Add(new(answer.Slice(at + 12, 4)));
        return new((DnsOutcome)(answer[3] & 0x0f), addresses, IsCut: (answer[2] & 0x02) != 0);
    }

    private static byte[] WriteHead(ReadOnlySpan<byte> asked, DnsQuestion question, DnsOutcome outcome, int records, int recordSize, bool isCut)
    {
        var answer = new byte[question.End + (records * recordSize)];
        asked[..question.End].CopyTo(answer);
        // An answer; of ours with authority where it is known; recursion is there, and was asked for or not.
        answer[2] = (byte)(0x80 | (asked[2] & 0x79) | (outcome is DnsOutcome.Answered ? 0x04 : 0) | (isCut ? 0x02 : 0));
        answer[3] = (byte)(0x80 | (byte)outcome);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), (ushort)records);
        answer.AsSpan(8, 4).Clear();
        return answer;
    }

    /// <summary>Writes a name out, its end included, and gives its size.</summary>
    private static int WriteName(Span<byte> place, string name)
    {
        var at = 0;
        foreach (var label in name.Split('.'))
        {
            place[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, place[at..]);
        }
        place[at++] = 0;
        return at;
    }

    private static void WriteRecord(Span<byte> record, ushort type, TimeSpan lifetime, ushort size)
    {
        // The name is that of the question, which stands right after the head.
        BinaryPrimitives.WriteUInt16BigEndian(record, 0xc000 | HeadSize);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], type);
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], Internet);
        BinaryPrimitives.WriteUInt32BigEndian(record[6..], (uint)lifetime.TotalSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(record[10..], size);
    }

    /// <summary>An asker that knows the extension says how much it takes (RFC 6891): in a record without a name, which comes last here.</summary>
    private static int SizeMax(ReadOnlySpan<byte> message, int end)
    {
        var hasExtension = BinaryPrimitives.ReadUInt16BigEndian(message[10..]) == 1 && BinaryPrimitives.ReadUInt32BigEndian(message[6..]) == 0
            && message.Length >= end + 11 && message[end] == 0 && BinaryPrimitives.ReadUInt16BigEndian(message[(end + 1)..]) == Extension;
        return hasExtension ? Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(message[(end + 3)..]), PlainSizeMax, DatagramMax) : PlainSizeMax;
    }
}
