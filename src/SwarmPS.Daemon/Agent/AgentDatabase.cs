using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Nerdbank.MessagePack;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>A task as it is kept.</summary>
/// <param name="Task">What the managers want of it, with the status it has come to here.</param>
/// <param name="Reported">Whether the managers know that status.</param>
internal sealed record KeptTask(SwarmTask Task, bool Reported);

/// <summary>
/// What the agent must know again after a restart, in <c>agent.db</c>. Writes are gathered and made behind; should the last of
/// them be lost, the managers' assignments and the containers' labels make up for it.
/// </summary>
internal sealed class AgentDatabase : IDisposable
{
    private const int SchemaVersion = 1;

    private readonly AgentOptions options;
    private readonly ILogger log;
    private readonly SqliteConnection connection;
    private readonly Lock gate = new();
    private Dictionary<string, Row> changed = [];
    private NodeDescription? description;
    private NodeNetworks? networks;
    private TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AgentDatabase(AgentOptions options, SqliteConnection connection, ILogger log) =>
        (this.options, this.connection, this.log) = (options, connection, log);

    /// <summary>Opens the database, and sets a damaged one aside.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="clock">Names the damaged one.</param>
    /// <param name="log">The log.</param>
    public static AgentDatabase Open(AgentOptions options, TimeProvider clock, ILogger log)
    {
        new SwarmDirectory(options.DataRoot).CreateRoot();
        var path = Path.Combine(options.DataRoot, "agent.db");
        try
        {
            return new(options, OpenFile(path), log);
        }
        catch (SqliteException damage) when (damage.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_SCHEMA or SQLitePCL.raw.SQLITE_ERROR)
        {
            var aside = $"{path}.damaged-{clock.GetUtcNow():yyyyMMddHHmmssfff}";
            File.Move(path, aside);
            File.Delete(path + "-wal");
            File.Delete(path + "-shm");
            log.DatabaseDamaged(path, aside, damage.Message);
            return new(options, OpenFile(path), log);
        }
    }

    /// <summary>All that was kept.</summary>
    public IReadOnlyList<KeptTask> Load()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, task, reported FROM tasks";
        using var reader = command.ExecuteReader();
        List<KeptTask> kept = [];
        while (reader.Read())
        {
            try
            {
                kept.Add(new(Read<SwarmTask>(ObjectKind.Task, (byte[])reader.GetValue(1)), reader.GetBoolean(2)));
            }
            catch (Exception unreadable) when (IsUnreadable(unreadable))
            {
                log.RowUnreadable(reader.GetString(0), connection.DataSource, unreadable.Message);
            }
        }
        return kept;
    }

    /// <summary>What the node last said of itself, or null.</summary>
    public NodeDescription? LoadDescription()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM node WHERE name = 'description'";
        try
        {
            return command.ExecuteScalar() is byte[] bytes ? Read<Node>(ObjectKind.Node, bytes).Description : null;
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            // The engine says it anew as soon as it is asked.
            return null;
        }
    }

    /// <summary>What the networks of the node last were to be, or null: they are made again before a manager is reached.</summary>
    public NodeNetworks? LoadNetworks()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM node WHERE name = 'networks'";
        try
        {
            return command.ExecuteScalar() is byte[] bytes ? MessageEncoding.Read<NodeNetworks, AgentEncoders>(new(options.Unseal(bytes))) : null;
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            log.RowUnreadable("networks", connection.DataSource, unreadable.Message);
            return null;
        }
    }

    /// <summary>Keeps what the networks of the node are to be.</summary>
    public void KeepNetworks(NodeNetworks wanted) => Change(() => networks = wanted);

    /// <summary>Keeps a task.</summary>
    public void Keep(KeptTask task) => Change(() => changed[task.Task.Id] = new(task));

    /// <summary>Forgets a task.</summary>
    public void Forget(string taskId) => Change(() => changed[taskId] = new(null));

    /// <summary>Keeps what the node says of itself.</summary>
    public void KeepDescription(NodeDescription said) => Change(() => description = said);

    /// <summary>Writes what is to be kept, as it comes. What cannot be written is tried again with the next change.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await ChangedAsync(stop).ConfigureAwait(false);
            Flush();
        }
    }

    /// <summary>Writes what has gathered in one transaction; what could not be written stays gathered.</summary>
    public void Flush()
    {
        Dictionary<string, Row> batch;
        NodeDescription? said;
        NodeNetworks? wanted;
        lock (gate)
            ((batch, changed), (said, description), (wanted, networks)) = ((changed, []), (description, null), (networks, null));
        if (batch.Count == 0 && said is null && wanted is null)
            return;
        try
        {
            Write(batch, said, wanted);
        }
        catch (SqliteException failure)
        {
            log.DatabaseNotWritten(connection.DataSource, failure.Message);
            lock (gate)
            {
                foreach (var (id, row) in batch)
                    changed.TryAdd(id, row);
                description ??= said;
                networks ??= wanted;
            }
        }
    }

    /// <summary>Empties the database, as when the node leaves its swarm.</summary>
    public void Clear()
    {
        lock (gate)
            (changed, description, networks) = ([], null, null);
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM tasks; DELETE FROM node;";
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private static SqliteConnection OpenFile(string path)
    {
        if (!File.Exists(path))
            DurableFile.Write(path, []);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            // Full durability is not needed, see above; a file that is whole after a crash is, and WAL gives it.
            command.CommandText = $"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = NORMAL;
                CREATE TABLE IF NOT EXISTS tasks (id TEXT PRIMARY KEY, task BLOB NOT NULL, reported INTEGER NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS node (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
                PRAGMA user_version = {SchemaVersion};
                """;
            command.ExecuteNonQuery();
            // The whole file now: what is found damaged later would end the agent.
            command.CommandText = "PRAGMA integrity_check(1)";
            if (command.ExecuteScalar() is not "ok" and var wrong)
                throw new SqliteException($"{wrong}", SQLitePCL.raw.SQLITE_CORRUPT);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static bool IsUnreadable(Exception fault) => fault is MessagePackSerializationException or CryptographicException;

    private T Read<T>(ObjectKind kind, byte[] bytes) where T : StoreObject => (T)StoreEncoding.ReadObject(kind, options.Unseal(bytes));

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            wake.TrySetResult();
        }
    }

    private async Task ChangedAsync(CancellationToken stop)
    {
        Task wait;
        lock (gate)
            wait = wake.Task;
        await wait.WaitAsync(stop).ConfigureAwait(false);
        lock (gate)
            wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Write(Dictionary<string, Row> batch, NodeDescription? said, NodeNetworks? wanted)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var (id, row) in batch)
            Write(transaction, id, row.Task);
        if (said is not null)
            Execute(transaction, "INSERT OR REPLACE INTO node VALUES ('description', $value)", ("$value", options.Seal(StoreEncoding.Write(new Node { Description = said }))));
        if (wanted is not null)
            Execute(transaction, "INSERT OR REPLACE INTO node VALUES ('networks', $value)", ("$value", options.Seal(MessageEncoding.Write<NodeNetworks, AgentEncoders>(wanted))));
        transaction.Commit();
    }

    private void Write(SqliteTransaction transaction, string id, KeptTask? task)
    {
        if (task is null)
            Execute(transaction, "DELETE FROM tasks WHERE id = $id", ("$id", id));
        else
            Execute(
                transaction,
                "INSERT OR REPLACE INTO tasks VALUES ($id, $task, $reported)",
                ("$id", id),
                ("$task", options.Seal(StoreEncoding.Write(task.Task))),
                ("$reported", task.Reported));
    }

    private void Execute(SqliteTransaction transaction, string text, params (string Name, object Value)[] values)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    private readonly record struct Row(KeptTask? Task);
}
