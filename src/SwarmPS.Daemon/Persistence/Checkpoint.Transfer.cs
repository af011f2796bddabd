using System.Buffers.Binary;
using System.Text;
using Microsoft.Data.Sqlite;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <content>
/// Carrying a checkpoint to a manager that is too far behind for the log: the rows as they are, sealed by keys that all managers
/// have. A row is kind (1 byte), lengths of id and content (4 bytes each), id, content; the header comes first, as kind 0.
/// </content>
internal sealed partial class Checkpoint
{
    private const byte HeaderKind = 0;
    private const int PrefixBytes = 9;
    private const int ContentBytesMax = 64 << 20;

    /// <summary>
    /// Writes the rows to a stream if the checkpoint still stands at <paramref name="index"/>, and gives their length. Throws
    /// <see cref="IOException"/> where it has moved on: the caller then takes the newer one.
    /// </summary>
    public long Export(long index, Stream? to)
    {
        using var reader = Connect(path, SqliteOpenMode.ReadOnly);
        using var transaction = reader.BeginTransaction(deferred: true);
        using var command = Command(reader, transaction, "SELECT content FROM header WHERE id = $id");
        command.Parameters.AddWithValue("$id", HeaderRow);
        if (command.ExecuteScalar() is not byte[] header || SealedObject.OpenHeader(header, keyring).Index != index)
            throw new IOException($"The checkpoint at entry {index} has been replaced by a newer one.");
        var length = WriteRow(to, HeaderKind, "", header);
        foreach (var row in ReadObjects(reader, transaction))
            length += WriteRow(to, (byte)row.Kind, row.Id, row.Content);
        return length;
    }

    /// <summary>
    /// Takes over what another manager exported: looks at all of it first, and replaces the file's content in one transaction.
    /// Throws <see cref="SwarmException"/> with nothing changed where any of it is damaged or missing.
    /// </summary>
    public (CheckpointHeader Header, Snapshot State) Import(Stream from)
    {
        List<SealedObject> rows = [];
        CheckpointHeader header;
        Snapshot state;
        try
        {
            header = ReadRow(from) is { Kind: HeaderKind } first
                ? SealedObject.OpenHeader(first.Content, keyring)
                : throw new InvalidDataException("it has no header");
            while (ReadRow(from) is { } row)
                rows.Add(row);
            if (rows.Count != header.Objects)
                throw new InvalidDataException($"it has {rows.Count} objects where {header.Objects} were announced");
            state = Snapshot.Restore(header.Version, rows.Select(row => row.Open(keyring)), header.Requests);
        }
        catch (InvalidDataException fault)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, $"The state that the leader sent cannot be used: {fault.Message}. Nothing was changed.", fault);
        }
        return Guarded(() =>
        {
            using var transaction = writer.BeginTransaction();
            Execute(writer, transaction, "DELETE FROM objects");
            Put(transaction, rows);
            PutHeader(transaction, header);
            transaction.Commit();
            return (header, state);
        });
    }

    private static long WriteRow(Stream? to, byte kind, string id, byte[] content)
    {
        var name = Encoding.UTF8.GetBytes(id);
        if (to is not null)
        {
            Span<byte> prefix = stackalloc byte[PrefixBytes];
            prefix[0] = kind;
            BinaryPrimitives.WriteInt32LittleEndian(prefix[1..], name.Length);
            BinaryPrimitives.WriteInt32LittleEndian(prefix[5..], content.Length);
            to.Write(prefix);
            to.Write(name);
            to.Write(content);
        }
        return PrefixBytes + name.Length + content.Length;
    }

    private static SealedObject? ReadRow(Stream from)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        var read = from.ReadAtLeast(prefix, PrefixBytes, throwOnEndOfStream: false);
        if (read == 0)
            return null;
        var (nameBytes, contentBytes) = (BinaryPrimitives.ReadInt32LittleEndian(prefix[1..]), BinaryPrimitives.ReadInt32LittleEndian(prefix[5..]));
        if (read < PrefixBytes || nameBytes is < 0 or > 1024 || contentBytes is < 0 or > ContentBytesMax)
            throw new InvalidDataException("it is cut off or damaged");
        var name = new byte[nameBytes];
        var content = new byte[contentBytes];
        if (from.ReadAtLeast(name, nameBytes, false) < nameBytes || from.ReadAtLeast(content, contentBytes, false) < contentBytes)
            throw new InvalidDataException("it is cut off");
        return new((ObjectKind)prefix[0], Encoding.UTF8.GetString(name), content);
    }
}
