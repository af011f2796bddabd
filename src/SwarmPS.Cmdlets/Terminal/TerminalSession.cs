using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Terminal;

/// <summary>A person at a terminal, and a command in a task.</summary>
internal static class TerminalSession
{
    /// <summary>Connects them until the command has ended or the person has left it: gives the exit code, or null.</summary>
    public static async Task<int?> RunAsync(SwarmProcess process, ITerminal terminal, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var raw = terminal.MakeRaw();
        using var sizes = terminal.WhenResized(() => _ = ResizeAsync(process, terminal, ended.Token));
        var showing = ShowAsync(process, terminal, ended.Token);
        var typing = TypeAsync(process, terminal, ended.Token);
        var left = await Task.WhenAny(showing, typing).ConfigureAwait(false) == typing && await typing.ConfigureAwait(false);
        if (!left)
            await showing.ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await EndAsync(typing).ConfigureAwait(false);
        await EndAsync(showing).ConfigureAwait(false);
        return left ? null : process.ExitCode;
    }

    private static async Task ShowAsync(SwarmProcess process, ITerminal terminal, CancellationToken stop)
    {
        await foreach (var frame in process.ReadAsync(stop).ConfigureAwait(false))
            terminal.Write(frame.Data.Span);
    }

    /// <summary>Whether the person has left.</summary>
    private static async Task<bool> TypeAsync(SwarmProcess process, ITerminal terminal, CancellationToken stop)
    {
        var (keys, pressed) = (new DetachKeys(), new byte[4096]);
        while (await terminal.ReadAsync(pressed, stop).ConfigureAwait(false) is var count and > 0)
        {
            var (on, leave) = keys.Take(pressed.AsSpan(0, count));
            await process.WriteAsync(on, stop).ConfigureAwait(false);
            if (leave)
                return true;
        }
        await process.EndInputAsync(stop).ConfigureAwait(false);
        return false;
    }

    private static async Task ResizeAsync(SwarmProcess process, ITerminal terminal, CancellationToken stop)
    {
        try
        {
            if (terminal.Size is { } size)
                await process.ResizeAsync(size, stop).ConfigureAwait(false);
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
        {
            // The command has ended meanwhile.
        }
    }

    private static async Task EndAsync(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
        {
            // It was told to.
        }
    }
}
