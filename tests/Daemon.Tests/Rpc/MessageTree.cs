using Nerdbank.MessagePack;
using System.Buffers;

namespace SwarmPS.Daemon.Tests.Rpc;

/// <summary>A message as what it is made of: null, truth values, numbers, texts, bytes, lists and maps; so that a test can make another one of it that no type of ours allows.</summary>
internal static class MessageTree
{
    private static readonly object?[] Extremes = [null, "", "x\nlink add evil type dummy\r\n", new string('x', 100_000), 9999L, -1L, long.MinValue, long.MaxValue, true, Array.Empty<byte>()];

    /// <summary>Reads one.</summary>
    public static object? Read(byte[] bytes)
    {
        var reader = new MessagePackReader(bytes);
        return Read(ref reader);
    }

    /// <summary>Writes one.</summary>
    public static byte[] Write(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        Write(ref writer, value);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same message with one value changed, each in turn: missing, empty, huge, undefined, extreme, with line breaks, of another type; and lists with gaps and far too many entries.</summary>
    public static IEnumerable<(string What, object? Message)> Mutations(object? message, string path = "")
    {
        foreach (var extreme in Extremes.Where(extreme => !Equals(extreme, message)))
            yield return ($"{path} = {Show(extreme)}", extreme);
        switch (message)
        {
            case List<object?> list:
                yield return ($"{path} = []", new List<object?>());
                yield return ($"{path} with a gap", (List<object?>)[.. list, null]);
                yield return ($"{path} with many entries", (List<object?>)[.. Enumerable.Repeat(list.FirstOrDefault(), 20_000)]);
                for (var i = 0; i < list.Count; i++)
                {
                    foreach (var (what, inner) in Mutations(list[i], $"{path}[{i}]"))
                        yield return (what, (List<object?>)[.. list[..i], inner, .. list[(i + 1)..]]);
                }
                break;
            case List<KeyValuePair<object?, object?>> map:
                yield return ($"{path} without a key", (List<KeyValuePair<object?, object?>>)[.. map, new(null, "x")]);
                yield return ($"{path} with keys of line breaks", (List<KeyValuePair<object?, object?>>)[.. map, new("a\nb", "x")]);
                yield return ($"{path} with many keys", (List<KeyValuePair<object?, object?>>)[.. map, .. Enumerable.Range(0, 20_000).Select(i => new KeyValuePair<object?, object?>($"k{i}", "x"))]);
                for (var i = 0; i < map.Count; i++)
                {
                    foreach (var (what, inner) in Mutations(map[i].Value, $"{path}.{map[i].Key}"))
                        yield return (what, (List<KeyValuePair<object?, object?>>)[.. map[..i], new(map[i].Key, inner), .. map[(i + 1)..]]);
                }
                break;
        }
    }

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => text.Length > 40 ? $"{text.Length} characters" : $"'{text.Replace("\n", "\\n", StringComparison.Ordinal)}'",
        byte[] => "no bytes",
        _ => value.ToString()!,
    };

    private static object? Read(ref MessagePackReader reader)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Nil: reader.TryReadNil(); return null;
            case MessagePackType.Boolean: return reader.ReadBoolean();
            case MessagePackType.Integer: return reader.NextCode == MessagePackCode.UInt64 ? reader.ReadUInt64() : reader.ReadInt64();
            case MessagePackType.Float: return reader.ReadDouble();
            case MessagePackType.String: return reader.ReadString();
            case MessagePackType.Binary: return reader.ReadBytes()!.Value.ToArray();
            case MessagePackType.Array:
                List<object?> list = [];
                for (var left = reader.ReadArrayHeader(); left > 0; left--)
                    list.Add(Read(ref reader));
                return list;
            case MessagePackType.Map:
                List<KeyValuePair<object?, object?>> map = [];
                for (var left = reader.ReadMapHeader(); left > 0; left--)
                {
                    var key = Read(ref reader);
                    map.Add(new(key, Read(ref reader)));
                }
                return map;
            default: throw new NotSupportedException($"{reader.NextMessagePackType}");
        }
    }

    private static void Write(ref MessagePackWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNil(); break;
            case bool truth: writer.Write(truth); break;
            case long number: writer.Write(number); break;
            case ulong number: writer.Write(number); break;
            case double number: writer.Write(number); break;
            case string text: writer.Write(text); break;
            case byte[] bytes: writer.Write(bytes.AsSpan()); break;
            case List<object?> list:
                writer.WriteArrayHeader(list.Count);
                foreach (var item in list)
                    Write(ref writer, item);
                break;
            case List<KeyValuePair<object?, object?>> map:
                writer.WriteMapHeader(map.Count);
                foreach (var (key, item) in map)
                {
                    Write(ref writer, key);
                    Write(ref writer, item);
                }
                break;
            default: throw new NotSupportedException($"{value.GetType()}");
        }
    }
}
