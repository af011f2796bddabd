using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Agent;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

public sealed class StatusReporterTests : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Pulse pulse = new();
    private readonly FakeDispatcher dispatcher;
    private readonly List<string> reported = [];
    private readonly FakeTimeProvider clock = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly StatusReporter reporter;
    private readonly Task running;

    public StatusReporterTests()
    {
        dispatcher = new(pulse);
        reporter = new(dispatcher, (task, status) => reported.Add($"{task} {status.State}"), clock, NullLogger.Instance);
        running = reporter.RunAsync(stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        stop.Dispose();
    }

    [Fact]
    public async Task StatusesOfAMoment_LeaveInOneReport_TheLatestOfEachTask()
    {
        reporter.Put("a", At(TaskState.Accepted));
        reporter.Put("a", At(TaskState.Preparing));
        reporter.Put("b", At(TaskState.Accepted));
        await ReportsAsync(1);
        Assert.Equal([("a", TaskState.Preparing), ("b", TaskState.Accepted)], Report(0));
        Assert.Equal(["a Preparing", "b Accepted"], reported);
    }

    [Theory]
    [InlineData(TaskState.Running)]
    [InlineData(TaskState.Shutdown)]
    [InlineData(TaskState.Failed)]
    public async Task StatusThatOthersWaitFor_LeavesAtOnce_AndTakesOthersAlong(TaskState awaited)
    {
        reporter.Put("a", At(TaskState.Preparing));
        reporter.Put("b", At(awaited));
        await pulse.UntilAsync(() => dispatcher.Reports.Count == 1, () => "no report, though no time has passed");
        reporter.Put("c", At(TaskState.Accepted));
        reporter.Put("a", At(awaited));
        await pulse.UntilAsync(() => dispatcher.Reports.Count == 2, () => "no second report");
        Assert.Equal(["a", "b"], Report(0).Select(entry => entry.Item1).Order());
        Assert.Equal(["a", "c"], Report(1).Select(entry => entry.Item1).Order());
    }

    [Fact]
    public async Task ReportThatBreaksAsTheAgentStops_IsNoFault()
    {
        var asked = new TaskCompletionSource();
        dispatcher.FaultWhenStopped = new IOException("the connection broke");
        dispatcher.BeforeReport = () =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        };
        reporter.Put("a", At(TaskState.Running));
        await asked.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task StatusesGather_WhileAReportIsUnderWay()
    {
        var (first, entered) = (new TaskCompletionSource(), new TaskCompletionSource());
        dispatcher.BeforeReport = () =>
        {
            entered.TrySetResult();
            return first.Task;
        };
        reporter.Put("a", At(TaskState.Accepted));
        await TickUntilAsync(entered.Task);
        reporter.Put("a", At(TaskState.Preparing));
        reporter.Put("b", At(TaskState.Ready));
        reporter.Put("a", At(TaskState.Running));
        first.SetResult();
        await ReportsAsync(2);
        Assert.Equal([("a", TaskState.Running), ("b", TaskState.Ready)], Report(1));
    }

    [Fact]
    public async Task FailedReport_IsTriedAgain_WithWhatIsNewerMeanwhile()
    {
        var failed = new TaskCompletionSource();
        dispatcher.BeforeReport = () =>
        {
            if (!failed.TrySetResult())
                return Task.CompletedTask;
            reporter.Put("a", At(TaskState.Running));
            throw new IOException("no leader");
        };
        reporter.Put("a", At(TaskState.Accepted));
        reporter.Put("b", At(TaskState.Ready));
        await ReportsAsync(1);
        Assert.Equal([("a", TaskState.Running), ("b", TaskState.Ready)], Report(0).Order());
    }

    private static SwarmTaskStatus At(TaskState state) => new() { State = state };

    private IEnumerable<(string, TaskState)> Report(int index) => dispatcher.Reports[index].Select(report => (report.TaskId, report.Status.State));

    private Task ReportsAsync(int count) => TickUntilAsync(pulse.UntilAsync(() => dispatcher.Reports.Count >= count, () => $"{dispatcher.Reports.Count} reports"));

    /// <summary>Lets the made-up time go by until something is done.</summary>
    private async Task TickUntilAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            clock.Advance(Limits.ReportDelay);
            await Task.Yield();
        }
        await done;
    }
}
