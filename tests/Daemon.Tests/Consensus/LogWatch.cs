using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>Waits for a line in the log.</summary>
internal sealed class LogWatch(string beginning) : ILoggerFactory, ILogger
{
    private readonly TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Seen => seen.Task;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (formatter(state, exception).StartsWith(beginning, StringComparison.Ordinal))
            seen.TrySetResult();
    }
}
