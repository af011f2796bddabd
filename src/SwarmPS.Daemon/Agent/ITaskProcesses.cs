using SwarmPS.Api;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Runs commands in tasks.</summary>
internal interface ITaskProcesses
{
    /// <summary>Starts a command in a task's container. Throws <see cref="SwarmException"/> where it cannot be.</summary>
    Task<ITaskProcess> StartAsync(string taskId, TaskExecRequest request, CancellationToken stop);
}

/// <summary>
/// A command that runs in a task. Reading, writing and resizing may go on at the same time, each by one caller; they throw
/// <see cref="SwarmException"/> where the way to it is lost. Disposing closes its streams; whether it ends by that is its own affair.
/// </summary>
internal interface ITaskProcess : IAsyncDisposable
{
    /// <summary>Writes to its standard input; waits while the command does not read.</summary>
    Task WriteAsync(ReadOnlyMemory<byte> input, CancellationToken stop);

    /// <summary>Ends its standard input.</summary>
    Task EndInputAsync(CancellationToken stop);

    /// <summary>Changes its terminal's size.</summary>
    Task ResizeAsync(TerminalSize size, CancellationToken stop);

    /// <summary>Its output, in pieces as they come, until it ends or the client has left it. A piece is good until the next one.</summary>
    IAsyncEnumerable<EngineOutput> ReadAsync(CancellationToken stop);

    /// <summary>Its exit code, once its output has ended; null where it runs on.</summary>
    Task<int?> ExitCodeAsync(CancellationToken stop);
}
