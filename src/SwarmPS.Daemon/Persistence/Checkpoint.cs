using Microsoft.Data.Sqlite;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// The store's state at one entry of the log, in an SQLite file: one sealed row an object and one for the header, changed in one
/// transaction. A restart begins from it, and the log needs nothing before it. One caller writes at a time; readers may come beside.
/// </summary>
internal sealed partial class Checkpoint : IDisposable
{
    private const int HeaderRow = 1;

    private readonly string path;
    private readonly Keyring keyring;
    private readonly SqliteConnection writer;

    private Checkpoint(string path, Keyring keyring, SqliteConnection writer) => (this.path, this.keyring, this.writer) = (path, keyring, writer);

    /// <summary>Opens a checkpoint, or makes an empty one. Throws <see cref="SwarmException"/>.</summary>
    public static Checkpoint Open(string path, Keyring keyring)
    {
        SqliteConnection? writer = null;
        try
        {
            CreatePrivate(path);
            writer = Connect(path, SqliteOpenMode.ReadWrite);
            Execute(writer, null, """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA cache_size = -1024;
                CREATE TABLE IF NOT EXISTS header (id INTEGER PRIMARY KEY, content BLOB NOT NULL);
                CREATE TABLE IF NOT EXISTS objects (kind INTEGER NOT NULL, id TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
                """);
            return new(path, keyring, writer);
        }
        catch (SqliteException fault)
        {
            writer?.Dispose();
            throw Explain(path, fault);
        }
    }

    /// <summary>The header; null in a new checkpoint. Throws <see cref="SwarmException"/>.</summary>
    public CheckpointHeader? ReadHeader() => Guarded(() => ReadHeader(writer, null));

    /// <summary>The state that belongs to the header. Throws <see cref="SwarmException"/> where anything is damaged or missing.</summary>
    public Snapshot ReadState(CheckpointHeader header) => Guarded(() =>
    {
        using var reader = Connect(path, SqliteOpenMode.ReadOnly);
        using var transaction = reader.BeginTransaction(deferred: true);
        var objects = ReadObjects(reader, transaction).Select(row => row.Open(keyring)).ToList();
        if (objects.Count != header.Objects)
            throw new InvalidDataException($"it has {objects.Count} objects where {header.Objects} were written");
        return Snapshot.Restore(header.Version, objects, header.Requests);
    });

    /// <summary>Brings the file to a state, by its objects that changed since the last time, or (null) by all of them.</summary>
    public void Write(long index, long term, Snapshot state, IReadOnlyCollection<(ObjectKind Kind, string Id)>? changed) => Guarded(() =>
    {
        using var transaction = writer.BeginTransaction();
        if (changed is null)
        {
            Execute(writer, transaction, "DELETE FROM objects");
            Put(transaction, state.AllObjects().Select(value => SealedObject.Of(value, keyring)));
        }
        else
        {
            // In the rows' order, so that each page is come to once.
            var ordered = changed.OrderBy(key => key.Kind).ThenBy(key => key.Id, StringComparer.Ordinal).ToList();
            Put(transaction, ordered.Select(key => state.Find(key.Kind, key.Id)).OfType<StoreObject>().Select(value => SealedObject.Of(value, keyring)));
            Delete(transaction, ordered.Where(key => state.Find(key.Kind, key.Id) is null));
        }
        PutHeader(transaction, new(index, term, state.Version, state.Count, [.. state.RecentRequests()]));
        transaction.Commit();
        return true;
    });

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private static CheckpointHeader? ReadHeader(SqliteConnection connection, SqliteTransaction? transaction, Keyring keyring)
    {
        using var command = Command(connection, transaction, "SELECT content FROM header WHERE id = $id");
        command.Parameters.AddWithValue("$id", HeaderRow);
        return command.ExecuteScalar() is byte[] content ? SealedObject.OpenHeader(content, keyring) : null;
    }

    private CheckpointHeader? ReadHeader(SqliteConnection connection, SqliteTransaction? transaction) => ReadHeader(connection, transaction, keyring);

    private static IEnumerable<SealedObject> ReadObjects(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = Command(connection, transaction, "SELECT kind, id, content FROM objects");
        using var rows = command.ExecuteReader();
        while (rows.Read())
            yield return new((ObjectKind)rows.GetInt32(0), rows.GetString(1), rows.GetFieldValue<byte[]>(2));
    }

    private void Put(SqliteTransaction transaction, IEnumerable<SealedObject> objects)
    {
        using var command = Command(writer, transaction, "INSERT OR REPLACE INTO objects (kind, id, content) VALUES ($kind, $id, $content)");
        var kind = command.Parameters.Add("$kind", SqliteType.Integer);
        var id = command.Parameters.Add("$id", SqliteType.Text);
        var content = command.Parameters.Add("$content", SqliteType.Blob);
        foreach (var value in objects)
        {
            (kind.Value, id.Value, content.Value) = ((int)value.Kind, value.Id, value.Content);
            command.ExecuteNonQuery();
        }
    }

    private void Delete(SqliteTransaction transaction, IEnumerable<(ObjectKind Kind, string Id)> objects)
    {
        using var command = Command(writer, transaction, "DELETE FROM objects WHERE kind = $kind AND id = $id");
        var kind = command.Parameters.Add("$kind", SqliteType.Integer);
        var id = command.Parameters.Add("$id", SqliteType.Text);
        foreach (var gone in objects)
        {
            (kind.Value, id.Value) = ((int)gone.Kind, gone.Id);
            command.ExecuteNonQuery();
        }
    }

    private void PutHeader(SqliteTransaction transaction, CheckpointHeader header)
    {
        using var command = Command(writer, transaction, "INSERT OR REPLACE INTO header (id, content) VALUES ($id, $content)");
        command.Parameters.AddWithValue("$id", HeaderRow);
        command.Parameters.AddWithValue("$content", SealedObject.SealHeader(header, keyring));
        command.ExecuteNonQuery();
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (fault is SqliteException or InvalidDataException)
        {
            throw Explain(path, fault);
        }
    }

    private static SwarmException Explain(string path, Exception fault) => fault switch
    {
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_BUSY } => new(
            SwarmErrorCode.Unavailable,
            $"{path} cannot be written or read: {fault.Message} See to it that the disk works and has room. Everything acknowledged is there.",
            fault),
        _ => Consensus.Damage.Of($"{path} is damaged: {fault.Message.TrimEnd('.')}.", fault),
    };

    private static void CreatePrivate(string path)
    {
        if (File.Exists(path))
            return;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = SwarmDirectory.FileMode;

        // SQLite gives the files beside it the same mode.
        using (new FileStream(path, options))
            DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string text)
    {
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, text);
        return command;
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction? transaction, string text)
    {
        using var command = Command(connection, transaction, text);
        command.ExecuteNonQuery();
    }
}
