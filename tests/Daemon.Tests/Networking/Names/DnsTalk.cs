using System.Buffers.Binary;
using System.Net;
using System.Text;
using SwarmPS.Daemon.Networking.Names;

namespace SwarmPS.Daemon.Tests.Networking.Names;

/// <summary>Questions as clients write them, and answers as they read them.</summary>
internal static class DnsTalk
{
    public const ushort Address6 = 28;

    /// <summary>A question.</summary>
    public static byte[] Ask(string name, ushort type = DnsMessage.Address, int? sizeMax = null)
    {
        List<byte> message = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(sizeMax is null ? 0 : 1)];
        foreach (var label in name.Split('.'))
            message.AddRange([(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);
        message.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        if (sizeMax is { } size)
            message.AddRange([0, 0, 41, (byte)(size >> 8), (byte)size, 0, 0, 0, 0, 0, 0]);
        return [.. message];
    }

    /// <summary>The name that means an address in the opposite direction.</summary>
    public static string Reverse(string address) => string.Join('.', address.Split('.').Reverse()) + ".in-addr.arpa";

    /// <summary>What an answer says: its addresses in order or its name, or how it failed.</summary>
    public static string Read(byte[]? answer)
    {
        if (answer is null)
            return "nothing";
        var outcome = (DnsOutcome)(answer[3] & 15);
        if (outcome != DnsOutcome.Answered)
            return outcome.ToString();
        var count = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6));
        var at = DnsMessage.HeadSize;
        while (answer[at] != 0)
            at += answer[at] + 1;
        at += 5;
        List<string> said = [];
        for (var record = 0; record < count; record++)
        {
            var size = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at + 10));
            var data = answer.AsSpan(at + 12, size);
            said.Add(BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at + 2)) == DnsMessage.Pointer ? Name(data) : new IPAddress(data).ToString());
            at += 12 + size;
        }
        return string.Join(' ', said) + ((answer[2] & 2) != 0 ? " and more" : "");
    }

    private static string Name(ReadOnlySpan<byte> data)
    {
        List<string> labels = [];
        while (data[0] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(data.Slice(1, data[0])));
            data = data[(data[0] + 1)..];
        }
        return string.Join('.', labels);
    }
}
